"""The status of targets as a document and as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lensops.format import plural, short_digest
from lensops.plan import PromptStatus, State, TargetStatus
from lensops.report.document import (
    Block,
    Bullets,
    Column,
    Document,
    Heading,
    Line,
    Paragraph,
    Span,
    Table,
    Tone,
    line,
)
from lensops.report.entry import entry_origin, hotfix_data, hotfix_text
from lensops.report.outcome import status_word, tone_of, warning_line

SHOWN = 30  # prompts of a target; of more, those in sync are only counted
_MEANING = {
    State.PENDING: "the manifest asks for another release; `lensops plan` shows it",
    State.DRIFTED: "changed behind the log; `lensops plan` shows it, `lensops apply` restores it",
    State.CONFLICT: "changed behind the log, and the manifest asks for another release",
    State.MISSING: "serves nothing yet; `lensops apply` makes it",
}


def document(targets: Sequence[TargetStatus]) -> Document:
    """Target by target: its state, its last record, its prompts."""
    return Document(tuple(block for target in targets for block in _target(target)))


def data(targets: Sequence[TargetStatus]) -> dict[str, Any]:
    """The keys of `lensops/status/v1`."""
    return {"targets": [_row(target) for target in targets]}


def _target(target: TargetStatus) -> Iterator[Block]:
    yield Heading(f"{target.name}: {target.state}")
    if meaning := _MEANING.get(target.state):
        yield Paragraph(line(Span(meaning, tone_of(target.state))))
    yield Paragraph(line(Span(_origin(target), Tone.MUTED)))
    if target.hotfix:
        yield Paragraph(warning_line(hotfix_text(target.hotfix)))
    if target.problems:
        yield Bullets(tuple(map(warning_line, target.problems)))
    if target.prompts:
        yield from _prompts(target.prompts)


def _prompts(prompts: Mapping[str, PromptStatus]) -> Iterator[Block]:
    """All prompts, or of many those that are not synced."""
    rows = (
        prompts
        if len(prompts) <= SHOWN
        else {name: status for name, status in prompts.items() if status.state is not State.SYNCED}
    )
    if rows:
        columns = (Column("Prompt", wide=True), Column("Live"), Column("Desired"), Column("State"))
        yield Table(columns, tuple(_prompt(name, status) for name, status in rows.items()))
    if rest := len(prompts) - len(rows):
        yield Paragraph(line(Span(f"{plural(rest, 'prompt')} in sync", Tone.MUTED)))


def _origin(target: TargetStatus) -> str:
    if target.entry is None:
        return target.where
    record = target.entry.record
    name = f"record {record.sequence} ({record.kind}) {short_digest(record.release)}"
    return " · ".join([target.where, name, entry_origin(target.entry)])


def _prompt(name: str, status: PromptStatus) -> tuple[Line, ...]:
    state = line(status_word(status.state))
    versions = (line(status.version or "–"), line(status.desired or "–"))
    return (line(name), *versions, state)


def _row(target: TargetStatus) -> dict[str, Any]:
    record = target.record
    return {
        "name": target.name,
        "state": str(target.state),
        "sequence": record.sequence if record else None,
        "applied_at": record.time if record else None,
        "commit": record.commit if record else None,
        "kind": str(record.kind) if record else None,
        "actor": record.actor if record else None,
        "digest": record.release if record else None,
        "prompts": {
            name: {
                "state": str(status.state),
                "version": status.version,
                "desired": status.desired,
            }
            for name, status in (target.prompts or {}).items()
        },
        "hotfix": hotfix_data(target.hotfix),
        "problems": list(target.problems),
    }
