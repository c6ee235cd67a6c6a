"""Evenly taken values of a table: of each stretch of values every so-manieth in their order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import ibis
import numpy as np

from lensops.drift.psi import Shares
from lensops.drift.recipes import Extent

STRETCHES = 64  # parts that are sorted by themselves, so that an engine can share them out


def taken(window: Any, value: Any, step: int, extent: Extent | None) -> Any:
    """The statement for every `step`-th finite value.

    A table has no order of rows, so the order is that of the values: the same on every run, and
    spread over the whole distribution.
    """
    table = window.select(x=value).filter(ibis._.x.notnull())
    if step == 1 or extent is None:
        return table
    half = (extent.high / 2 - extent.low / 2) / STRETCHES or 1.0  # halved: huge numbers stay finite
    stretch = ((table.x / 2 - extent.low / 2) / half).floor()
    place = ibis.row_number().over(group_by=stretch, order_by=table.x)
    numbered = table.mutate(place=place)
    return numbered.filter(numbered.place % step == step // 2).select("x")


def array(batches: Iterable[Any]) -> Shares:
    """The values of a result's only column."""
    parts = [batch.column(0).to_numpy(zero_copy_only=False) for batch in batches]
    values: Shares = np.concatenate([np.empty(0), *parts]).astype(np.float64)
    return np.sort(values)
