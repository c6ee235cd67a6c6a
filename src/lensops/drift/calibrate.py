"""The bands that ordinary variation needs: windows of the baseline against the rest of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lensops.drift.binning import Measure, Tally
from lensops.drift.count import count_features
from lensops.drift.engine import CountQuery, Engine, Group
from lensops.drift.prepare import Baseline, prepare_baseline
from lensops.drift.psi import psi
from lensops.drift.windows import baseline_window, current_window
from lensops.errors import Undecided
from lensops.format import plural
from lensops.manifest.drift import Bands, Monitor

WINDOWS = 8  # below which no band can be told
ORDINARY = 0.95  # the share of ordinary windows that stays below `warning`
ABOVE = 1.5  # `critical` is at least so many times `warning`
BLIND = 2.0  # a critical PSI from which hardly any shift is left to see


@dataclass(frozen=True, slots=True)
class FeatureBands:
    """The bands of one feature, and the PSI of each ordinary window that they come from.

    `smallest_shift` is the shift of the mean, in standard deviations, that just reaches `critical`.
    """

    name: str
    feature: str
    bands: Bands
    present: Bands
    psis: tuple[float, ...]

    @property
    def smallest_shift(self) -> float:
        """Of normal values moved by d standard deviations PSI is about d²."""
        return float(np.sqrt(self.bands.critical))

    @property
    def blind(self) -> bool:
        """Whether the bands would see nothing but a change of nearly everything."""
        return self.bands.critical > BLIND


@dataclass(frozen=True, slots=True)
class Calibrated:
    """The bands of one monitor's features. `window` says in words what a window was."""

    monitor: str
    window: str
    windows: int
    features: tuple[FeatureBands, ...]

    @property
    def declared_bands(self) -> dict[str, Bands]:
        """The bands to declare by feature of the manifest: of a text, the widest of its parts."""
        bands: dict[str, Bands] = {}
        for part in self.features:
            if part.blind:
                continue
            other = bands.get(part.feature, part.bands)
            bands[part.feature] = Bands(
                warning=max(part.bands.warning, other.warning),
                critical=max(part.bands.critical, other.critical),
            )
        return bands


def calibrate(name: str, monitor: Monitor, engine: Engine) -> Calibrated:
    """Bands from the baseline alone, cut into windows as long as the current one.

    `warning` is the PSI that 95 % of these windows stay below; `critical` the largest of them, and
    at least 1.5 times `warning`. Where rows follow a season, this is the band that means something.
    Raises `Undecided` when the baseline has fewer than 8 such windows.
    """
    current = current_window(monitor, engine)
    window = baseline_window(monitor, engine, current.rows)
    baseline = prepare_baseline(monitor, engine, window, current.rows)
    last, span = current.extremes, window.extremes
    if monitor.time and span.first and span.last and last.first and last.last:
        seconds = max((last.last - last.first).total_seconds(), 1.0)
        group, length = Group("time", size=seconds, start=span.first), f"{seconds / 86400:.3g} days"
    else:
        size = max(last.rows, 1)
        group, length = Group("rows", size=size), plural(size, "row")
    parts = _full_windows(engine.count(window.rows, CountQuery(baseline.binnings, group)))
    if len(parts) < WINDOWS:
        problem = (
            f"the baseline of {name} has {plural(len(parts), 'window')} of {length}, "
            f"{WINDOWS} are needed"
        )
        raise Undecided(problem, "declare a longer baseline, or a shorter current window")
    psis = _psis(baseline, parts)
    features = tuple(
        FeatureBands(
            feature.measure.name,
            _declared_name(feature.measure),
            _bands(psis[feature.measure.name]),
            feature.watched.bands,
            tuple(psis[feature.measure.name]),
        )
        for feature in baseline.features
        if psis.get(feature.measure.name)
    )
    return Calibrated(name, length, len(parts), features)


def _declared_name(measure: Measure) -> str:
    """The manifest's feature: what is derived of a text is named behind a point."""
    return measure.name.removesuffix(f".{measure.derivation}")


def _full_windows(parts: Mapping[str | None, Tally]) -> list[Tally]:
    """The windows in their order, without a rest at the end."""
    windows = sorted((int(name), part) for name, part in parts.items() if name is not None)
    full = np.median([_rows(part) for _, part in windows]) if windows else 0
    return [part for _, part in windows if _rows(part) >= full / 2]


def _rows(tally: Tally) -> int:
    """Rows of a group: every feature counts each of them once."""
    return max((counts.rows for counts in tally.values()), default=0)


def _psis(baseline: Baseline, parts: list[Tally]) -> dict[str, list[float]]:
    """Of each feature the PSI of each window against all other rows."""
    whole = baseline.tallies.get(None, {})
    psis: dict[str, list[float]] = {}
    for part in parts:
        rest = {
            name: whole[name] - counts  # type: ignore[operator]  # of one measure, so of one kind
            for name, counts in part.items()
        }
        for item in count_features(baseline.features, (rest, part), (rest, part), {}):
            pair = item.pair
            if min(pair.sizes) > 0:
                value = float(psi(*pair.shares))
                psis.setdefault(item.feature.measure.name, []).append(value)
    return psis


def _bands(psis: list[float]) -> Bands:
    warning = max(float(np.quantile(psis, ORDINARY)), 1e-4)
    critical = max(*psis, ABOVE * warning)
    return Bands(warning=_round_up(warning), critical=_round_up(critical))


def _round_up(value: float) -> float:
    """Up to two digits that count, so that the band still holds what it was made of."""
    unit = 10.0 ** (np.floor(np.log10(value)) - 1)
    return float(f"{np.ceil(value / unit - 1e-9) * unit:.10g}")
