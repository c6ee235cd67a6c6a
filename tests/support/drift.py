"""Drift in tests: tables as files of any format, monitors, and the check of one."""

from __future__ import annotations

import csv
import functools
import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from lensops.drift.check import check_monitor
from lensops.drift.engines.duckdb import DuckEngine
from lensops.drift.results import DriftReport, FeatureDrift
from lensops.drift.windows import monitor_columns, window_sources
from lensops.files import Folder
from lensops.manifest.drift import Monitor

SHARED = Path(__file__).parents[3] / "shared" / "data"
Table = Mapping[str, Sequence[Any]]


def monitor(**keys: Any) -> Monitor:
    """A monitor of two files, with what is given in place of the defaults."""
    declared = {"baseline": "baseline.csv", "current": "current.csv", "features": {"x": {}}}
    return Monitor.model_validate({**declared, **keys})


def checked(folder: Path, declared: Monitor) -> DriftReport:
    """The report of a monitor whose files lie in a folder."""
    engine = DuckEngine(Folder(folder), window_sources(declared), monitor_columns(declared))
    try:
        return check_monitor("test", declared, engine)
    finally:
        engine.close()


def feature(folder: Path, name: str = "x", **keys: Any) -> FeatureDrift:
    """One feature of the report of a monitor."""
    report = checked(folder, monitor(**keys))
    return next(each for each in report.features if each.name == name)


def write(path: Path, table: Table) -> Path:
    """A table as a file, in the format of its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    name = path.name.removesuffix(".gz")
    if name.endswith((".parquet", ".pq")):
        _parquet(path, table)
        return path
    lines = _json(table) if name.endswith(".jsonl") else _csv(table, name)
    data = "".join(lines).encode()
    path.write_bytes(gzip.compress(data) if path.name.endswith(".gz") else data)
    return path


def windows(folder: Path, baseline: Table, current: Table, ending: str = "csv") -> None:
    """Both windows as files named `baseline` and `current`."""
    write(folder / f"baseline.{ending}", baseline)
    write(folder / f"current.{ending}", current)


def _rows(table: Table) -> Iterable[tuple[Any, ...]]:
    return zip(*table.values(), strict=True)


def _csv(table: Table, name: str) -> Iterable[str]:
    class Lines(list[str]):
        def write(self, line: str) -> None:
            self.append(line)

    lines = Lines()
    writer = csv.writer(lines, delimiter="\t" if name.endswith(".tsv") else ",")
    writer.writerow(table)
    writer.writerows(_rows(table))
    return lines


def _json(table: Table) -> Iterable[str]:
    for row in _rows(table):
        made = {name: _plain(value) for name, value in zip(table, row, strict=True)}
        yield json.dumps(made) + "\n"


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _parquet(path: Path, table: Table) -> None:
    columns = ", ".join(
        f"{_column(at, values)} AS {_quoted(name)}"
        for at, (name, values) in enumerate(table.items())
    )
    arrays = {f"c{at}": _filled(values) for at, values in enumerate(table.values())}
    absent = {f"n{at}": _absent(values) for at, values in enumerate(table.values())}
    connection = _connection()
    connection.register("given", {**arrays, **absent})
    connection.execute(f"COPY (SELECT {columns} FROM given) TO '{path}' (FORMAT parquet)")


@functools.cache
def _connection() -> duckdb.DuckDBPyConnection:
    """The one that writes files for the tests: to open one takes longer than to write."""
    return duckdb.connect(config={"threads": 1})


def _column(at: int, values: Sequence[Any]) -> str:
    return f"CASE WHEN NOT n{at} THEN c{at} END" if _absent(values).any() else f"c{at}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _absent(values: Sequence[Any]) -> Any:
    return np.array([value is None for value in values], dtype=bool)


def _filled(values: Sequence[Any]) -> Any:
    """A column without gaps: what stands in one is masked by the query."""
    if isinstance(values, np.ndarray):
        return values
    blank = next((value for value in values if value is not None), 0.0)
    return np.array([blank if value is None else value for value in values])
