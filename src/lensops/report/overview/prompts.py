"""The prompts: a table of all, and a table of the versions of each."""

from __future__ import annotations

from lensops.evidence import join_outcomes
from lensops.format import format_score
from lensops.plan import State
from lensops.report.document import (
    Column,
    Line,
    Span,
    Table,
    Tone,
    line,
)
from lensops.report.outcome import drift_badge, outcome_badge, outcome_of, status_badge
from lensops.report.overview.state import (
    current_run,
    live_targets,
    version_names,
    version_runs,
    version_status,
    worst_drift,
)
from lensops.report.overview.value import ActivePrompt, Overview


def prompt_table(overview: Overview) -> Table:
    """Each prompt: what is active, what each target serves, how it scored."""
    columns = (
        Column("Prompt", wide=True),
        Column("Active"),
        *(Column(target.name) for target in overview.targets),
        Column("Since"),
        Column("By"),
        Column("Score", right=True),
        Column("Eval"),
        Column("Drift"),
        Column("Status"),
    )
    rows = tuple(_prompt_row(overview, prompt) for prompt in overview.active)
    return Table(columns, rows, "Active prompts")


def version_table(overview: Overview, prompt: str) -> Table:
    """The versions of a prompt, newest first: status, where live, who, when, score, cost."""
    columns = (
        Column("Version"),
        Column("Status"),
        Column("Live on"),
        Column("Activated"),
        Column("By", wide=True),
        Column("PR"),
        Column("Score", right=True),
        Column("Tokens", right=True),
        Column("Cost", right=True),
    )
    names = reversed(version_names(overview, prompt))
    rows = tuple(_version_row(overview, prompt, version) for version in names)
    return Table(columns, rows, f"Versions of {prompt}")


def _prompt_row(overview: Overview, prompt: ActivePrompt) -> tuple[Line, ...]:
    event = prompt.event
    suites = [s for s, name in overview.declared.suites.items() if name == prompt.name]
    runs = [run for run in (current_run(overview, suite) for suite in suites) if run]
    outcome = join_outcomes(outcome_of(passed=run.suite.passed) for run in runs)
    scores = [run.suite.mean_score for run in runs if run.suite.mean_score is not None]
    is_known = runs and len(runs) == len(suites)
    measured = line(outcome_badge(outcome)) if is_known else line(Span("not scored", Tone.WARN))
    return (
        line(prompt.name),
        line(Span(prompt.version, Tone.STRONG)),
        *(_served_cell(overview, index, prompt) for index in range(len(overview.targets))),
        line(event.date[:10] if event else "not committed"),
        line(event.author if event else ""),
        line(format_score(min(scores, default=None))),
        measured if suites else line(Span("no eval", Tone.MUTED)),
        _drift_cell(overview),
        line(_state_of(overview, prompt.name)),
    )


def _drift_cell(overview: Overview) -> Line:
    """The worst status of the data: it is the same for all prompts of a project."""
    status = worst_drift(overview)
    if status is not None:
        return line(drift_badge(status))
    text = "not checked" if overview.declared.monitors else "no monitor"
    return line(Span(text, Tone.MUTED))


def _served_cell(overview: Overview, index: int, prompt: ActivePrompt) -> Line:
    status = (overview.targets[index].prompts or {}).get(prompt.name)
    if status is None or status.version is None:
        return line(Span("–", Tone.MUTED))
    tone = Tone.PLAIN if status.state is State.SYNCED else Tone.WARN
    return line(Span(status.version, tone))


def _state_of(overview: Overview, prompt: str) -> Span:
    """The state of a prompt where customers get it: the first that is not synced."""
    targets = overview.final_targets or overview.targets
    states = [t.prompts[prompt].state for t in targets if t.prompts and prompt in t.prompts]
    late = [state for state in states if state is not State.SYNCED]
    return status_badge(str((late or states or [State.MISSING])[0]))


def _version_row(overview: Overview, prompt: str, version: str) -> tuple[Line, ...]:
    events = overview.history.events if overview.history else ()
    event = next((e for e in events if (e.prompt, e.version) == (prompt, version)), None)
    runs = version_runs(overview, prompt, version)
    scores = [run.suite.mean_score for run in runs if run.suite.mean_score is not None]
    usages = [run.suite.usage for run in runs if run.suite.usage]
    usage = usages[-1] if usages else None  # a replay states again what recording took
    tokens, cost = (usage.tokens, usage.cost) if usage else (None, None)
    places = live_targets(overview, prompt, version)
    return (
        line(Span(version, Tone.STRONG)),
        line(status_badge(version_status(overview, prompt, version))),
        tuple(s for place in places for s in (Span(place, Tone.GOOD, badge=True), Span(" "))),
        line(event.date[:10] if event else "–"),
        line(event.author if event else ""),
        line(f"#{event.pull_request}" if event and event.pull_request else ""),
        line(format_score(min(scores, default=None))),
        line("–" if tokens is None else f"{tokens:,}"),
        line("–" if cost is None else f"{cost:.4f}"),
    )
