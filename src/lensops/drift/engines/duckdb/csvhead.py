"""The header of a CSV file: its column names and what stands between them."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO, cast

from lensops.errors import UserError

SEPARATORS = (",", ";", "\t", "|")
LONGEST = 1_000_000  # characters of a header


@dataclass(frozen=True, slots=True)
class Header:
    """Names in their order, each of them once, and the separator."""

    names: tuple[str, ...]
    separator: str


def header(file: Path, shown: str) -> Header:
    """The header of a file. Raises `UserError` when it is empty or not UTF-8 text."""
    try:
        with _opened(file) as text:
            first = text.readline(LONGEST)
            separator = _separator(first, file)
            rest = (text.readline(LONGEST) for _ in range(1000))
            row = next(csv.reader(_chain(first, rest), delimiter=separator), [])
    except UnicodeDecodeError:
        raise UserError(f"{shown} is not UTF-8 text", "save the file as UTF-8") from None
    except (OSError, EOFError, csv.Error) as error:
        raise UserError(f"{shown} cannot be read: {error}") from None
    if not any(row):
        raise UserError(f"{shown} is empty", "the first line of a CSV file names its columns")
    return Header(_once(row), separator)


def _opened(file: Path) -> TextIO:
    if file.suffix.lower() == ".gz":
        return cast("TextIO", gzip.open(file, "rt", encoding="utf-8-sig", newline=""))
    return file.open(encoding="utf-8-sig", newline="")


def _chain(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _separator(line: str, file: Path) -> str:
    if ".tsv" in (suffix.lower() for suffix in file.suffixes):
        return "\t"
    return max(SEPARATORS, key=line.count)


def _once(row: list[str]) -> tuple[str, ...]:
    """Names, those without one called by their place, repeated ones numbered."""
    names: list[str] = []
    for at, name in enumerate(row):
        plain = name or f"column{at}"
        count = 1
        while (made := plain if count == 1 else f"{plain} ({count})") in names:
            count += 1
        names.append(made)
    return tuple(names)
