"""Drift: check the declared monitors, write a baseline's profile, find bands by calibration."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Protocol

from lensops.drift.bands import Calibrated
from lensops.drift.bands import calibrate as find_bands
from lensops.drift.baseline import Baseline
from lensops.drift.check import baseline_of, check
from lensops.drift.decide import DriftRun, MonitorResult, monitor_result
from lensops.drift.engine import Engine
from lensops.drift.engines.duckdb import DuckEngine
from lensops.drift.profile import dumped, loaded
from lensops.drift.windows import baseline_rows, sources
from lensops.errors import UserError
from lensops.files import write_atomic
from lensops.flows.project import Opened
from lensops.manifest import set_number, suggestion
from lensops.manifest.drift import Monitor

PROFILE_BYTES = 50_000_000


class Watch(Protocol):
    """Who is told which monitor is being counted."""

    def monitor(self, name: str, place: int, of: int) -> None:
        """The counting of a monitor begins."""


def run(project: Opened, only: tuple[str, ...] = (), watch: Watch | None = None) -> DriftRun:
    """Check the monitors of a project, or those that are named.

    Raises `UserError` for data that is missing or not as declared, and for an unknown monitor.
    """
    names = chosen(project, only)
    found = []
    for place, name in enumerate(names):
        if watch is not None:
            watch.monitor(name, place, len(names))
        found.append(_check(project, name))
    return DriftRun(tuple(found))


def chosen(project: Opened, only: tuple[str, ...]) -> tuple[str, ...]:
    """The monitors that are meant. Raises `UserError` for an unknown one, or when there is none."""
    declared = project.manifest.drift
    if not declared:
        hint = "declare one under `drift:`; `lensops init` writes an example"
        raise UserError("the manifest declares no drift monitor", hint)
    for name in only:
        if name not in declared:
            known = f"monitors: {', '.join(declared)}"
            raise UserError(f"there is no monitor {name!r}", suggestion(name, declared) or known)
    return tuple(name for name in declared if not only or name in only)


def write_profiles(project: Opened, only: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Write the profile of each chosen monitor's baseline, and give the paths.

    A monitor without `profile:` gets `drift/<monitor>.profile.json`. Raises `UserError`.
    """
    written = []
    for name in chosen(project, only):
        monitor = project.manifest.drift[name]
        if monitor.baseline is None:
            hint = "declare `baseline:` beside `profile:` while you write it"
            raise UserError(f"{name} declares no baseline to make a profile of", hint)
        path = monitor.profile or f"drift/{name}.profile.json"
        with _engine(project, monitor, baseline=True) as engine:
            made = dumped(name, monitor, baseline_of(monitor, engine, None))
        write_atomic(project.tree.path(path), made)
        written.append(path)
    return tuple(written)


def calibrate(
    project: Opened, only: tuple[str, ...] = (), *, write: bool = False
) -> tuple[Calibrated, ...]:
    """The bands that ordinary variation needs; with `write`, they go into the manifest.

    Raises `Undecided` when a baseline is too short, `UserError`.
    """
    found = []
    for name in chosen(project, only):
        monitor = project.manifest.drift[name]
        if monitor.baseline is None:
            raise UserError(f"{name} declares no baseline to calibrate on", "declare `baseline:`")
        with _engine(project, monitor, baseline=True) as engine:
            found.append(find_bands(name, monitor, engine))
    if write:
        _write(project, found)
    return tuple(found)


def _check(project: Opened, name: str) -> MonitorResult:
    monitor = project.manifest.drift[name]
    kept = _profile(project, monitor)
    with _engine(project, monitor, baseline=kept is None) as engine:
        report = check(name, monitor, engine, kept)
    return monitor_result(monitor, report)


def _profile(project: Opened, monitor: Monitor) -> Baseline | None:
    """The committed profile; None when the monitor has none, or has not been given one yet."""
    if monitor.profile is None:
        return None
    try:
        data = project.tree.read(monitor.profile, PROFILE_BYTES)
    except FileNotFoundError:
        if monitor.baseline is not None:
            return None
        words = f"there is no profile {monitor.profile}"
        raise UserError(words, "write it with `lensops drift profile`") from None
    return _compared_with_data(project, monitor, loaded(data, monitor.profile, monitor))


def _compared_with_data(project: Opened, monitor: Monitor, kept: Baseline) -> Baseline:
    """The profile, with a note where the data that it was made of is here and differs."""
    if monitor.baseline is None or monitor.connection is not None:
        return kept
    rows = baseline_rows(monitor)
    try:
        now = DuckEngine(project.tree, [rows.source]).fingerprint(rows)
    except UserError:  # a profile is there so that the data need not be
        return kept
    if now == kept.fingerprint:
        return kept
    words = f"{monitor.profile} was made of other data than {', '.join(rows.source)} holds now"
    return replace(kept, notes=(*kept.notes, words))


@contextmanager
def _engine(project: Opened, monitor: Monitor, *, baseline: bool) -> Iterator[Engine]:
    engine: Engine
    if monitor.connection is not None:
        from lensops.drift.engines.warehouse import open_warehouse  # the extra
        from lensops.models.secrets import expand_references, hide_secrets

        url = monitor.connection
        engine = open_warehouse(expand_references(url), lambda text: hide_secrets(text, url))
    else:
        engine = DuckEngine(project.tree, sources(monitor, baseline=baseline))
    try:
        yield engine
    finally:
        engine.close()


def _write(project: Opened, found: list[Calibrated]) -> None:
    """Put the bands into the manifest, touching nothing else of it."""
    data = project.path.read_bytes()
    for each in found:
        for limit in ("critical", "warning"):
            keys = ("drift", each.monitor, "bands", limit)
            data = set_number(data, project.file.path, keys, getattr(each.bands, limit))
    write_atomic(project.path, data)
