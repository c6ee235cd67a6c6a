"""Spark: a session in this process, its timestamps told apart, its results without pandas."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import ibis
from pyspark.sql import SparkSession

from lensops.drift.engines.warehouse.server import ROWS, Server

UTC = "timestamp('UTC')"


class Spark(Server):
    """Tables and views of a session; one that ran before is left running."""

    def __init__(self, session: Any, *, ours: bool) -> None:
        super().__init__(ibis.pyspark.connect(session))
        self.session, self.ours = session, ours

    def table(self, places: tuple[str, ...], name: str) -> Any:
        """A table whose points in time say so: ibis takes both kinds of timestamp for naive."""
        table = super().table(places, name)
        quoted = ".".join(f"`{part.replace('`', '``')}`" for part in (*places, name))
        kinds = dict(self.session.table(quoted).dtypes)
        return table.cast({column: UTC for column, kind in kinds.items() if kind == "timestamp"})

    def batches(self, statement: Any) -> Iterable[Any]:
        frame = self.session.sql(self.connection.compile(statement))
        if not hasattr(frame, "toArrow"):  # before Spark 4
            return super().batches(statement)
        return frame.toArrow().to_batches(max_chunksize=ROWS)  # type: ignore[no-any-return]  # pyspark has no types here

    def close(self) -> None:
        if self.ours:
            self.session.stop()


def connect(url: str) -> Spark:
    """A session with the URL's parameters as settings: `pyspark://?spark.master=local[2]`."""
    running = SparkSession.getActiveSession()
    builder = SparkSession.builder
    for name, value in parse_qsl(urlsplit(url).query):
        builder = builder.config(name, value)
    return Spark(running or builder.getOrCreate(), ours=running is None)
