"""Drift: check the declared monitors, write a baseline's profile, find bands by calibration."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Protocol

from lensops.drift.calibrate import Calibrated
from lensops.drift.calibrate import calibrate as find_bands
from lensops.drift.check import check_monitor, monitor_result
from lensops.drift.engine import Engine
from lensops.drift.engines.duckdb import DuckEngine
from lensops.drift.prepare import Baseline, read_baseline
from lensops.drift.profile import dump_profile, load_profile
from lensops.drift.results import DriftRun, MonitorResult
from lensops.drift.windows import baseline_rows, monitor_columns, window_sources
from lensops.errors import UserError
from lensops.files import write_atomic
from lensops.flows.project import Opened
from lensops.manifest import insert_key, set_number, suggestion
from lensops.manifest.drift import Bands, Monitor

PROFILE_BYTES = 50_000_000


NOT_CALLED = "it is counted in a warehouse, which a replay does not call"


class MonitorListener(Protocol):
    """Who learns which monitor is being counted."""

    def monitor(self, name: str, place: int, of: int) -> None:
        """The counting of a monitor begins."""


def run_drift(
    project: Opened, only: tuple[str, ...] = (), listener: MonitorListener | None = None
) -> DriftRun:
    """Check the monitors of a project, or those that are named.

    Raises `UserError` for data that is missing or not as declared, and for an unknown monitor.
    """
    names = select_monitors(project, only)
    results = []
    for place, name in enumerate(names):
        if listener is not None:
            listener.monitor(name, place, len(names))
        results.append(_check(project, name))
    return DriftRun(tuple(results))


def replay_drift(
    project: Opened, only: tuple[str, ...] = (), listener: MonitorListener | None = None
) -> tuple[DriftRun, tuple[str, ...]]:
    """As `run_drift`, but for monitors in a warehouse, which are not called and are named instead.

    A pull request's manifest says where a warehouse is and what it is sent of the environment.
    """
    names, declared = select_monitors(project, only), project.manifest.drift
    remote = tuple(name for name in names if declared[name].connection is not None)
    local = tuple(name for name in names if name not in remote)
    return (run_drift(project, local, listener) if local else DriftRun(())), remote


def select_monitors(project: Opened, only: tuple[str, ...]) -> tuple[str, ...]:
    """The monitors that are meant. Raises `UserError` for an unknown one, or when there is none."""
    declared = project.manifest.drift
    if not declared:
        hint = "declare one under `drift:`; `lensops init example` writes a project to copy from"
        raise UserError("the manifest declares no drift monitor", hint)
    for name in only:
        if name not in declared:
            names = f"monitors: {', '.join(declared)}"
            raise UserError(f"there is no monitor {name!r}", suggestion(name, declared) or names)
    return tuple(name for name in declared if not only or name in only)


def write_profiles(project: Opened, only: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Write the profile of each chosen monitor's baseline, and give the paths.

    A monitor without `profile:` gets `drift/<monitor>.profile.json`. Raises `UserError`.
    """
    written = []
    for name in select_monitors(project, only):
        monitor = project.manifest.drift[name]
        if monitor.baseline is None:
            hint = "declare `baseline:` beside `profile:` while you write it"
            raise UserError(f"{name} declares no baseline to make a profile of", hint)
        path = monitor.profile or f"drift/{name}.profile.json"
        with _engine(project, monitor, baseline=True) as engine:
            profile = dump_profile(name, monitor, read_baseline(monitor, engine, None))
        write_atomic(project.tree.path(path), profile)
        written.append(path)
    return tuple(written)


def calibrate(
    project: Opened, only: tuple[str, ...] = (), *, write: bool = False
) -> tuple[Calibrated, ...]:
    """The bands that ordinary variation needs; with `write`, they go into the manifest.

    Raises `Undecided` when a baseline is too short, `UserError`.
    """
    calibrated = []
    for name in select_monitors(project, only):
        monitor = project.manifest.drift[name]
        if monitor.baseline is None:
            raise UserError(f"{name} declares no baseline to calibrate on", "declare `baseline:`")
        with _engine(project, monitor, baseline=True) as engine:
            calibrated.append(find_bands(name, monitor, engine))
    if write:
        _write_bands(project, calibrated)
    return tuple(calibrated)


def _check(project: Opened, name: str) -> MonitorResult:
    monitor = project.manifest.drift[name]
    profile = _profile(project, monitor)
    with _engine(project, monitor, baseline=profile is None) as engine:
        report = check_monitor(name, monitor, engine, profile)
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
        problem = f"there is no profile {monitor.profile}"
        raise UserError(problem, "write it with `lensops drift profile`") from None
    return _with_data_note(project, monitor, load_profile(data, monitor.profile, monitor))


def _with_data_note(project: Opened, monitor: Monitor, profile: Baseline) -> Baseline:
    """The profile, with a note where the data that it was made of is here and differs."""
    if monitor.baseline is None or monitor.connection is not None:
        return profile
    rows = baseline_rows(monitor)
    try:
        fingerprint = DuckEngine(project.tree, [rows.source]).fingerprint(rows)
    except UserError:  # a profile is there so that the data need not be
        return profile
    if fingerprint == profile.fingerprint:
        return profile
    note = f"{monitor.profile} was made of other data than {', '.join(rows.source)} holds now"
    return replace(profile, notes=(*profile.notes, note))


@contextmanager
def _engine(project: Opened, monitor: Monitor, *, baseline: bool) -> Iterator[Engine]:
    """The monitor's engine; files must be the same when it is left."""
    if monitor.connection is not None:
        tables = [source[0] for source in window_sources(monitor, baseline=baseline)]
        with closing(_warehouse(project, monitor.connection, tables)) as warehouse:
            yield warehouse
        return
    sources = window_sources(monitor, baseline=baseline)
    with closing(DuckEngine(project.tree, sources, monitor_columns(monitor))) as engine:
        engine.files.start_digests()  # beside the counting, which leaves a core idle here and there
        yield engine
        engine.files.fingerprint(engine.files.names)
        engine.files.require_unchanged()


def _warehouse(project: Opened, url: str, tables: list[str]) -> Engine:
    from lensops.drift.engines.warehouse import open_warehouse  # the extra
    from lensops.flows.connection import database_url, expand_url, url_cleaner

    return open_warehouse(database_url(expand_url(url), project.tree), url_cleaner(url), tables)


def _write_bands(project: Opened, calibrated: list[Calibrated]) -> None:
    """Put the bands of each feature into the manifest, touching nothing else of it."""
    data = project.path.read_bytes()
    for monitor in calibrated:
        for name, bands in monitor.declared_bands.items():
            keys = ("drift", monitor.monitor, "features", name, "bands")
            data = _with_bands(data, project, keys, bands)
    write_atomic(project.path, data)


def _with_bands(data: bytes, project: Opened, keys: tuple[str, ...], bands: Bands) -> bytes:
    limits = {"warning": bands.warning, "critical": bands.critical}
    if project.file.node.get(*keys) is None:
        raw = ", ".join(f"{name}: {value:.10g}" for name, value in limits.items())
        return insert_key(data, project.file.path, keys, f"{{{raw}}}")
    for name, value in limits.items():
        path, inner = project.file.path, (*keys, name)
        if project.file.node.get(*inner) is None:
            data = insert_key(data, path, inner, f"{value:.10g}")
        else:
            data = set_number(data, path, inner, value)
    return data
