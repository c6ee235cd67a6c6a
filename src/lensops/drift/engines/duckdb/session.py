"""A DuckDB connection that reads the monitor's files and nothing else; what its answers mean."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from lensops.drift.binning import Measure, ValueCounts
from lensops.drift.engine import CATEGORY, DURATION, NESTED, NUMBER, TEXT, TIME
from lensops.drift.engines.duckdb.sql import INTERVAL, is_nested, is_number, is_text
from lensops.drift.floats import from_widened, narrow_text
from lensops.drift.psi import Shares
from lensops.drift.readability import EXAMPLES, Readability
from lensops.drift.text import count_values
from lensops.errors import UserError

MEMORY = "1GB"  # beyond it DuckDB spills to its temporary folder
THREADS = 8  # memory grows with threads, speed of counting hardly beyond
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
_RAGGED = re.compile(
    r"CSV Error on Line: (\d+).*?Expected Number of Columns: (\d+) Found: (\d+)", re.DOTALL
)
_LINE = re.compile(r"CSV Error on Line: (\d+)")
Item = TypeVar("Item")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)
WIDTH = 50  # measures of one statement: memory grows with the columns that are read together


class Session:
    """One connection with limits on memory, threads and files; no network, no extensions."""

    def __init__(self, files: Iterable[Path], root: Path) -> None:
        import duckdb

        self.root = root
        self.errors = duckdb.Error
        self.spill = tempfile.TemporaryDirectory(prefix="lensops-")
        self.connection = duckdb.connect(config=CONFIG)
        allowed = [form for file in files for form in (str(file), path_pattern(file))]
        settings: dict[str, Any] = {
            "memory_limit": MEMORY,
            "threads": max(1, min(os.cpu_count() or 1, THREADS)),
            "TimeZone": "UTC",
            "temp_directory": self.spill.name,
            "allowed_directories": [self.spill.name],
            "allowed_paths": allowed,
            "enable_external_access": False,
            "lock_configuration": True,
        }
        for name, value in settings.items():
            self.connection.execute(f"SET {name} = {_literal(value)}")

    def rows(self, text: str, values: list[Any]) -> list[tuple[Any, ...]]:
        """All rows of a statement's result."""
        with self._clear_errors():
            result: list[tuple[Any, ...]] = self.connection.execute(text, values).fetchall()
        return result

    def arrays(self, text: str, values: list[Any]) -> dict[str, Any]:
        """A statement's result as one array a column, masked where there is no value."""
        with self._clear_errors():
            arrays: dict[str, Any] = self.connection.execute(text, values).fetchnumpy()
        return arrays

    def close(self) -> None:
        self.connection.close()
        self.spill.cleanup()

    @contextlib.contextmanager
    def _clear_errors(self) -> Any:
        """DuckDB's errors in plain terms, without paths of the machine."""
        try:
            yield
        except self.errors as error:
            raise UserError(*_explain(str(error).replace(f"{self.root}{os.sep}", ""))) from None


def path_pattern(file: Path) -> str:
    """A path as DuckDB reads it: what would be a glob is put in brackets."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in str(file))


def _explain(message: str) -> tuple[str, str | None]:
    file = re.search(r"file = (.+)", message)
    name = f"{file[1].strip()}: " if file else ""
    if match := _RAGGED.search(message):
        line, expected, count = match.groups()
        hint = "put a text that holds the separator into double quotes"
        fields = "field" if count == "1" else "fields"
        return f"{name}line {line} has {count} {fields}, the header {expected}", hint
    if match := _LINE.search(message):
        return f"{name}line {match[1]} is not valid CSV", "quotes must be closed and doubled inside"
    if "CSV Parser" in message:
        problem = f"{name}it is not valid CSV"
        return problem, "lines must end alike, and quotes must be closed and doubled inside"
    first = message.split("\n\n")[0].splitlines()[0]
    kind, _, rest = first.partition(": ")
    if "Out of Memory" in kind:
        return "the rows need more memory than drift allows itself", "watch fewer columns at once"
    return f"the data cannot be read: {rest or first}", None


def _literal(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_literal(item) for item in value) + "]"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value).lower()


def to_value_counts(results: list[tuple[Any, ...]], measure: Measure, floats: str) -> ValueCounts:
    """The counts of one group: rows of key, value, count, and rows with any value."""
    listed = {value.strip() for value in measure.missing}
    missing = sum(int(n) for _, value, n, _ in results if value is None)
    filled = next((int(total or 0) for *_, total in results), 0)
    values = [(narrow_text(str(v), floats), int(n)) for _, v, n, _ in results if v is not None]
    absent = sum(n for value, n in values if value.strip() in listed)
    present = [(value, n) for value, n in values if value.strip() not in listed]
    raw = measure.derivation == "repeated"
    return count_values(present, filled - absent, missing + absent, raw=raw)


def to_readability(filled: int, numbers: int, odd: Sequence[str] | None) -> Readability:
    examples = dict.fromkeys(str(example) for example in odd or ())
    return Readability(filled, numbers, tuple(examples)[:EXAMPLES])


def finite_values(array: Any, floats: str) -> Shares:
    """The finite values of a column as DuckDB gives it, doubles that may have been narrower."""
    values = np.ma.filled(np.ma.asarray(array, dtype=np.float64), np.nan)
    return from_widened(values[np.isfinite(values)], floats)


def group_name(key: Any) -> str | None:
    return None if key is None else str(key)


def in_parts(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """As many as one statement counts; nearly always that is all of them."""
    for start in range(0, len(items), WIDTH):
        yield items[start : start + WIDTH]


def column_kind(kind: str) -> str:
    if is_nested(kind):
        return NESTED
    if kind == INTERVAL:
        return DURATION
    if kind.startswith("TIMESTAMP") or kind == "DATE":
        return TIME
    if is_number(kind) and kind != "BOOLEAN":
        return NUMBER
    return TEXT if is_text(kind) else CATEGORY


def to_utc(microseconds: int | None) -> datetime | None:
    """UTC; the last microsecond that there is has none behind it to end a window at."""
    if microseconds is None:
        return None
    try:
        moment = EPOCH + timedelta(microseconds=int(microseconds))
    except OverflowError:
        moment = None
    if moment is None or moment == LAST:
        raise UserError("a row has a time outside of the years 1 to 9999", "fix or filter it")
    return moment
