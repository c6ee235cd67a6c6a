"""Evidence: what two count vectors say of a shift, and the word for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lensops.drift import chance
from lensops.drift.homogeneity import p_value
from lensops.drift.interval import interval
from lensops.drift.layout import Pair
from lensops.drift.psi import psi
from lensops.manifest.drift import Bands, Monitor


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
    """The measured figures of one feature, all of them from its two count vectors.

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


def measure(pair: Pair, band: float, confidence: float) -> Figures:
    """The figures of two windows that both have rows. `band` is the one that matters."""
    n, m = pair.sizes
    degrees = max(int(((pair.baseline + pair.current) > 0).sum()) - 1, 0)
    return Figures(
        psi=float(psi(*pair.shares)),
        p_value=p_value(pair.baseline, pair.current),
        noise=chance.noise(degrees, n, m),
        noise_limit=chance.noise_limit(degrees, n, m, confidence),
        interval=interval(pair, confidence),
        rows_needed=chance.rows_needed(degrees, band, n, confidence),
    )


def banded(value: float, bands: Bands) -> Status:
    """The status of a PSI: above `critical`, above `warning`, or ok."""
    if value > bands.critical:
        return Status.CRITICAL
    return Status.WARNING if value > bands.warning else Status.OK


def deciding(monitor: Monitor, bands: Bands) -> float:
    """The band that fails the gate."""
    return bands.warning if monitor.gate.on == "warning" else bands.critical


def word(status: Status, figures: Figures, q_value: float, band: float, alpha: float) -> Evidence:
    """The word for a status, given the q-value of its feature and the level `alpha`."""
    if q_value < alpha:
        return Evidence.SMALL if status is Status.OK else Evidence.CONFIRMED
    if figures.noise_limit >= band:
        return Evidence.INCONCLUSIVE
    by_status = {Status.OK: Evidence.NONE, Status.WARNING: Evidence.NOISE}
    return by_status.get(status, Evidence.WEAK)
