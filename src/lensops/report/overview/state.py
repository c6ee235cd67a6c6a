"""What follows from the overview: since when a version is live, may it go, what needs a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lensops.evidence import Outcome, join_outcomes
from lensops.format import format_limit, format_score, plural
from lensops.plan import State, TargetStatus
from lensops.prompts.load import natural
from lensops.release import Record
from lensops.report.document import Tone
from lensops.report.entry import hotfix_text
from lensops.report.outcome import outcome_of, severity, tone_of
from lensops.report.overview.stored import StoredEval, StoredMonitor
from lensops.report.overview.value import Overview


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that needs a person, and the command that comes next."""

    tone: Tone
    text: str
    command: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of one thing that decides whether a release may go."""

    outcome: Outcome
    text: str


def served_since(records: Sequence[Record], prompt: str) -> str | None:
    """The time of the record that brought what a target serves of a prompt; newest come first."""
    if not records or prompt not in records[0].prompts:
        return None
    served, since = records[0].prompts[prompt], records[0].time
    for record in records:
        if record.prompts.get(prompt) != served:
            break
        since = record.time
    return since


def live_targets(overview: Overview, prompt: str, version: str) -> list[str]:
    """The targets that serve a version."""
    return [
        target.name
        for target in overview.targets
        if target.prompts and prompt in target.prompts and target.prompts[prompt].version == version
    ]


def version_names(overview: Overview, prompt: str) -> list[str]:
    """The versions of a prompt that have files, v2 before v10."""
    return sorted((v for name, v in overview.versions if name == prompt), key=natural)


def version_status(overview: Overview, prompt: str, version: str) -> str:
    """active, archived, rolled back or never: the words of `list` and `history`."""
    if any(item.name == prompt and item.version == version for item in overview.active):
        return "active"
    events = overview.history.events if overview.history else ()
    status = next((e.status for e in events if (e.prompt, e.version) == (prompt, version)), "never")
    return "archived" if status == "active" else status


def version_runs(overview: Overview, prompt: str, version: str) -> list[StoredEval]:
    """The newest run of each suite that scored a version."""
    runs = {
        run.suite.name: run
        for run in overview.results.evals
        if (run.suite.prompt or run.suite.name) == prompt and run.suite.version == version
    }
    return list(runs.values())


def current_run(overview: Overview, suite: str) -> StoredEval | None:
    """The newest run of a suite that scored what the manifest asks for now."""
    prompt = overview.declared.suites.get(suite, suite)
    active = {item.name: item.version for item in overview.active}
    runs = [run for run in overview.suite_runs(suite) if run.suite.version == active.get(prompt)]
    return runs[-1] if runs else None


def measurements(overview: Overview) -> list[Measured]:
    """Of each declared suite and monitor, what decides; what was not measured is inconclusive."""
    suites = [_suite_measured(overview, suite) for suite in overview.declared.suites]
    monitors = [_monitor_measured(overview, name) for name in overview.declared.monitors]
    return sorted([*suites, *monitors], key=lambda item: severity(item.outcome))


def go_outcome(measured: Sequence[Measured]) -> Outcome:
    """Whether what was measured lets the release go; nothing measured is inconclusive."""
    return join_outcomes(item.outcome for item in measured)


def monitor_outcome(monitor: StoredMonitor) -> Outcome:
    """The decision on a monitor; older reports have its status alone."""
    if monitor.outcome in set(Outcome):
        return Outcome(monitor.outcome)
    by_status = {"ok": Outcome.PASS, "warning": Outcome.PASS, "critical": Outcome.FAIL}
    return by_status.get(monitor.status, Outcome.INCONCLUSIVE)


def worst_drift(overview: Overview) -> str | None:
    """The worst status of the newest reports of all monitors; None without one."""
    newest = [overview.monitor_points(name)[-1][1].status for name in overview.monitors]
    return max(newest, key=drift_rank, default=None)


def drift_rank(status: str) -> int:
    """How bad a drift status is; one that is not decided lies between warning and critical."""
    order = ["ok", "warning", "no data", "critical"]
    return order.index(status if status in order else "no data")


def notices(overview: Overview) -> list[Notice]:
    """What needs a person, the worst first."""
    order = [Tone.BAD, Tone.WARN, Tone.MUTED]
    needed = [*_target_notices(overview), *_result_notices(overview), *_reading_notices(overview)]
    return sorted(needed, key=lambda notice: order.index(notice.tone))


def _suite_measured(overview: Overview, suite: str) -> Measured:
    run = current_run(overview, suite)
    if run is None:
        return Measured(Outcome.INCONCLUSIVE, f"{suite}: the active version was not scored")
    score = format_score(run.suite.mean_score, "no score")
    outcome = outcome_of(passed=run.suite.passed)
    limit = format_limit(run.suite.threshold)
    return Measured(outcome, f"{suite} {run.suite.version}: {score}, threshold {limit}")


def _monitor_measured(overview: Overview, name: str) -> Measured:
    points = overview.monitor_points(name)
    if not points:
        return Measured(Outcome.INCONCLUSIVE, f"drift {name}: never checked")
    monitor = points[-1][1]
    psi = "" if monitor.psi is None else f", PSI {format_score(monitor.psi)}"
    return Measured(monitor_outcome(monitor), f"drift {name}: {monitor.status}{psi}")


def _target_notices(overview: Overview) -> Iterator[Notice]:
    for target in overview.targets:
        if target.state is not State.SYNCED:
            command = (
                "" if target.state is State.UNKNOWN else f"lensops plan --target {target.name}"
            )
            yield Notice(tone_of(target.state), f"{target.name} {_state_text(target)}", command)
        if target.hotfix is not None:
            yield Notice(
                Tone.WARN, f"{target.name}: {hotfix_text(target.hotfix)}", "lensops status"
            )
        for problem in target.problems:
            yield Notice(Tone.WARN, f"{target.name}: {problem}", "lensops status")


def _state_text(target: TargetStatus) -> str:
    if target.state is State.MISSING:
        return "serves nothing yet"
    if target.state is State.UNKNOWN:
        return "cannot be reached"
    late = {name: s for name, s in (target.prompts or {}).items() if s.state is not State.SYNCED}
    if not late:
        return f"is {target.state}"
    if len(late) > 2:
        return f"is {target.state}: {plural(len(late), 'prompt')} to update"
    parts = [f"{name} {s.version or 'none'} → {s.desired or 'none'}" for name, s in late.items()]
    return f"is {target.state}: {', '.join(parts)}"


def _result_notices(overview: Overview) -> Iterator[Notice]:
    for suite in overview.declared.suites:
        measured = _suite_measured(overview, suite)
        if measured.outcome is not Outcome.PASS:
            tone = tone_of(measured.outcome)
            yield Notice(tone, f"eval {measured.text}", f"lensops eval --eval {suite}")
    for name in overview.declared.monitors:
        measured = _monitor_measured(overview, name)
        points = overview.monitor_points(name)
        status = points[-1][1].status if points else "no data"
        if measured.outcome is not Outcome.PASS or status != "ok":
            yield Notice(tone_of(status), measured.text, f"lensops drift --monitor {name}")


def _reading_notices(overview: Overview) -> Iterator[Notice]:
    for reason in overview.results.broken:
        yield Notice(Tone.WARN, f"cannot be read: {reason}")
    if overview.history is not None and not overview.history.complete:
        text = f"history is cut at {overview.history.cut_at}: this clone is shallow"
        yield Notice(Tone.WARN, text, "git fetch --unshallow")
