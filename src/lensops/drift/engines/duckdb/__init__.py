"""DuckDB counts files: CSV, JSONL and Parquet, in memory that does not grow with the rows."""

from lensops.drift.engines.duckdb.engine import DuckEngine

__all__ = ["DuckEngine"]
