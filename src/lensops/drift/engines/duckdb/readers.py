"""The files of a window as one relation: Parquet read in place, texts loaded into a table once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from lensops.drift.engines.duckdb.session import Session, path_pattern
from lensops.drift.engines.duckdb.sources import (
    GZIP,
    Header,
    Source,
    read_header,
    require_whole,
    shown_path,
)
from lensops.drift.engines.duckdb.sql import (
    INTERVAL,
    Column,
    Relation,
    Statement,
    is_nested,
    quote_name,
)
from lensops.errors import UserError

NUMBER = "file_row_number"  # the option of Parquet files, and the column that it adds
DEPTH = 8  # of fields within fields


def open_relation(source: Source, session: Session, table: str, needed: Iterable[str]) -> Relation:
    """The files of a source. Those of text are loaded into `table`: what is read, is read once.

    Only the needed columns are loaded, where any are named. Raises `UserError`.
    """
    for file in source.files:
        if file.suffix.lower() == GZIP:
            require_whole(file, shown_path(file, session.root))
    if source.form == "parquet":
        return _parquet(source, session)
    reader = _csv if source.form == "csv" else _json
    return reader(source, session, table, set(needed))


def _parquet(source: Source, session: Session) -> Relation:
    _require_parquet(source, session.root)
    hive = any("=" in part for file in source.files for part in file.parent.parts)
    options = f"union_by_name = true, hive_partitioning = {str(hive).lower()}"

    def sql(statement: Statement) -> str:
        files = statement.bind([path_pattern(file) for file in source.files])
        return f"read_parquet({files}, {options})"

    statement = Statement()
    described = session.rows(f"DESCRIBE SELECT * FROM {sql(statement)}", statement.values)
    alone = len(source.files) == 1 and NUMBER not in {str(row[0]).casefold() for row in described}
    options += f", {NUMBER} = true" if alone else ""
    names = _own_names(source, session, [str(row[0]) for row in described])
    stored = _stored_types(source, session)
    columns: dict[str, Column] = {}
    for name, row in zip(names, described, strict=True):
        column = Column(quote_name(str(row[0])), stored.get(name, str(row[1])))
        columns |= {name: column, **dict(_fields(name, column, DEPTH))}
    return Relation(sql, columns, NUMBER) if alone else Relation(sql, columns)


def _own_names(source: Source, session: Session, names: list[str]) -> list[str]:
    """The names as the first file writes them: DuckDB numbers those that differ by capitals."""
    statement = Statement()
    file = statement.bind(path_pattern(source.files[0]))
    schema = session.rows(
        f"SELECT name, coalesce(num_children, 0) FROM parquet_schema({file})", statement.values
    )
    unnumbered, skipped = [], 0
    for name, children in schema[1:]:
        if skipped:
            skipped += int(children) - 1
        else:
            unnumbered.append(str(name))
            skipped = int(children)
    renamed = [a.casefold() != b.casefold() for a, b in zip(unnumbered, names, strict=False)]
    return (
        [*unnumbered, *names[len(unnumbered) :]]
        if len(unnumbered) <= len(names) and any(renamed)
        else names
    )


def _stored_types(source: Source, session: Session) -> dict[str, str]:
    """Columns that the first file stores as what DuckDB has no type for, or does not tell.

    Floats of 16 bits are read as 32; pandas notes which integers are durations.
    """
    statement = Statement()
    file = statement.bind(path_pattern(source.files[0]))
    halves = session.rows(
        f"SELECT name FROM parquet_schema({file}) WHERE logical_type LIKE 'Float16%'",
        statement.values,
    )
    notes = session.rows(
        f"SELECT value FROM parquet_kv_metadata({file}) WHERE key = 'pandas'", statement.values
    )
    durations = [name for (note,) in notes for name in _durations(note)]
    return dict.fromkeys(durations, INTERVAL) | {str(name): "FLOAT16" for (name,) in halves}


def _durations(note: bytes) -> list[str]:
    """Columns that were durations in pandas, by what it notes in a file; of a broken note none."""
    try:
        columns = json.loads(note)["columns"]
        kinds = {str(column["name"]): str(column["numpy_type"]) for column in columns}
    except (ValueError, LookupError, TypeError, RecursionError):
        return []
    return [name for name, kind in kinds.items() if kind.startswith("timedelta64")]


def _fields(name: str, column: Column, depth: int) -> Iterator[tuple[str, Column]]:
    """The fields of a struct as columns of their own, named `user.age`."""
    if not column.type.startswith("STRUCT(") or column.type.endswith("]") or not depth:
        return
    for field, kind in _struct_fields(column.type[len("STRUCT(") : -1]):
        inner = Column(f"{column.sql}.{quote_name(field)}", kind)
        yield f"{name}.{field}", inner
        yield from _fields(f"{name}.{field}", inner, depth - 1)


def _struct_fields(text: str) -> Iterator[tuple[str, str]]:
    """Names and types of `a INTEGER, "b c" STRUCT(d VARCHAR)`."""
    level, quoted, start, parts = 0, False, 0, []
    for index, sign in enumerate(text):
        quoted ^= sign == '"'
        level += (sign == "(") - (sign == ")") if not quoted else 0
        if sign == "," and not level and not quoted:
            parts.append(text[start:index].strip())
            start = index + 1
    for part in (*parts, text[start:].strip()):
        end = part.rindex('" ') + 1 if part.startswith('"') else part.index(" ")
        name = part[:end].strip('"').replace('""', '"')
        yield name, part[end:].strip()


def _csv(source: Source, session: Session, table: str, needed: set[str]) -> Relation:
    """CSV files loaded into a table, by one reader for those of each header: columns are found by
    name, not by place.

    Raises `UserError` for a file whose header cannot be read.
    """
    groups: dict[Header, list[Path]] = {}
    for file in source.files:
        header = read_header(file, shown_path(file, session.root))
        groups.setdefault(header, []).append(file)
    partitions = {file: _partitions(file, session.root) for file in source.files}
    names = list(dict.fromkeys(name for header in groups for name in header.names))
    names += [key for keys in partitions.values() for key in keys if key not in names]
    loaded = [name for name in dict.fromkeys(names) if name in needed or not needed]
    statement, parts = Statement(), []
    for header, files in groups.items():
        keys = {tuple(partitions[file].items()) for file in files}
        for key in sorted(keys):
            unnumbered = [file for file in files if tuple(partitions[file].items()) == key]
            parts.append(_csv_part(header, unnumbered, dict(key), loaded, statement))
    text = " UNION ALL ".join(parts)
    session.rows(f"CREATE TEMP TABLE {table} AS {text}", statement.values)
    columns = {name: Column(f"c{index}", "VARCHAR") for index, name in enumerate(loaded)}
    absent = Column("NULL::VARCHAR", "VARCHAR")
    return Relation(lambda _: table, {**dict.fromkeys(names, absent), **columns})


def _csv_part(
    header: Header,
    files: list[Path],
    partition: dict[str, str],
    loaded: list[str],
    statement: Statement,
) -> str:
    """The loaded columns of files with one header. The blank ones are NULL."""
    selected = []
    for index, name in enumerate(loaded):
        value = "NULL::VARCHAR"
        if name in header.names:
            value = f"nullif(h{header.names.index(name)}, '')"
        elif name in partition:
            value = f"{statement.bind(partition[name])}::VARCHAR"
        selected.append(f"{value} AS c{index}")
    internal = {f"h{index}": "VARCHAR" for index in range(len(header.names))}
    read = (
        f"read_csv({statement.bind([path_pattern(file) for file in files])},"
        f" columns = {statement.bind(internal)},"
        f" auto_detect = false, header = true, delim = {statement.bind(header.separator)},"
        f" quote = chr(34), escape = chr(34){_line_end(header, statement)})"
    )
    return f"SELECT {', '.join(selected) or 'NULL AS c0'} FROM {read}"


def _line_end(header: Header, statement: Statement) -> str:
    if not header.line_end:
        return ""
    escaped = header.line_end.encode("unicode_escape").decode()  # backslashes, as DuckDB takes it
    return f", new_line = {statement.bind(escaped)}"


def _partitions(file: Path, root: Path) -> dict[str, str]:
    """The columns that folders such as `region=eu` stand for."""
    parts = file.parent.relative_to(root).parts if file.is_relative_to(root) else ()
    return dict(part.split("=", 1) for part in parts if "=" in part.strip("="))


def _json(source: Source, session: Session, table: str, needed: set[str]) -> Relation:
    """Values stay text: nothing is guessed. A field within an object is a column `user.age`."""
    statement = Statement()
    files = statement.bind([path_pattern(file) for file in source.files])
    described = session.rows(
        f"DESCRIBE SELECT * FROM read_json({files}, union_by_name = true)", statement.values
    )
    kinds = {str(row[0]): str(row[1]) for row in described}
    loaded = [name for name in kinds if not needed or _is_needed(name, needed)]
    statement = Statement()
    files = statement.bind([path_pattern(file) for file in source.files])
    typed = statement.bind(dict.fromkeys(loaded, "VARCHAR")) if loaded else "{none: 'VARCHAR'}"
    text = f"SELECT * FROM read_json({files}, columns = {typed})"
    session.rows(f"CREATE TEMP TABLE {table} AS {text}", statement.values)
    columns: dict[str, Column] = {}
    for name, kind in kinds.items():
        columns[name] = Column(quote_name(name), kind if is_nested(kind) else "VARCHAR")
        for path, _ in _fields(name, Column("", kind), DEPTH):
            steps = "".join(f'."{step}"' for step in path[len(name) + 1 :].split("."))
            pointer = ("$" + steps).replace("'", "''")
            sql = f"json_extract_string({quote_name(name)}, '{pointer}')"
            columns[path] = Column(sql, "VARCHAR")
    return Relation(lambda _: table, columns)


def _is_needed(name: str, needed: set[str]) -> bool:
    return name in needed or any(item.startswith(f"{name}.") for item in needed)


def _require_parquet(source: Source, root: Path) -> None:
    for file in source.files:
        with file.open("rb") as opened:
            start = opened.read(40)
        if start.startswith(b"version https://git-lfs"):
            message = f"{shown_path(file, root)} is a pointer of Git LFS, not the data"
            raise UserError(message, "run `git lfs pull`")
        if not start.startswith(b"PAR1"):
            raise UserError(f"{shown_path(file, root)} is not a Parquet file, or it is broken")
