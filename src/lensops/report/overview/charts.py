"""The drawings that the page and the dashboard share: scores and PSI over time, both windows."""

from __future__ import annotations

from itertools import pairwise

from lensops.format import count_shares
from lensops.report.document import Tone
from lensops.report.outcome import outcome_of, tone_of
from lensops.report.overview.stored import StoredFeature
from lensops.report.overview.value import Overview
from lensops.report.page import Histogram, Limit, Point, Series


def score_series(overview: Overview, suite: str, *, small: bool = False) -> Series:
    """The mean scores of a suite; a point is labelled where the version is another than before."""
    runs = [run for run in overview.suite_runs(suite) if run.time is not None]
    points: list[Point] = []
    version = ""
    for run in runs:
        if run.suite.mean_score is None or run.time is None:
            continue
        label = run.suite.version if run.suite.version != version else ""
        version = run.suite.version
        tone = tone_of(outcome_of(passed=run.suite.passed))
        points.append(Point(run.time, run.suite.mean_score, label, tone))
    limits = (Limit("threshold", runs[-1].suite.threshold, Tone.BAD),) if runs else ()
    name = f"Newest scores of {suite}" if small else f"Mean score of {suite} over time"
    return Series(name, tuple(points), limits, small)


def psi_series(
    overview: Overview, monitor: str, feature: str | None = None, *, small: bool = False
) -> Series:
    """The largest PSI of a monitor, or the PSI of one of its features, with the bands."""
    points = []
    for time, stored in overview.monitor_points(monitor):
        item = next((f for f in stored.features if f.name == feature), None) if feature else stored
        if time is not None and item is not None and item.psi is not None:
            points.append(Point(time, item.psi, "", tone_of(item.status)))
    name = f"PSI of {monitor}: {feature}" if feature else f"Largest PSI of {monitor}"
    name = f"Newest PSI of {monitor}" if small else f"{name} over time"
    return Series(name, tuple(points), _bands(overview, monitor, feature), small)


def window_histogram(monitor: str, feature: StoredFeature) -> Histogram | None:
    """Both windows of a feature over the same bins; None where there is nothing to draw."""
    baseline, current = count_shares(feature.baseline_counts), count_shares(feature.current_counts)
    if not baseline or len(baseline) != len(current):
        return None
    name = f"{monitor}: {feature.name}, both windows"
    return Histogram(name, bin_labels(feature, len(baseline)), baseline, current)


def bin_labels(feature: StoredFeature, bins: int) -> tuple[str, ...]:
    """A name for each bin: its label, or its edges where there are as many, else its number."""
    if len(feature.labels) == bins:
        return feature.labels
    edges = feature.edges
    if len(edges) == bins + 1:
        return tuple(f"{_edge(low)} to {_edge(high)}" for low, high in pairwise(edges))
    if len(edges) == bins:
        return tuple(str(edge) for edge in edges)
    return tuple(str(number + 1) for number in range(bins))


def _edge(edge: object) -> str:
    return f"{edge:.4g}" if isinstance(edge, int | float) else str(edge)


def _bands(overview: Overview, monitor: str, feature: str | None) -> tuple[Limit, ...]:
    """The bands of the monitor, or those of the feature where it has its own."""
    limits = []
    for name, tone in (("warning", Tone.WARN), ("critical", Tone.BAD)):
        keys = (f"{monitor}.{feature}.{name}", f"{monitor}.{name}")
        value = next(
            (overview.declared.bands[k] for k in keys if k in overview.declared.bands), None
        )
        if value is not None:
            limits.append(Limit(name, value, tone))
    return tuple(limits)
