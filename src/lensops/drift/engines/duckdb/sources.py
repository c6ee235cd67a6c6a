"""The files that a manifest's path means, inside the repository, and the header of a CSV file.

Without an engine and without NumPy: `validate` reads them as well.
"""

from __future__ import annotations

import csv
import difflib
import gzip
import os
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TextIO, cast

from lensops.errors import UserError
from lensops.files import LocalTree, OutsideError

FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "json",
    ".ndjson": "json",
    ".json": "json",
    ".parquet": "parquet",
    ".pq": "parquet",
}
GZIP = ".gz"
_MAGIC = frozenset("*?[")
CHUNK = 1 << 20  # bytes that are read at a time
EXPANSION, SMALL = 100, 100_000_000  # a .gz is read to so many times its size, or so many bytes
SEPARATORS = (",", ";", "\t", "|")
LONGEST = 1_000_000  # characters of a header's line
LINES = 1_000  # of a header
NAMES = 20_000  # columns of a table
_QUOTED = re.compile(r'"(?:[^"]|"")*"')


@dataclass(frozen=True, slots=True)
class Source:
    """Files of one format, sorted by path."""

    form: str
    files: tuple[Path, ...]


def resolve_source(paths: Iterable[str], folder: LocalTree) -> Source:
    """The files of one or more declared paths.

    Raises `UserError` when there are none, or of several formats, with a name that is no text, or
    that may not be read, and `OutsideError` for a path or a link that leaves the repository.
    """
    files = sorted({file for path in paths for file in _files(path, folder)})
    for file in files:
        _require_utf8_name(file)
        if not os.access(file, os.R_OK):
            raise UserError(f"{file.name} cannot be read: permission denied", "check its rights")
    forms = {form_of(file) for file in files}
    if len(forms) > 1:
        names = ", ".join(sorted({file.name for file in files})[:3])
        raise UserError(f"{names}: one window needs files of one format")
    if forms == {"json"} and not any(file.stat().st_size for file in files):
        raise UserError(f"{files[0].name} is empty", "each line is a row, as a JSON object")
    return Source(forms.pop(), tuple(files))


def form_of(file: Path) -> str:
    """csv, json or parquet. Raises `UserError` for any other ending."""
    suffixes = [suffix.lower() for suffix in file.suffixes]
    zipped = suffixes[-1:] == [GZIP]
    ending = suffixes[-2:-1] if zipped else suffixes[-1:]
    form = FORMATS.get(ending[0]) if ending else None
    if form is None or (zipped and form == "parquet"):
        formats = ".csv, .tsv, .jsonl (each also .gz) and .parquet"
        raise UserError(f"{file.name}: this format is not read", f"known are {formats}")
    return form


def _files(path: str, folder: LocalTree) -> list[Path]:
    base = PurePosixPath(*_before_magic(path))
    parent = folder.path(str(base))
    literal = folder.path(path)
    if literal.is_file():
        return [literal]
    if literal.is_dir():
        files = _visible(literal.rglob("*"), literal)
        files = [file for file in files if _has_known_format(file)]
    elif base != PurePosixPath(path) and parent.is_dir():
        files = _visible(folder.root.glob(path), folder.root)
    else:
        raise _no_file(path, literal)
    for file in files:
        if not file.resolve().is_relative_to(folder.boundary):
            raise OutsideError(f"{path!r}: {file.name} is a link that leaves the repository")
    if not files:
        raise UserError(f"no file matches {path}", "paths are relative to the manifest")
    return files


def _require_utf8_name(file: Path) -> None:
    """A system's file names are bytes; the engine opens those that are UTF-8."""
    for part in reversed(file.parts):
        try:
            part.encode()
        except UnicodeEncodeError:
            raise UserError(
                f"the name {part!r} is not UTF-8", "rename the file or folder"
            ) from None


def _before_magic(path: str) -> list[str]:
    parts = list(PurePosixPath(path).parts)
    plain = next((index for index, part in enumerate(parts) if _MAGIC & set(part)), len(parts))
    return parts[:plain]


def _visible(files: Iterable[Path], root: Path) -> list[Path]:
    """Files, without those that start with a dot or an underscore, as data tools leave them."""
    return sorted(
        file
        for file in files
        if file.is_file() and not any(p[0] in "._" for p in file.relative_to(root).parts)
    )


def _has_known_format(file: Path) -> bool:
    name = file.name.lower().removesuffix(GZIP)
    return any(name.endswith(ending) for ending in FORMATS)


def _no_file(path: str, file: Path) -> UserError:
    siblings = [p.name for p in file.parent.iterdir()] if file.parent.is_dir() else []
    near = difflib.get_close_matches(file.name, siblings, n=1)
    hint = f"did you mean {near[0]!r}?" if near else "paths are relative to the manifest"
    return UserError(f"there is no file {path}", hint)


def shown_path(file: Path, root: Path) -> str:
    """A file as messages name it."""
    return file.relative_to(root).as_posix() if file.is_relative_to(root) else file.name


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
        with open_text(file) as text:
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


def require_whole(file: Path, display: str) -> None:
    """Read a compressed file to its end: some versions of DuckDB take the half of one for all.

    Raises `UserError` for one that is broken, or holds far more than its size.
    """
    limit, size = max(file.stat().st_size * EXPANSION, SMALL), 0
    try:
        with gzip.open(file) as opened:
            while chunk := opened.read(CHUNK):
                size += len(chunk)
                if size > limit:
                    break
    except (OSError, EOFError, zlib.error):
        raise UserError(f"{display} cannot be read: it is broken, or not compressed") from None
    if size > limit:
        message = f"{display} holds more than {EXPANSION} times its size"
        raise UserError(message, "decompress it, or write it as Parquet")


def open_text(file: Path) -> TextIO:
    """A file of UTF-8 text, which may be compressed."""
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
