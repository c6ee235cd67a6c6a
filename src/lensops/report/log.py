"""Logs of targets, and what was served at a time, as documents and as data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from lensops.format import plural, short_commit, short_digest
from lensops.prompts import prompt_sections
from lensops.release import Entry, Release
from lensops.release.timeline import Moment
from lensops.report.document import (
    Block,
    Bullets,
    Column,
    Diff,
    DiffLine,
    Document,
    Heading,
    Line,
    Paragraph,
    Span,
    Table,
    Tone,
    line,
)
from lensops.report.entry import entry_data, entry_origin, override_text
from lensops.report.outcome import warning_line
from lensops.targets.served import ServedAt, TargetLog

SHOWN = 20
NOTHING = "nothing: before the first release"
_COLUMNS = (
    Column("Record", right=True),
    Column("Time (claimed)"),
    Column("Kind"),
    Column("Versions", wide=True),
    Column("Commit"),
    Column("PR"),
    Column("By (claimed)"),
    Column("Evidence"),
)


def document(logs: Sequence[TargetLog], *, everything: bool = False) -> Document:
    """Target by target, newest record first: the newest 20, or all."""
    blocks = [block for log in logs for block in _target(log, everything=everything)]
    return Document(tuple(blocks))


def data(logs: Sequence[TargetLog]) -> dict[str, Any]:
    """The keys of `lensops/log/v1`, all records of each target, newest first."""
    return {"at": None, "targets": [_log_data(log) for log in logs]}


def document_at(served: Sequence[ServedAt]) -> Document:
    """What each target served at a time, text and all."""
    return Document(tuple(block for answer in served for block in _served_blocks(answer)))


def data_at(served: Sequence[ServedAt]) -> dict[str, Any]:
    """The keys of `lensops/log/v1` with `at`."""
    time = served[0].moment.time if served else None
    text = time.isoformat().replace("+00:00", "Z") if time else None
    return {"at": text, "targets": [_served_data(answer) for answer in served]}


def _target(target: TargetLog, *, everything: bool) -> Iterator[Block]:
    yield Heading(target.name)
    entries = target.log.entries[::-1]
    if not entries:
        yield Paragraph(line("Nothing was applied yet."))
    else:
        recent = entries if everything else entries[:SHOWN]
        yield Table(_COLUMNS, tuple(_row(target, entries, n) for n in range(len(recent))))
        if rest := len(entries) - len(recent):
            yield Paragraph(line(Span(f"{plural(rest, 'earlier record')}: add --all", Tone.MUTED)))
    overrides = [(e.record.sequence, text) for e in entries if (text := override_text(e))]
    notes = [warning_line(f"record {number} {text}") for number, text in overrides]
    notes += map(warning_line, target.log.problems)
    if notes:
        yield Bullets(tuple(notes))


def _row(target: TargetLog, entries: Sequence[Entry], index: int) -> tuple[Line, ...]:
    """A record; of its prompts, those that differ from the record before."""
    record, statement = entries[index].record, entries[index].statement
    earlier = entries[index + 1].record.prompts if index + 1 < len(entries) else {}
    names = [name for name in record.prompts if record.prompts[name] != earlier.get(name)]
    versions = [f"{name} {record.prompts[name].version}" for name in names]
    versions += [f"{name} removed" for name in earlier if name not in record.prompts]
    number = target.pull_requests.get(record.commit or "")
    promoted = statement.promoted
    kind = f"{record.kind} from {promoted.target}" if promoted else str(record.kind)
    return (
        line(str(record.sequence)),
        line(record.time.replace("T", " ")),
        line(Span(kind, Tone.WARN if statement.override else Tone.PLAIN)),
        line(", ".join(versions) or "the same"),
        line(short_commit(record.commit) if record.commit else "–"),
        line(f"#{number}" if number else "–"),
        line(record.actor),
        line(short_digest(statement.evidence) if statement.evidence else "–"),
    )


def _log_data(target: TargetLog) -> dict[str, Any]:
    entries = target.log.entries[::-1]
    return {
        "name": target.name,
        "where": target.where,
        "entries": [
            {**entry_data(e), "pull_request": target.pull_requests.get(e.record.commit or "")}
            for e in entries
        ],
        "problems": list(target.log.problems),
    }


def _served_blocks(answer: ServedAt) -> Iterator[Block]:
    entry, moment = answer.moment.entry, answer.moment
    yield Heading(f"{answer.target} at {moment.time.isoformat().replace('+00:00', 'Z')}")
    if entry is None:
        yield Paragraph(line(NOTHING))
    else:
        yield Paragraph(line(*_title(answer, entry)))
        yield Paragraph(line(Span(entry_origin(entry), Tone.MUTED)))
    notes = [*moment.notes, *([answer.problem] if answer.problem else [])]
    if notes:
        yield Bullets(tuple(map(warning_line, notes)))
    if answer.release:
        yield from _texts(answer.release)


def _title(answer: ServedAt, entry: Entry) -> Iterator[str | Span]:
    yield f"record {entry.record.sequence}, release {short_digest(entry.record.release)}"
    if answer.pull_request:
        yield f", pull request #{answer.pull_request}"
    if override := override_text(entry):
        yield Span(f", {override}", Tone.WARN)


def _texts(release: Release) -> Iterator[Block]:
    """The prompts as an application got them."""
    for name, prompt in release.prompts.items():
        yield Heading(f"{name} {prompt.version}", level=3)
        for section in prompt_sections(prompt):
            rows = section.text.splitlines() or [""]
            unified = "".join(f" {row}\n" for row in rows)
            yield Diff(section.name, tuple(DiffLine(" ", line(row)) for row in rows), unified)


def _served_data(answer: ServedAt) -> dict[str, Any]:
    entry = answer.moment.entry
    return {
        "name": answer.target,
        "served": entry_data(entry) if entry else None,
        "pull_request": answer.pull_request,
        "release": answer.release.body() if answer.release else None,
        "notes": _notes(answer.moment, answer.problem),
    }


def _notes(moment: Moment, problem: str | None) -> list[str]:
    first = [] if moment.entry else [NOTHING]
    return [*first, *moment.notes, *([problem] if problem else [])]
