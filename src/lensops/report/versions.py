"""The versions of each prompt as a document and as data (`lensops list`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from lensops.evidence import Outcome
from lensops.format import format_minute, short_commit
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
from lensops.report.history import pull_request
from lensops.report.outcome import sign, status_word

if TYPE_CHECKING:
    from lensops.history import Event, Family, Listing, Version

_COLUMNS = (
    Column("Version"),
    Column("Activated"),
    Column("Status"),
    Column("Author", wide=True),
    Column("Commit"),
    Column("PR"),
)


def document(listing: Listing) -> Document:
    """A table for each prompt, the active version marked."""
    blocks = [block for family in listing.families for block in _family(family, listing.branch)]
    if listing.note:
        blocks.append(Paragraph(line(Span(listing.note, Tone.WARN))))
    return Document(tuple(blocks))


def data(listing: Listing) -> dict[str, Any]:
    """The keys of `lensops/list/v1`."""
    return {
        "note": listing.note,
        "prompts": [
            {
                "name": family.name,
                "active": family.active,
                "versions": [_version(version) for version in family.versions],
            }
            for family in listing.families
        ],
    }


def status(version: Version) -> str:
    """active, archived (once active), rolled back or never: the words of the history."""
    if version.is_active:
        return "active"
    if version.event is None:
        return "never"
    return "archived" if version.event.status == "active" else version.event.status


def _version(version: Version) -> dict[str, Any]:
    event = version.event
    return {
        "version": version.name,
        "digest": version.digest,
        "status": status(version),
        "activated_at": event.date if event else None,
        "author": event.author if event else None,
        "commit": event.commit if event else None,
        "pull_request": event.pull_request if event else None,
        "problem": version.problem,
    }


def _family(family: Family, branch: str | None) -> Iterator[Block]:
    yield Heading(family.name)
    if family.versions:
        yield Table(_COLUMNS, tuple(_row(version, branch) for version in family.versions))
    problems = [version.problem for version in family.versions if version.problem]
    if problems:
        yield Bullets(tuple(line(sign(Outcome.FAIL), problem) for problem in problems))


def _row(version: Version, branch: str | None) -> tuple[Line, ...]:
    name = Span(version.name, Tone.STRONG if version.is_active else Tone.PLAIN)
    marker = (Span(" ◀", Tone.GOOD),) if version.is_active else ()
    return (
        (name, *marker),
        line(_when(version, branch)),
        line(status_word(status(version))),
        *_by(version.event),
    )


def _when(version: Version, branch: str | None) -> str:
    if version.event:
        return format_minute(version.event.date)
    if not version.is_active:
        return "–"
    return f"not on {branch}" if branch else "not committed"


def _by(event: Event | None) -> tuple[Line, ...]:
    if event is None:
        return line(), line(), line()
    return (
        line(event.author),
        line(Span(short_commit(event.commit), Tone.CODE)),
        line(pull_request(event)),
    )
