"""Evidence: what the counts of two windows say of a shift, and the word for it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from lensops.drift.binning import BinCounts, Pair, ValueCounts
from lensops.drift.distributions import chi_square_ppf
from lensops.drift.psi import Vector, psi
from lensops.drift.shape import Shape
from lensops.drift.two_sample import (
    combine_weighted,
    ends_p_value,
    ordered_p_value,
    table_p_value,
)
from lensops.manifest.drift import Bands, Monitor

ORDER, TIES, EXTRA, ENDS = 0.8, 0.1, 0.05, 0.05  # weights of what is tested of a number
FLAG = 2  # bins of a flag, which has no ends
TIED_ROWS, TIED_SHARE = 5, 0.01  # of both windows: from these on one value is tested by itself
DRAWS = 1_000  # of the bootstrap
SEED = 20_180_402  # fixed: the same counts give the same interval
STRICT = 10  # the gate fails at this part of 1 - confidence


class Status(StrEnum):
    """What the bands say of a PSI, or that nothing can be compared."""

    OK = "ok"
    WARNING = "warning"
    CRITICAL = "critical"
    NO_DATA = "no data"


class Evidence(StrEnum):
    """What the number of rows says of a PSI."""

    NONE = "none"  # below the bands, and chance explains it
    NOISE = "noise"  # in the warning band, and chance explains it
    WEAK = "weak"  # critical, and chance is not ruled out
    SMALL = "real but small"  # below the bands, and chance does not explain it
    CONFIRMED = "confirmed"  # in a band, and chance does not explain it
    INCONCLUSIVE = "inconclusive"  # so few rows that chance alone reaches the band


@dataclass(frozen=True, slots=True)
class Figures:
    """The measured figures of one feature.

    `noise` is the PSI expected by chance, `noise_limit` the one that chance stays below with the
    monitor's confidence, `interval` the bounds of the shift with chance taken off, `rows_needed`
    the rows of a window that could show the band which fails the gate.
    """

    psi: float
    p_value: float
    noise: float
    noise_limit: float
    interval: tuple[float, float]
    rows_needed: int


@dataclass(frozen=True, slots=True)
class BinWindows:
    """A number or a flag as counted in both windows; shapes are there for numbers.

    `tested` names the bin of the evidence that each counted bin belongs to.
    """

    baseline: BinCounts
    current: BinCounts
    tested: tuple[int, ...]
    shapes: tuple[Shape | None, Shape | None] = (None, None)

    def exchange_p_value(self) -> float:
        """Of the order of values, their ties, their ends and the rows without one, each tested."""
        fine = _tested_bins(self.baseline, self.tested), _tested_bins(self.current, self.tested)
        extras = [
            np.array([side.rows - sum(side.extras), *side.extras])
            for side in (self.baseline, self.current)
        ]
        tables = [(ORDER, fine, ordered_p_value), (EXTRA, (extras[0], extras[1]), table_p_value)]
        if self.shapes[0] is not None and self.shapes[1] is not None:
            tables.append((TIES, _tie_table(self.shapes[0], self.shapes[1]), table_p_value))
        tested = [(test(*table), weight) for weight, table, test in tables if _can_differ(*table)]
        if len(self.tested) > FLAG and _can_differ(*fine):
            tested.append((ends_p_value(*fine), ENDS))
        return combine_weighted(tested)


@dataclass(frozen=True, slots=True)
class ValueWindows:
    """A category as counted by value in both windows."""

    baseline: ValueCounts
    current: ValueCounts

    @property
    def unlisted(self) -> int:
        """Rows of values that are not listed, for there are too many."""
        return self.baseline.unlisted + self.current.unlisted

    def exchange_p_value(self) -> float:
        """Of a table of all values that both windows together have."""
        return table_p_value(*_value_table(self.baseline, self.current))


Windows = BinWindows | ValueWindows  # their p-value: could the rows of both be exchanged?


def measure_shift(pair: Pair, windows: Windows, band: float, confidence: float) -> Figures:
    """The figures of two windows that both have rows. `band` is the one that matters."""
    n, m = pair.sizes
    degrees = max(int(((pair.baseline + pair.current) > 0).sum()) - 1, 0)
    return Figures(
        psi=float(psi(*pair.shares)),
        p_value=windows.exchange_p_value(),
        noise=expected_noise(degrees, n, m),
        noise_limit=noise_limit(degrees, n, m, confidence),
        interval=psi_interval(pair, confidence),
        rows_needed=rows_needed(degrees, band, n, confidence),
    )


def _tested_bins(counts: BinCounts, tested: tuple[int, ...]) -> Vector:
    bins = np.zeros(max(tested, default=-1) + 1, dtype=np.int64)
    np.add.at(bins, np.asarray(tested, dtype=np.intp), np.asarray(counts.bins))
    return bins


def _can_differ(baseline: Vector, current: Vector) -> bool:
    return int((baseline + current > 0).sum()) > 1 and bool(baseline.sum() and current.sum())


def _tie_table(baseline: Shape, current: Shape) -> tuple[Vector, Vector]:
    """Rows at values that many rows of both windows together share, then all other rows.

    A value counts from as many rows on as none could have that neither window lists.
    """
    limits = baseline.limit, current.limit
    listed = dict(baseline.common), dict(current.common)
    complete = baseline.complete and current.complete
    floor = max(TIED_ROWS, TIED_SHARE * (baseline.rows + current.rows), sum(limits) + 1)
    values = sorted({*listed[0], *listed[1]})
    table = [(listed[0].get(v, limits[0]), listed[1].get(v, limits[1])) for v in values]
    counts = [pair for pair in table if complete or sum(pair) >= floor]
    return _with_rest(counts, baseline.rows, current.rows)


def _value_table(baseline: ValueCounts, current: ValueCounts) -> tuple[Vector, Vector]:
    """Rows by value, then those of all values too rare to be listed by both, then the missing."""
    floor = baseline.limit + current.limit + 1 if baseline.unlisted or current.unlisted else 1
    values = sorted({*baseline.values, *current.values})
    table = [(baseline.values.get(value, 0), current.values.get(value, 0)) for value in values]
    counts = [pair for pair in table if sum(pair) >= floor]
    counts.append((baseline.missing, current.missing))
    return _with_rest(counts, baseline.rows, current.rows)


def _with_rest(counts: list[tuple[int, int]], n: int, m: int) -> tuple[Vector, Vector]:
    sides = np.array(counts, dtype=np.int64).reshape(-1, 2)
    rest = np.maximum(np.array([n, m]) - sides.sum(axis=0), 0)
    table = np.concatenate([sides, rest[None, :]])
    return table[:, 0], table[:, 1]


def band_status(value: float, bands: Bands) -> Status:
    """The status of a PSI: above `critical`, above `warning`, or ok."""
    if value > bands.critical:
        return Status.CRITICAL
    return Status.WARNING if value > bands.warning else Status.OK


def gate_band(monitor: Monitor, bands: Bands) -> float:
    """The band that fails the gate."""
    return bands.warning if monitor.gate.on == "warning" else bands.critical


def gate_level(monitor: Monitor) -> float:
    """The p-value, adjusted for the number of features, below which chance is ruled out."""
    return (1 - monitor.confidence) / STRICT


def evidence_word(
    status: Status, figures: Figures, q_value: float, band: float, level: float
) -> Evidence:
    """The word for a status, given the q-value of its feature and the level."""
    if q_value < level:
        return Evidence.SMALL if status is Status.OK else Evidence.CONFIRMED
    if figures.noise_limit >= band:
        return Evidence.INCONCLUSIVE
    by_status = {Status.OK: Evidence.NONE, Status.WARNING: Evidence.NOISE}
    return by_status.get(status, Evidence.WEAK)


def expected_noise(degrees: int, n: int, m: int) -> float:
    """The PSI expected without any shift, of windows of n and m rows: degrees (1/n + 1/m).

    Without a shift PSI is about (1/n + 1/m) times chi-square with bins - 1 degrees of freedom.
    Source: B. Yurdakul, Statistical Properties of Population Stability Index (2018).
    """
    return degrees * (1 / n + 1 / m)


def noise_limit(degrees: int, n: int, m: int, confidence: float) -> float:
    """The PSI that windows without any shift stay below with this confidence."""
    return chi_square_ppf(confidence, degrees) * (1 / n + 1 / m) if degrees else 0.0


def rows_needed(degrees: int, band: float, n: int, confidence: float) -> int:
    """The rows that the current window needs so that chance stays below a band.

    `n` is the baseline's rows; where no current window would do, the rows that both need.
    """
    if not degrees:
        return 1
    allowed = band / chi_square_ppf(confidence, degrees)
    left = allowed - 1 / n
    equal = math.ceil(2 / allowed)
    return math.ceil(1 / left) if left > 0 and n > equal else equal


def psi_interval(pair: Pair, confidence: float) -> tuple[float, float]:
    """Bounds of the PSI between the two populations, by a multinomial bootstrap.

    A PSI of counts lies above that of the populations by what chance adds. The draws add it once
    more, so their mean shows how much it is, and it is taken off twice; bounds end at 0.
    """
    rng = np.random.default_rng(SEED)
    n, m = pair.sizes
    baseline = rng.multinomial(n, pair.baseline / n, size=DRAWS)
    current = rng.multinomial(m, pair.current / m, size=DRAWS)
    draws = psi(pair.smooth(baseline), pair.smooth(current))
    added = float(draws.mean()) - float(psi(*pair.shares))
    low, high = np.quantile(draws, [(1 - confidence) / 2, (1 + confidence) / 2])
    return max(float(low) - 2 * added, 0.0), max(float(high) - 2 * added, 0.0)
