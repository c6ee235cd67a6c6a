"""The files that a manifest's path means: a file, a folder or a glob, inside the repository."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

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


@dataclass(frozen=True, slots=True)
class Source:
    """Files of one format, sorted by path."""

    form: str
    files: tuple[Path, ...]


def resolve_source(paths: Iterable[str], folder: LocalTree) -> Source:
    """The files of one or more declared paths.

    Raises `UserError` when there are none, or of several formats, or with a name that is no text,
    and `OutsideError` for a path or a link that leaves the repository.
    """
    files = sorted({file for path in paths for file in _files(path, folder)})
    for file in files:
        _require_utf8_name(file)
    forms = {form_of(file) for file in files}
    if len(forms) > 1:
        names = ", ".join(sorted({file.name for file in files})[:3])
        raise UserError(f"{names}: one window needs files of one format")
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
