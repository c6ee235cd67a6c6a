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


def all_values(window: Any, values: Mapping[str, Any], batches: Batches) -> dict[str, Shares]:
    """All finite values of several measures, read by one statement."""
    table = window.select(**{f"f{index}": value for index, value in enumerate(values.values())})
    parts = list(batches(table))
    return {name: _array(parts, index) for index, name in enumerate(values)}


def every_step(
    window: Any,
    values: Mapping[str, Any],
    step: int,
    extents: Mapping[str, Extent | None],
    batches: Batches,
) -> dict[str, Shares]:
    """Every `step`-th finite value of several measures, read by one statement.

    A table has no order of rows, so the order is that of the values: the same on every run, and
    spread over the whole distribution.
    """
    parts = [
        _step_sample(window, value, step, extent, index)
        for index, (name, value) in enumerate(values.items())
        if (extent := extents[name]) is not None
    ]
    samples: dict[str, list[float]] = {name: [] for name in values}
    names = list(values)
    statement = ibis.union(*parts, distinct=False) if len(parts) > 1 else (parts or [None])[0]
    for batch in batches(statement) if statement is not None else ():
        for index, x in zip(batch.column(0).to_pylist(), batch.column(1).to_pylist(), strict=True):
            samples[names[index]].append(x)
    return {name: np.sort(np.asarray(sample, np.float64)) for name, sample in samples.items()}


def _step_sample(window: Any, value: Any, step: int, extent: Extent, index: int) -> Any:
    table = window.select(x=value).filter(ibis._.x.notnull())
    half = (extent.high / 2 - extent.low / 2) / STRETCHES or 1.0  # halved: huge numbers stay finite
    stretch = ((table.x / 2 - extent.low / 2) / half).floor()
    place = ibis.row_number().over(group_by=stretch, order_by=table.x)
    numbered = table.mutate(place=place, measure=ibis.literal(index, "int64"))
    return numbered.filter(numbered.place % step == step // 2).select("measure", "x")


def _array(batches: Iterable[Any], column: int) -> Shares:
    """A column of a result in its order, without rows that have no value."""
    parts = [batch.column(column).to_numpy(zero_copy_only=False) for batch in batches]
    values = np.concatenate([np.empty(0), *parts]).astype(np.float64)
    present: Shares = np.sort(values[~np.isnan(values)])
    return present
