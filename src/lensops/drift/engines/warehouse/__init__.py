"""The engine on a warehouse: the same counting through ibis, where the rows already are."""

from __future__ import annotations

from lensops.drift.engines.warehouse.connection import open_warehouse

__all__ = ["open_warehouse"]
