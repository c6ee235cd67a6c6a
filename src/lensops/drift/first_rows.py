"""The columns and first rows of CSV and JSONL files, read without an engine, for `validate`."""

from __future__ import annotations

import csv
import difflib
import itertools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lensops.drift.engines.duckdb.sources import form_of, open_text, read_header, resolve_source
from lensops.drift.readability import EXAMPLES, Readability, kind_of_texts
from lensops.errors import UserError
from lensops.files import LocalTree
from lensops.manifest.drift import Feature, Monitor, Window

ROWS = 1_000
Row = Mapping[str, Any]


def feature_problems(monitor: Monitor, tree: LocalTree) -> Iterator[tuple[str, UserError]]:
    """Features whose column is not there, or whose first values leave its kind open.

    Files that are absent, or of a format that needs an engine, are left to the check itself.
    """
    windows = (monitor.baseline, monitor.current)
    files = dict.fromkeys(_first_file(monitor, window, tree) for window in windows)
    for file in files:
        rows = _first_rows(file) if file is not None else []
        columns = list(dict.fromkeys(name for row in rows for name in row))
        for name, feature in monitor.features.items():
            if file and columns and (error := _problem(name, feature, columns, rows, file.name)):
                yield name, error


def _first_rows(file: Path) -> list[Row]:
    try:
        return list(itertools.islice(_rows(file), ROWS))
    except (UserError, OSError, ValueError, csv.Error):
        return []


def _first_file(monitor: Monitor, window: Any, tree: LocalTree) -> Path | None:
    """The first file of a window that can be read here."""
    data = window.data if isinstance(window, Window) else window
    data = data or monitor.data
    if data is None or monitor.connection is not None:
        return None
    try:
        source = resolve_source((data,) if isinstance(data, str) else data, tree)
        return source.files[0] if form_of(source.files[0]) != "parquet" else None
    except UserError:
        return None


def _problem(
    name: str, feature: Feature, columns: list[str], rows: list[Row], file: str
) -> UserError | None:
    column = feature.column or name
    if column not in columns:
        if "." in column:  # perhaps a field of an object
            return None
        near = difflib.get_close_matches(column, columns, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"columns are: {', '.join(columns[:8])}"
        return UserError(f"{file} has no column {column!r}", hint)
    if feature.kind is not None or feature.chosen is not None:
        return None
    try:
        kind_of_texts(column, _readability([row.get(column) for row in rows], feature))
    except UserError as error:
        return error
    return None


def _readability(values: list[Any], feature: Feature) -> Readability:
    texts = [str(value).strip() for value in values if value is not None]
    filled = [
        text for text in texts if text and text.lower() != "nan" and text not in feature.missing
    ]
    odd = [text for text in filled if not _is_number(text.replace(feature.decimal, "."))]
    return Readability(len(filled), len(filled) - len(odd), tuple(dict.fromkeys(odd))[:EXAMPLES])


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _rows(file: Path) -> Iterator[Row]:
    if form_of(file) == "csv":
        header = read_header(file, file.name)
        with open_text(file) as text:
            records = csv.reader(text, delimiter=header.separator)
            next(records, None)
            for record in records:
                yield dict(zip(header.names, record, strict=False))
        return
    with open_text(file) as text:
        for line in text:
            row = json.loads(line)
            if isinstance(row, dict):
                yield row
