"""The history of activations as a document and as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from lensops.format import format_minute, plural, short_commit
from lensops.history import Event, History, Kind
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
from lensops.report.outcome import status_word, warning_line

if TYPE_CHECKING:
    from lensops.plan import Hotfix

SHOWN = 20
NO_HOTFIX: Mapping[str, Hotfix] = MappingProxyType({})
_KINDS = {Kind.ROLLBACK: Tone.WARN, Kind.REMOVE: Tone.BAD, Kind.UNKNOWN: Tone.MUTED}
_COLUMNS = (
    Column("Version"),
    Column("Activated"),
    Column("Status"),
    Column("Kind"),
    Column("Author", wide=True),
    Column("Commit"),
    Column("PR"),
)


def document(
    history: History, hotfixes: Mapping[str, Hotfix] = NO_HOTFIX, *, everything: bool = False
) -> Document:
    """Prompt by prompt, newest first: the newest 20, or all, with the commits left out.

    `hotfixes` are those that targets serve and others lack, by target.
    """
    events = history.events if everything else history.events[:SHOWN]
    blocks: list[Block] = []
    for name in dict.fromkeys(event.prompt for event in events):
        rows = tuple(_row(event) for event in events if event.prompt == name)
        blocks += [Heading(name), Table(_COLUMNS, rows)]
    if not blocks:
        blocks.append(Paragraph(line("No activation is in git yet: commit the manifest.")))
    blocks += _hotfixes(hotfixes)
    blocks += _notes(history, len(history.events) - len(events), everything=everything)
    return Document(tuple(blocks))


def data(history: History, hotfixes: Mapping[str, Hotfix] = NO_HOTFIX) -> dict[str, Any]:
    """The keys of `lensops/history/v1`."""
    return {
        "hotfixes": [_hotfix_data(name, hotfix) for name, hotfix in hotfixes.items()],
        "complete": history.complete,
        "cut_at": history.cut_at,
        "events": [event_data(event) for event in history.events],
        "skipped": [
            {"commit": s.commit, "author": s.author, "date": s.date, "reason": s.reason}
            for s in history.skipped
        ],
    }


def _hotfixes(hotfixes: Mapping[str, Hotfix]) -> Iterator[Block]:
    if hotfixes:
        from lensops.report.entry import hotfix_text  # loads releases, which history can spare

        for name, hotfix in hotfixes.items():
            yield Paragraph(warning_line(f"{name} serves a {hotfix_text(hotfix)}"))


def _hotfix_data(name: str, hotfix: Hotfix) -> dict[str, Any]:
    from lensops.report.entry import hotfix_data

    return {"target": name, **(hotfix_data(hotfix) or {})}


def event_data(event: Event) -> dict[str, Any]:
    """An activation as JSON values."""
    return {
        "prompt": event.prompt,
        "version": event.version,
        "previous": event.previous,
        "digest": event.digest,
        "kind": str(event.kind),
        "status": event.status,
        "commit": event.commit,
        "author": event.author,
        "date": event.date,
        "subject": event.subject,
        "pull_request": event.pull_request,
    }


def pull_request(event: Event) -> str:
    """The pull request, when the message has one."""
    return f"#{event.pull_request}" if event.pull_request else ""


def _row(event: Event) -> tuple[Line, ...]:
    active = event.status == "active"
    version = Span(event.version or "–", Tone.STRONG if active else Tone.PLAIN)
    marker = (Span(" ◀", Tone.GOOD),) if active else ()
    return (
        (version, *marker),
        line(format_minute(event.date)),
        line(status_word(event.status)),
        line(Span(event.kind, _KINDS.get(event.kind, Tone.PLAIN))),
        line(event.author),
        line(Span(short_commit(event.commit), Tone.CODE)),
        line(pull_request(event)),
    )


def _notes(history: History, hidden: int, *, everything: bool) -> Iterator[Block]:
    if hidden:
        yield Paragraph(line(Span(f"{hidden} older ones are shown by --all", Tone.MUTED)))
    if not history.complete:
        text = f"history is cut at {history.cut_at}: this clone is shallow"
        yield Paragraph(line(Span(text, Tone.WARN), "; `git fetch --unshallow` brings the rest"))
    if everything and history.skipped:
        yield Bullets(
            tuple(
                warning_line(f"{s.date} {short_commit(s.commit)} by {s.author}: {s.reason}")
                for s in history.skipped
            )
        )
    elif history.skipped:
        skipped = plural(len(history.skipped), "commit")
        yield Paragraph(line(Span(f"{skipped} left out; --all shows why", Tone.MUTED)))
