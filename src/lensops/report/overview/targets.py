"""The targets: what each serves and asks for, and the releases of its log."""

from __future__ import annotations

from collections.abc import Iterator

from lensops.format import format_minute, plural, short_commit, short_digest
from lensops.plan import TargetStatus
from lensops.release import Record
from lensops.report.document import (
    Block,
    Bullets,
    Column,
    Fold,
    Line,
    Paragraph,
    Span,
    Table,
    Tone,
    line,
)
from lensops.report.entry import hotfix_text
from lensops.report.outcome import status_badge, warning_line
from lensops.report.overview.value import Overview

RECORDS = 20  # of a target's log on the page


def target_table(overview: Overview) -> Table:
    """Each target in a row: what it serves, since when, by whom, under which evidence."""
    columns = (
        Column("Target"),
        Column("Status"),
        Column("Serves", wide=True),
        Column("Release", right=True),
        Column("Applied"),
        Column("By"),
        Column("Commit"),
        Column("Evidence"),
    )
    rows = tuple(_target_row(overview, target) for target in overview.targets)
    return Table(columns, rows, "Targets")


def target_blocks(overview: Overview) -> Iterator[Block]:
    """The table, what is wrong with targets, and their logs."""
    yield target_table(overview)
    for target in overview.targets:
        if warnings := target_warnings(target):
            yield Bullets(tuple(warning_line(f"{target.name}: {text}") for text in warnings))
    for target in overview.targets:
        if records := overview.records.get(target.name, ()):
            summary = line(
                Span(target.name, Tone.STRONG), f": {plural(len(records), 'release')} applied"
            )
            yield Fold(summary, (record_table(target, records[:RECORDS]),))


def target_warnings(target: TargetStatus) -> tuple[str, ...]:
    """What is wrong with a target, and a hotfix that another target lacks."""
    hotfix = (hotfix_text(target.hotfix),) if target.hotfix else ()
    return (*hotfix, *target.problems)


def record_table(target: TargetStatus, records: tuple[Record, ...]) -> Table:
    """The log of a target, newest first."""
    columns = (
        Column("Release", right=True),
        Column("Kind"),
        Column("Applied"),
        Column("By"),
        Column("Digest"),
        Column("Commit"),
        Column("Prompts", wide=True),
    )
    rows = tuple(_record_row(record) for record in records)
    return Table(columns, rows, f"Releases of {target.name}")


def no_records(target: TargetStatus) -> Paragraph:
    """What stands in place of a log."""
    how = Span("lensops apply", Tone.CODE)
    return Paragraph(line(f"Nothing was applied to {target.name} yet: ", how, " does it."))


def _target_row(overview: Overview, target: TargetStatus) -> tuple[Line, ...]:
    follows = overview.declared.follows.get(target.name)
    followed = (Span(f"\nafter {follows}", Tone.MUTED),) if follows else ()
    name = (Span(target.name, Tone.STRONG), *followed)
    state, record = line(status_badge(target.state)), target.record
    if record is None:
        return name, state, line("nothing yet"), line("–"), line("never"), line(), line(), line()
    return (
        name,
        state,
        line(_prompts(record)),
        line(str(record.sequence)),
        line(format_minute(record.time)),
        line(record.actor),
        line(Span(short_commit(record.commit), Tone.CODE) if record.commit else "not committed"),
        line(Span(short_digest(record.evidence), Tone.CODE) if record.evidence else "none"),
    )


def _record_row(record: Record) -> tuple[Line, ...]:
    return (
        line(str(record.sequence)),
        line(record.kind),
        line(format_minute(record.time)),
        line(record.actor),
        line(Span(short_digest(record.release), Tone.CODE)),
        line(Span(short_commit(record.commit), Tone.CODE) if record.commit else "not committed"),
        line(_prompts(record)),
    )


def _prompts(record: Record, limit: int = 4) -> str:
    names = [f"{name} {served.version}" for name, served in record.prompts.items()]
    rest = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + rest
