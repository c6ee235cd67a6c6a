"""The prompts: a table of all, and for each its texts with what changed."""

from __future__ import annotations

from collections.abc import Iterator

from lensops.evidence import join_outcomes
from lensops.format import format_score
from lensops.plan import State
from lensops.plan.difference import section_changes
from lensops.prompts import prompt_sections
from lensops.report.diff import diff_block
from lensops.report.document import (
    Beside,
    Block,
    Column,
    Fold,
    Line,
    Paragraph,
    Span,
    Table,
    Text,
    Tone,
    line,
)
from lensops.report.outcome import outcome_badge, outcome_of, status_badge
from lensops.report.overview.state import (
    current_run,
    live_targets,
    version_names,
    version_runs,
    version_status,
)
from lensops.report.overview.value import ActivePrompt, Overview

TEXTS = 300_000  # characters of whole texts on the page; the commands show the rest


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
        Column("Status"),
    )
    rows = tuple(_prompt_row(overview, prompt) for prompt in overview.active)
    return Table(columns, rows, "Active prompts")


def prompt_texts(overview: Overview) -> Iterator[Block]:
    """The whole text of each active version, and its difference from what customers get."""
    room = TEXTS
    for prompt in overview.active:
        blocks = tuple(_texts(overview, prompt)) if room > 0 else ()
        room -= sum(_size(block) for block in blocks)
        if blocks:
            yield Fold(_title(overview, prompt), blocks)
    if room <= 0:
        how = Span("lensops diff", Tone.CODE)
        yield Paragraph(line("The other texts are left out: ", how, " shows them."))


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


def version_texts(overview: Overview, prompt: str, version: str) -> tuple[Block, ...]:
    """The whole text of a version, section by section."""
    content = overview.versions.get((prompt, version))
    return tuple(Text(part.name, part.text) for part in prompt_sections(content)) if content else ()


def version_changes(overview: Overview, prompt: str, earlier: str, later: str) -> tuple[Block, ...]:
    """What differs between two versions, with word marks; a sentence where nothing does."""
    old, new = overview.versions.get((prompt, earlier)), overview.versions.get((prompt, later))
    changes = section_changes(old, new) if new is not None else ()
    if not changes:
        return (Paragraph(line(Span("no difference", Tone.MUTED))),)
    return tuple(diff_block(change) for change in changes)


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
        line(_state_of(overview, prompt.name)),
    )


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


def _title(overview: Overview, prompt: ActivePrompt) -> Line:
    versions = version_names(overview, prompt.name)
    return line(
        Span(f"{prompt.name} {prompt.version}", Tone.STRONG),
        Span(f" · {len(versions)} versions", Tone.MUTED),
    )


def _texts(overview: Overview, prompt: ActivePrompt) -> Iterator[Block]:
    """The active text beside what changed since the version that customers get, or since the one
    before."""
    compared, why = compared_version(overview, prompt)
    whole = version_texts(overview, prompt.name, prompt.version)
    yield version_table(overview, prompt.name)
    if compared is None:
        yield from whole
        return
    title = Paragraph(line(Span(f"{compared} → {prompt.version}", Tone.STRONG), f" ({why})"))
    changes = version_changes(overview, prompt.name, compared, prompt.version)
    name = Paragraph(line(Span(f"{prompt.version}, whole", Tone.STRONG)))
    yield Beside(((name, *whole), (title, *changes)))
    for version in _served_versions(overview, prompt):
        text = version_texts(overview, prompt.name, version)
        places = ", ".join(live_targets(overview, prompt.name, version))
        yield Fold(line(f"{version}, whole: what {places} serves"), text)


def _served_versions(overview: Overview, prompt: ActivePrompt) -> list[str]:
    served = [
        status.version
        for target in overview.targets
        if (status := (target.prompts or {}).get(prompt.name)) and status.version
    ]
    return [version for version in dict.fromkeys(served) if version != prompt.version]


def compared_version(overview: Overview, prompt: ActivePrompt) -> tuple[str | None, str]:
    """The version that the active one is held against, and why: what is live, or was before."""
    for version in _served_versions(overview, prompt):
        if (prompt.name, version) in overview.versions:
            return version, f"{', '.join(live_targets(overview, prompt.name, version))} serves it"
    previous = prompt.event.previous if prompt.event else None
    if previous and (prompt.name, previous) in overview.versions:
        return previous, "active before"
    return None, ""


def _version_row(overview: Overview, prompt: str, version: str) -> tuple[Line, ...]:
    events = overview.history.events if overview.history else ()
    event = next((e for e in events if (e.prompt, e.version) == (prompt, version)), None)
    runs = version_runs(overview, prompt, version)
    scores = [run.suite.mean_score for run in runs if run.suite.mean_score is not None]
    usages = [run.suite.usage for run in runs if run.suite.usage]
    tokens = sum(usage.tokens or 0 for usage in usages)
    cost = sum(usage.cost or 0.0 for usage in usages)
    places = live_targets(overview, prompt, version)
    return (
        line(Span(version, Tone.STRONG)),
        line(status_badge(version_status(overview, prompt, version))),
        tuple(s for place in places for s in (Span(place, Tone.GOOD, badge=True), Span(" "))),
        line(event.date[:10] if event else "–"),
        line(event.author if event else ""),
        line(f"#{event.pull_request}" if event and event.pull_request else ""),
        line(format_score(min(scores, default=None))),
        line(f"{tokens:,}" if tokens else "–"),
        line(f"{cost:.4f}" if cost else "–"),
    )


def _size(block: Block) -> int:
    match block:
        case Text():
            return len(block.text)
        case Fold():
            return sum(map(_size, block.blocks))
        case Beside():
            return sum(_size(block) for column in block.columns for block in column)
        case _:
            return 0
