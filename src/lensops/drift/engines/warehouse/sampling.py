"""The values behind edges and shapes: all of a window, or every so-manieth in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import ibis
import numpy as np

from lensops.drift.psi import Shares
from lensops.drift.recipes import Extent

STRETCHES = 64  # parts that are sorted by themselves, so that an engine can share them out
Batches = Callable[[Any], Iterable[Any]]


def together(window: Any, values: Mapping[str, Any], batches: Batches) -> dict[str, Shares]:
    """All finite values of several measures, read by one statement."""
    table = window.select(**{f"f{at}": value for at, value in enumerate(values.values())})
    parts = list(batches(table))
    return {name: _array(parts, at) for at, name in enumerate(values)}


def taken(window: Any, value: Any, step: int, extent: Extent | None, batches: Batches) -> Shares:
    """Every `step`-th finite value of a measure.

    A table has no order of rows, so the order is that of the values: the same on every run, and
    spread over the whole distribution.
    """
    if extent is None:
        return np.empty(0)
    table = window.select(x=value).filter(ibis._.x.notnull())
    half = (extent.high / 2 - extent.low / 2) / STRETCHES or 1.0  # halved: huge numbers stay finite
    stretch = ((table.x / 2 - extent.low / 2) / half).floor()
    place = ibis.row_number().over(group_by=stretch, order_by=table.x)
    numbered = table.mutate(location=place)
    asked = numbered.filter(numbered.location % step == step // 2).select("x")
    return _array(batches(asked), 0)


def _array(batches: Iterable[Any], column: int) -> Shares:
    """A column of a result in its order, without rows that have no value."""
    parts = [batch.column(column).to_numpy(zero_copy_only=False) for batch in batches]
    values = np.concatenate([np.empty(0), *parts]).astype(np.float64)
    found: Shares = np.sort(values[~np.isnan(values)])
    return found
