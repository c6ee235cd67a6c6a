"""The header of a CSV file: its column names and what stands between them."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO, cast

from lensops.errors import UserError

SEPARATORS = (",", ";", "\t", "|")
LONGEST = 1_000_000  # characters of a header's line
LINES = 1_000  # of a header
NAMES = 20_000  # columns of a table
_QUOTED = re.compile(r'"(?:[^"]|"")*"')


@dataclass(frozen=True, slots=True)
class Header:
    """Names in their order, each of them once, and the separator.

    `line_end` is set where a name has a line break, which DuckDB would take for that of the lines.
    """

    names: tuple[str, ...]
    separator: str
    line_end: str | None = None


def read_header(file: Path, display: str) -> Header:
    """The header of a file. Raises `UserError` when it is empty or not UTF-8 text."""
    try:
        with _open_text(file) as text:
            lines = [text.readline(LONGEST)]
            separator = _separator(lines[0], file)
            row = next(csv.reader(_noting_lines(text, lines), delimiter=separator), [])
    except UnicodeDecodeError:
        raise UserError(f"{display} is not UTF-8 text", "save the file as UTF-8") from None
    except (OSError, EOFError, csv.Error) as error:
        raise UserError(f"{display} cannot be read: {error}") from None
    if not any(row):
        raise UserError(f"{display} is empty", "the first line of a CSV file names its columns")
    if len(row) > NAMES:
        raise UserError(f"{display} has {len(row):,} columns, {NAMES:,} are read", "use Parquet")
    ending = lines[-1][len(lines[-1].rstrip("\r\n")) :] if len(lines) > 1 else None
    return Header(_distinct_names(row), separator, ending)


def _open_text(file: Path) -> TextIO:
    if file.suffix.lower() == ".gz":
        return cast("TextIO", gzip.open(file, "rt", encoding="utf-8-sig", newline=""))
    return file.open(encoding="utf-8-sig", newline="")


def _noting_lines(text: TextIO, lines: list[str]) -> Iterator[str]:
    """The line that was read already, then as many as a record needs; each is noted."""
    yield lines[0]
    for _ in range(LINES):
        lines.append(text.readline(LONGEST))
        yield lines[-1]


def _separator(line: str, file: Path) -> str:
    if ".tsv" in (suffix.lower() for suffix in file.suffixes):
        return "\t"
    return max(SEPARATORS, key=_QUOTED.sub("", line).count)


def _distinct_names(row: list[str]) -> tuple[str, ...]:
    """Names, those without one called by their place, repeated ones numbered."""
    names: dict[str, None] = {}
    for index, name in enumerate(row):
        plain = unique = name or f"column{index}"
        count = 1
        while unique in names:
            count += 1
            unique = f"{plain} ({count})"
        names[unique] = None
    return tuple(names)
