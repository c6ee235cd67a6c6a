"""DuckDB counts files: CSV, JSONL and Parquet, in memory that does not grow with the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lensops.drift.engines.duckdb.engine import DuckEngine

__all__ = ["DuckEngine"]


def __getattr__(name: str) -> Any:
    """The engine, loaded when it is asked for: `validate` reads headers without it."""
    if name == "DuckEngine":
        from lensops.drift.engines.duckdb.engine import DuckEngine

        return DuckEngine
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
