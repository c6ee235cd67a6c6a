"""The two windows of a monitor: which rows they are, with times in UTC, and their counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from lensops.drift.binning import Counts, Tally
from lensops.drift.engine import Condition, CountQuery, Engine, Extremes, Rows
from lensops.drift.features import require_columns
from lensops.errors import Stale, UserError
from lensops.manifest.drift import Files, Monitor, Window

HOURS = {"h": 1, "d": 24, "w": 24 * 7}
TICK = timedelta(microseconds=1)
FIRST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Resolved:
    """A window whose rows are known, with how many there are and when they were."""

    rows: Rows
    extremes: Extremes

    @property
    def date(self) -> str | None:
        """The UTC date of the newest row, when the rows have times."""
        newest = self.extremes.last
        return newest.date().isoformat() if newest else None

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know of the window."""
        if not (self.rows.is_bounded and self.extremes.timeless):
            return ()
        rows = f"{self.extremes.timeless:,} rows of {', '.join(self.rows.source)}"
        return (f"{rows} have no readable time and are in no window",)


def window_sources(monitor: Monitor, *, baseline: bool = True) -> tuple[tuple[str, ...], ...]:
    """The sources that the monitor's windows read, each once."""
    sides = [monitor.current, *([monitor.baseline] if baseline else [])]
    return tuple(dict.fromkeys(_source(monitor, side) for side in sides if side is not None))


def monitor_columns(monitor: Monitor) -> tuple[str, ...]:
    """The columns that the monitor reads of its sources."""
    windows = [w for w in (monitor.baseline, monitor.current) if isinstance(w, Window)]
    names = [feature.column or name for name, feature in monitor.features.items()]
    names += [name for window in windows for name in window.where]
    extra = [name for name in (monitor.time, monitor.by) if name is not None]
    return tuple(dict.fromkeys([*names, *monitor.where, *extra]))


def current_window(monitor: Monitor, engine: Engine) -> Resolved:
    """The current window as the manifest declares it, with its rows counted."""
    rows = current_rows(monitor)
    require_columns(monitor, engine, rows, "the current window")
    return resolve_window(engine, rows, monitor.current)


def baseline_window(monitor: Monitor, engine: Engine, current: Rows | None) -> Resolved:
    """The baseline's window as the manifest declares it, with its rows counted."""
    rows = baseline_rows(monitor)
    require_columns(monitor, engine, rows, "the baseline")
    if current is not None:
        rows = end_before(rows, monitor.baseline, current)
    return resolve_window(engine, rows, monitor.baseline)


def baseline_rows(monitor: Monitor) -> Rows:
    """The baseline's rows as declared. One without `to` ends where the current window begins."""
    return _rows(monitor, monitor.baseline)


def current_rows(monitor: Monitor) -> Rows:
    """The current window's rows as declared; `last` is resolved by `resolve_window`."""
    return _rows(monitor, monitor.current)


def count_window(
    engine: Engine, window: Resolved, query: CountQuery, name: str
) -> dict[str | None, Tally]:
    """The counts by segment, under None those of all rows.

    Raises `Stale` when a feature was counted in other rows than the window has.
    """
    rows = window.extremes.rows
    tallies = _with_total(engine.count(window.rows, replace(query, rows=rows)))
    for feature, counts in tallies.get(None, {}).items():
        if counts.rows != rows:
            message = (
                f"{name} changed while it was read: {rows:,} rows, {counts.rows:,} of {feature}"
            )
            raise Stale(message, "run the command again, or end the window before the newest rows")
    return tallies


def resolve_window(engine: Engine, rows: Rows, window: Files | Window | None) -> Resolved:
    """A window with its rows counted; one of the `last` days counted back from the newest row."""
    extremes = engine.extremes(rows)
    last = window.last if isinstance(window, Window) else None
    if last is None or not extremes.rows:
        return Resolved(rows, extremes)
    if extremes.last is None:
        raise UserError(
            f"no row of {', '.join(rows.source)} has a time in column {rows.time!r}",
            "`last:` counts back from the newest row; times are written like 2026-01-31T12:00:00Z",
        )
    end = extremes.last + TICK
    cut = rows.between(end - min(_stretch(last), end - FIRST), end)
    return Resolved(cut, engine.extremes(cut))


def end_before(baseline: Rows, window: Files | Window | None, current: Rows) -> Rows:
    """The baseline, ended where the current window of the same source begins if it has no end."""
    timed = isinstance(window, Window) and window.timed and window.to is None
    if not timed or current.start is None or baseline.source != current.source:
        return baseline
    return baseline.between(baseline.start, current.start)


def _with_total(tallies: Mapping[str | None, Tally]) -> dict[str | None, Tally]:
    if None in tallies or not tallies:
        return dict(tallies)
    parts = list(tallies.values())
    total = {name: _sum_counts([part[name] for part in parts]) for name in parts[0]}
    return {**tallies, None: total}


def _sum_counts(parts: Sequence[Counts]) -> Counts:
    total = parts[0]
    for part in parts[1:]:
        total = total + part  # type: ignore[operator]  # of one measure, so of one kind
    return total


def _rows(monitor: Monitor, window: Files | Window | None) -> Rows:
    where: dict[str, Condition] = dict(monitor.where)
    start = end = None
    if isinstance(window, Window):
        where |= window.where
        start, end = _moment(window.start, monitor), _moment(window.to, monitor)
    source, conditions = _source(monitor, window), tuple(where.items())
    return Rows(source, conditions, monitor.time, monitor.timezone, start, end)


def _source(monitor: Monitor, window: Files | Window | None) -> tuple[str, ...]:
    table = window.table if isinstance(window, Window) else None
    if table or monitor.table:
        return (table or monitor.table or "",)
    files = window.data if isinstance(window, Window) else window
    files = monitor.data if files is None else files
    if files is None:
        return ()
    return (files,) if isinstance(files, str) else files


def _moment(text: str | None, monitor: Monitor) -> datetime | None:
    """A bound in UTC; one without an offset is read in the monitor's zone, or as UTC."""
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(monitor.timezone) if monitor.timezone else UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        message = f"{text} is no time of the years 1 to 9999 in UTC"
        raise UserError(message, "leave the bound out where there is none") from None


def _stretch(last: str) -> timedelta:
    try:
        return timedelta(hours=int(last[:-1]) * HOURS[last[-1]])
    except OverflowError:
        return timedelta.max
