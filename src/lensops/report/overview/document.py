"""The whole state of a project as one page, from what matters now to how it came about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lensops.format import format_minute, format_score, short_commit
from lensops.history import Event
from lensops.plan import TargetStatus
from lensops.plan.difference import section_changes
from lensops.prompts import Prompt
from lensops.report.diff import diff_block
from lensops.report.document import (
    Block,
    Bullets,
    Column,
    Document,
    Fold,
    Heading,
    Line,
    Paragraph,
    Span,
    Table,
    Tone,
    line,
)
from lensops.report.outcome import tone_of
from lensops.report.overview.results import drift, scores
from lensops.report.overview.stored import Results
from lensops.report.overview.value import ActivePrompt, Overview
from lensops.report.overview.words import verdict

EVENTS = 50  # of the history, the newest
DIFFS = 12  # of those, how many show what they changed


def document(overview: Overview) -> Document:
    """The page, from what matters now to how it came about."""
    blocks = (
        Heading(overview.project, 1),
        Paragraph(line("Manifest at commit ", Span(_short(overview.commit), Tone.CODE))),
        Bullets(tuple(_answers(overview))),
        *_targets(overview),
        *_prompts(overview),
        *scores(overview),
        *drift(overview),
        *_history(overview),
        *_broken(overview.results),
    )
    return Document(blocks)


def _answers(overview: Overview) -> Iterator[Line]:
    """What one wants to know first: live, scored, drifted, since when."""
    for prompt in overview.active:
        since = f" since {format_minute(prompt.event.date)}" if prompt.event else ", not committed"
        yield line(f"{prompt.name}: ", Span(prompt.version, Tone.STRONG), since)
    for stored in overview.latest_evals:
        mean = format_score(stored.suite.mean_score)
        yield line(f"eval {stored.suite.name}: ", verdict(stored.suite), f" {mean}")
    if latest := overview.latest_drift:
        word = Span(latest.report.status.upper(), tone_of(latest.report.status))
        yield line("drift: ", word, f" PSI {format_score(latest.report.psi)}")
    for target in overview.targets:
        yield line(f"{target.name}: ", Span(target.state, tone_of(target.state)))


def _targets(overview: Overview) -> Iterator[Block]:
    yield Heading("Targets")
    columns = (
        Column("Target"),
        Column("State"),
        Column("Release", right=True),
        Column("Applied"),
        Column("By", wide=True),
    )
    yield Table(columns, tuple(_target(target) for target in overview.targets))


def _target(target: TargetStatus) -> tuple[Line, ...]:
    record = target.record
    state = line(Span(target.state, tone_of(target.state)))
    if record is None:
        return line(target.name), state, line("–"), line("never"), line()
    applied = record.time.replace("T", " ")[:16]
    return line(target.name), state, line(str(record.sequence)), line(applied), line(record.actor)


def _prompts(overview: Overview) -> Iterator[Block]:
    yield Heading("Active prompts")
    columns = (Column("Prompt"), Column("Version"), Column("Since"), Column("By", wide=True))
    yield Table(columns, tuple(_prompt(prompt) for prompt in overview.active))


def _prompt(prompt: ActivePrompt) -> tuple[Line, ...]:
    event = prompt.event
    since = format_minute(event.date) if event else "not committed"
    version = line(Span(prompt.version, Tone.STRONG))
    return line(prompt.name), version, line(since), line(event.author if event else "")


def _history(overview: Overview) -> Iterator[Block]:
    yield Heading("History of prompts")
    if overview.history is None:
        yield Paragraph(line("Not in a git repository: there is no history."))
        return
    if not overview.history.complete:
        yield Paragraph(line(Span(f"history is cut at {overview.history.cut_at}", Tone.WARN)))
    events = overview.history.events
    for event in events[:DIFFS]:
        yield Fold(_told(event), tuple(_changed(event, overview.versions)))
    if earlier := events[DIFFS:EVENTS]:
        yield Bullets(tuple(_told(event) for event in earlier))
    if len(events) > EVENTS:
        how = Span("lensops history --all", Tone.CODE)
        yield Paragraph(line(f"{len(events) - EVENTS} older ones: ", how))


def _told(event: Event) -> Line:
    arrow = f"{event.previous or '–'} → {event.version or '–'}"
    request = f" #{event.pull_request}" if event.pull_request else ""
    what = Span(f"{event.prompt} {arrow}", Tone.STRONG)
    return line(
        f"{format_minute(event.date)} ",
        what,
        f" {event.kind} by {event.author}{request} ",
        _code(event.commit),
    )


def _changed(event: Event, versions: Mapping[tuple[str, str], Prompt]) -> Iterator[Block]:
    yield Paragraph(line(event.subject))
    before = versions.get((event.prompt, event.previous or ""))
    after = versions.get((event.prompt, event.version or ""))
    if after is not None:
        for change in section_changes(before, after):
            yield diff_block(change)


def _broken(results: Results) -> Iterator[Block]:
    if results.broken:
        yield Heading("Results that could not be read")
        for reason in results.broken:
            yield Paragraph(line(Span(reason, Tone.WARN)))


def _short(commit: str | None) -> str:
    return short_commit(commit) if commit else "none"


def _code(commit: str) -> Span:
    return Span(short_commit(commit), Tone.CODE)
