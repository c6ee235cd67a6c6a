"""Recipes of numbers: bins of equal width, between the baseline's quantiles, or as declared."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from lensops.drift.binning import Binning
from lensops.drift.psi import Shares
from lensops.manifest.drift import Feature

HUGE = 1e300  # numbers whose differences could overflow
FINE = 32  # fine bins: of equal baseline shares, with one for each value of a larger share
FEW = 20  # Evidently compares a baseline with no more distinct numbers value by value


@dataclass(frozen=True, slots=True)
class Extent:
    """Rows with a finite value, the smallest value and the largest one."""

    rows: int
    low: float
    high: float

    def __or__(self, other: Extent) -> Extent:
        low, high = min(self.low, other.low), max(self.high, other.high)
        return Extent(self.rows + other.rows, low, high)


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """What is known of a number before it is counted.

    `sample` holds finite values of the baseline: all of them, or evenly taken ones of many rows.
    The extent of both windows and `levels`, their distinct values, serve recipes that take their
    bins from both windows; no levels: there are many.
    """

    sample: Shares
    extent: Extent | None = None
    levels: tuple[float, ...] = ()


@dataclass(slots=True)
class _Bins:
    """Bins under construction, in rising order; those that may stay away are told apart."""

    cuts: list[float] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    optional: list[bool] = field(default_factory=list)

    def add(self, label: str, end: float | None, *, optional: bool = False) -> None:
        """A bin up to an end that it does not include; the last one has none."""
        if end is not None and self.cuts and end <= self.cuts[-1]:
            return
        self.labels.append(label)
        self.optional.append(optional)
        if end is not None:
            self.cuts.append(end)


def uniform(feature: Feature, facts: NumberFacts) -> Binning:
    """Bins of equal width over the declared range."""
    low, high = feature.range or (0.0, 1.0)
    return closed_bins("uniform", even_edges(low, high, feature.bins), facts.sample)


def declared_edges(feature: Feature, facts: NumberFacts) -> Binning:
    """The bins that the manifest gives, such as score bands."""
    return closed_bins("edges", feature.edges or (), facts.sample)


def quantile(feature: Feature, facts: NumberFacts) -> Binning:
    """Bins between the baseline's quantiles; a bin a value where there are few values.

    A value of more rows than a bin should have gets one of its own. What lies beyond the baseline's
    range, or between its few values, has bins that exist only where a row is in them.
    """
    levels, times = np.unique(facts.sample, return_counts=True)
    if levels.size <= feature.bins:
        return _value_bins("quantile", levels, facts.sample)
    masses = levels[times >= facts.sample.size / feature.bins]
    half = 0.5 if np.abs(levels).max() > HUGE else 1.0
    grid = np.linspace(0, 1, feature.bins + 1)[1:-1]
    inner = np.unique(np.quantile(facts.sample * half, grid) / half)
    inner = inner[inner > levels[0]]
    return _quantile_bins(levels, inner, masses, facts.sample)


def evidently(_feature: Feature, facts: NumberFacts) -> Binning:
    """Evidently 0.7's bins: Sturges' number of equal width over both windows, or a value each."""
    if facts.levels:
        return _between("evidently", sorted(facts.levels), facts.sample)
    extent = facts.extent or Extent(1, 0.0, 1.0)
    low, high = extent.low, extent.high
    if low == high:
        low, high = low - 0.5, high + 0.5
    bins = int(np.ceil(np.log2(extent.rows) + 1))
    return closed_bins("evidently", even_edges(low, high, bins), facts.sample)


def closed_bins(recipe: str, edges: Sequence[float], sample: Shares) -> Binning:
    """Bins [a, b) between the edges, the last one closed, and optional ones below and above."""
    edges = tuple(float(edge) for edge in edges)
    below, above = f"below {short_number(edges[0])}", f"above {short_number(edges[-1])}"
    bins = _Bins()
    bins.add(below, edges[0], optional=True)
    for low, high in itertools.pairwise(edges):
        last = high == edges[-1]
        label = f"[{short_number(low)}, {short_number(high)}{']' if last else ')'}"
        bins.add(label, _next(high) if last else high)
    bins.add(above, None, optional=True)
    return _refine_bins(recipe, bins, sample, edges, (below, above))


def present(recipe: str) -> Binning:
    """One bin for any value: all that can be told of a baseline without one."""
    return Binning(recipe, "number", ("any value",), (0,), 0, tested=(0,))


def even_edges(low: float, high: float, bins: int) -> list[float]:
    """The edges of bins of equal width. Halved meanwhile: the largest numbers stay finite."""
    return [2 * float(edge) for edge in np.linspace(low / 2, high / 2, bins + 1)]


def short_number(value: float) -> str:
    """A number as a label has it: six digits, integers whole."""
    if value == int(value) and 1e6 <= abs(value) < 1e18:
        return str(int(value))
    return f"{value:.6g}"


def _value_bins(recipe: str, levels: Shares, sample: Shares) -> Binning:
    bins, between = _Bins(), "between the values"
    bins.add(f"below {short_number(levels[0])}", float(levels[0]), optional=True)
    for level, following in itertools.pairwise([*levels.tolist(), None]):
        bins.add(f"= {short_number(level)}", _next(level))
        if following is not None:
            bins.add(between, following, optional=True)
    bins.add(f"above {short_number(levels[-1])}", None, optional=True)
    return _refine_bins(recipe, bins, sample, tuple(levels.tolist()))


def _quantile_bins(levels: Shares, inner: Shares, masses: Shares, sample: Shares) -> Binning:
    low, high = float(levels[0]), float(levels[-1])
    single = {float(mass) for mass in masses}
    starts = sorted({*inner.tolist(), *single, *(_next(mass) for mass in single)})
    bins, start = _Bins(), low
    bins.add(f"below {short_number(low)}", low, optional=True)
    for end in [*(cut for cut in starts if low < cut <= high), None]:
        bins.add(
            _interval(start, end, single, first=start == low), _next(high) if end is None else end
        )
        start = end if end is not None else start
    bins.add(f"above {short_number(high)}", None, optional=True)
    edges = tuple(cut for cut in starts if low < cut <= high)
    beyond = bins.labels[0], bins.labels[-1]
    return replace(_refine_bins("quantile", bins, sample, edges), beyond=beyond)


def _interval(start: float, end: float | None, masses: set[float], *, first: bool) -> str:
    if start in masses and (end is None or end == _next(start)):
        return f"= {short_number(start)}"
    previous = math.nextafter(start, -math.inf)
    opened = previous in masses
    low = short_number(previous if opened else start)
    if end is None:
        return f"{'>' if opened else '≥'} {low}"
    high = short_number(end)
    return f"< {high}" if first else f"{'(' if opened else '['}{low}, {high})"


def _between(recipe: str, levels: list[float], sample: Shares) -> Binning:
    """Bins [a, b) between the levels from the second on; the first and the last have no end."""
    if len(levels) == 1:
        return closed_bins(recipe, [levels[0] - 0.5, levels[0] + 0.5], sample)
    inner, bins = levels[1:], _Bins()
    bins.add(f"< {short_number(inner[0])}", inner[0])
    for low, high in itertools.pairwise(inner):
        bins.add(f"[{short_number(low)}, {short_number(high)})", high)
    bins.add(f"≥ {short_number(inner[-1])}", None)
    return _refine_bins(recipe, bins, sample, tuple(inner))


def _refine_bins(
    recipe: str,
    bins: _Bins,
    sample: Shares,
    edges: tuple[float, ...],
    outside: tuple[str, ...] = (),
) -> Binning:
    """The bins of a report, counted in fine ones; the optional ones come last."""
    names = list(dict.fromkeys(bins.labels))
    optional = {label for label, may in zip(bins.labels, bins.optional, strict=True) if may}
    labels = [name for name in names if name not in optional]
    fixed = len(labels)
    labels += [name for name in names if name in optional]
    fine = fine_cuts(sample)
    cuts = sorted({*bins.cuts, *fine})
    starts = np.searchsorted(bins.cuts, cuts, side="right").tolist()
    return Binning(
        recipe,
        "number",
        tuple(labels),
        groups=tuple(labels.index(bins.labels[index]) for index in (0, *starts)),
        fixed=fixed,
        tested=(0, *np.searchsorted(fine, cuts, side="right").tolist()),
        cuts=tuple(cuts),
        edges=edges,
        outside=outside,
    )


def fine_cuts(sample: Shares) -> list[float]:
    """Cuts of the evidence: around each value of a large share, midway between quantiles, and at
    the ends of the sample.

    Midway, because a cut at one of the baseline's own values would favour one side.
    """
    if not sample.size:
        return []
    values, times = np.unique(sample, return_counts=True)
    alone = values if values.size <= FINE else values[times > sample.size / FINE]
    cuts = {float(cut) for value in alone.tolist() for cut in (value, _next(value))}
    cuts |= {float(values[0]), _next(float(values[-1]))}
    if values.size > FINE:
        ordered = np.sort(sample)
        places = np.linspace(0, sample.size, FINE + 1)[1:-1].astype(int)
        cuts |= {float(cut) for cut in ordered[places - 1] / 2 + ordered[places] / 2}
    return sorted(cuts)


def _next(value: float) -> float:
    """The next number above."""
    return math.nextafter(value, math.inf)
