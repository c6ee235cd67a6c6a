"""The bands that ordinary variation needs: windows of the baseline against the rest of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from lensops.drift.baseline import Baseline, prepare
from lensops.drift.check import baseline_window, current_of, rows_of
from lensops.drift.compare import pair_of
from lensops.drift.engine import Asked, Engine, Group
from lensops.drift.layout import Tally
from lensops.drift.psi import psi
from lensops.errors import Undecided
from lensops.manifest.drift import Bands, Monitor

LEAST = 8  # windows below which no band can be told
ORDINARY = 0.95  # the share of ordinary windows that stays below `warning`
ABOVE = 1.5  # `critical` is at least so many times `warning`


@dataclass(frozen=True, slots=True)
class Calibrated:
    """The bands of one monitor, and the largest PSI of each window that they come from.

    `window` says in words what a window was.
    """

    monitor: str
    bands: Bands
    present: Bands
    window: str
    psis: tuple[float, ...]


def calibrate(name: str, monitor: Monitor, engine: Engine) -> Calibrated:
    """Bands from the baseline alone, cut into windows as long as the current one.

    `warning` is the PSI that 95 % of these windows stay below; `critical` the largest of them, and
    at least 1.5 times `warning`. Where rows follow a season, this is the band that means something.
    Raises `Undecided` when the baseline has fewer than 8 such windows.
    """
    current = current_of(monitor, engine)
    window = baseline_window(monitor, engine, current.rows)
    baseline = prepare(monitor, engine, window, current.rows)
    now, then = current.extremes, window.extremes
    if monitor.time and then.first and then.last and now.first and now.last:
        seconds = max((now.last - now.first).total_seconds(), 1.0)
        group, said = Group("time", size=seconds, start=then.first), f"{seconds / 86400:.3g} days"
    else:
        size = max(now.rows, 1)
        group, said = Group("rows", size=size), f"{size:,} rows"
    parts = engine.count(window.rows, Asked(baseline.layouts, group))
    psis = tuple(_largest(baseline, parts))
    if len(psis) < LEAST:
        words = f"the baseline of {name} has {len(psis)} windows of {said}, {LEAST} are needed"
        raise Undecided(words, "declare a longer baseline, or a shorter current window")
    return Calibrated(name, _bands(psis), monitor.bands, said, psis)


def _largest(baseline: Baseline, parts: Mapping[str | None, Tally]) -> Iterator[float]:
    """Of each window the largest PSI of its features against all other rows."""
    whole = baseline.tallies.get(None, {})
    full = np.median([rows_of(part) for part in parts.values()]) if parts else 0
    for segment, part in sorted(parts.items(), key=lambda each: int(each[0] or 0)):
        if segment is None or rows_of(part) < full / 2:  # a rest at the end
            continue
        found = []
        for ready in baseline.features:
            name = ready.measure.name
            if ready.layout is not None and name in part:
                pair = pair_of(ready, ready.layout, whole[name] - part[name], part[name])
                if min(pair.sizes):
                    found.append(float(psi(*pair.shares)))
        if found:
            yield max(found)


def _bands(psis: tuple[float, ...]) -> Bands:
    warning = max(float(np.quantile(psis, ORDINARY)), 1e-4)
    critical = max(*psis, ABOVE * warning)
    return Bands(warning=_readable(warning), critical=_readable(critical))


def _readable(value: float) -> float:
    """Rounded up to two digits that count, so that the band still holds what it was made of."""
    unit = 10.0 ** (np.floor(np.log10(value)) - 1)
    return float(f"{np.ceil(value / unit - 1e-9) * unit:.10g}")
