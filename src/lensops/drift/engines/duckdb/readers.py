"""The table function that reads the files of each format."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

from lensops.drift.engines.duckdb.csvhead import Header, header
from lensops.drift.engines.duckdb.files import GZIP, Source
from lensops.drift.engines.duckdb.session import Session, pattern
from lensops.drift.engines.duckdb.statement import Statement, quoted
from lensops.errors import UserError

PART = 1 << 20  # bytes that are read at a time
ROW = "file_row_number"  # the name that DuckDB gives to the place of a row in its Parquet file


def types_of(source: Source, session: Session) -> dict[str, str]:
    """Columns and their DuckDB types. Texts of CSV and JSONL stay VARCHAR: nothing is guessed."""
    for file in source.files:
        if file.suffix.lower() == GZIP:
            _whole_or_error(file, _shown(file, session.root))
    return _TYPES[source.form](source, session)


def reading(source: Source, columns: Sequence[str], statement: Statement) -> str:
    """What stands after FROM: the columns of all files, all of them text but for Parquet."""
    return _READERS[source.form](source, columns, statement)


def _csv_types(source: Source, session: Session) -> dict[str, str]:
    names = [name for head in _heads(source, session.root) for name in head.names]
    return dict.fromkeys(names, "VARCHAR")


def _json_types(source: Source, session: Session) -> dict[str, str]:
    statement = Statement()
    files = statement.bind([pattern(file) for file in source.files])
    text = f"DESCRIBE SELECT * FROM read_json({files}, union_by_name = true)"
    return {str(row[0]): "VARCHAR" for row in session.rows(text, statement.values)}


def _parquet_types(source: Source, session: Session) -> dict[str, str]:
    _parquet_or_error(source, session.root)
    statement = Statement()
    text = f"DESCRIBE SELECT * FROM {_parquet(source, (), statement)}"
    return {str(row[0]): str(row[1]) for row in session.rows(text, statement.values)}


def _csv(source: Source, columns: Sequence[str], statement: Statement) -> str:
    """One reader for the files of each header: columns are found by name, not by place."""
    groups: dict[Header, list[Path]] = {}
    for file in source.files:
        groups.setdefault(header(file, file.name), []).append(file)
    parts = []
    for head, files in groups.items():
        listed = ", ".join(_blank_as_null(name) for name in columns if name in head.names)
        read = (
            f"read_csv({statement.bind([pattern(file) for file in files])},"
            f" columns = {statement.bind(dict.fromkeys(head.names, 'VARCHAR'))},"
            f" auto_detect = false, header = true, delim = {statement.bind(head.separator)},"
            f" quote = chr(34), escape = chr(34){_line_end(head, statement)})"
        )
        parts.append(f"SELECT {listed or 'NULL AS none'} FROM {read}")
    return "(" + " UNION ALL BY NAME ".join(parts) + ")"


def _line_end(head: Header, statement: Statement) -> str:
    if not head.line_end:
        return ""
    written = head.line_end.encode("unicode_escape").decode()  # backslashes, as DuckDB takes it
    return f", new_line = {statement.bind(written)}"


def _blank_as_null(name: str) -> str:
    """A column of text. It keeps DuckDB from moving a TRY_CAST into the reader, where it fails."""
    return f"nullif({quoted(name)}, '') AS {quoted(name)}"


def _json(source: Source, columns: Sequence[str], statement: Statement) -> str:
    wanted = statement.bind(dict.fromkeys(columns, "VARCHAR")) if columns else "{none: 'VARCHAR'}"
    return (
        f"read_json({statement.bind([pattern(file) for file in source.files])}, columns = {wanted})"
    )


def numbered(source: Source, statement: Statement) -> str:
    """What stands after FROM to read Parquet files with the column `ROW`."""
    return _parquet(source, (), statement).removesuffix(")") + f", {ROW} = true)"


def _parquet(source: Source, _columns: Sequence[str], statement: Statement) -> str:
    files = statement.bind([pattern(file) for file in source.files])
    return f"read_parquet({files}, union_by_name = true, hive_partitioning = false)"


def _heads(source: Source, root: Path) -> list[Header]:
    return [header(file, _shown(file, root)) for file in source.files]


def _parquet_or_error(source: Source, root: Path) -> None:
    for file in source.files:
        with file.open("rb") as opened:
            start = opened.read(40)
        if start.startswith(b"version https://git-lfs"):
            message = f"{_shown(file, root)} is a pointer of Git LFS, not the data"
            raise UserError(message, "run `git lfs pull`")
        if not start.startswith(b"PAR1"):
            raise UserError(f"{_shown(file, root)} is not a Parquet file, or it is broken")


def _whole_or_error(file: Path, shown: str) -> None:
    """Read a compressed file to its end: some versions of DuckDB take the half of one for all."""
    try:
        with gzip.open(file) as opened:
            while opened.read(PART):
                pass
    except (OSError, EOFError, zlib.error):
        raise UserError(f"{shown} cannot be read: it is broken, or not compressed") from None


def _shown(file: Path, root: Path) -> str:
    return file.relative_to(root).as_posix() if file.is_relative_to(root) else file.name


_TYPES: dict[str, Callable[[Source, Session], dict[str, str]]] = {
    "csv": _csv_types,
    "json": _json_types,
    "parquet": _parquet_types,
}
_READERS: dict[str, Callable[[Source, Sequence[str], Statement], str]] = {
    "csv": _csv,
    "json": _json,
    "parquet": _parquet,
}
