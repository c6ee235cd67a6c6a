"""Which releases answered in a trace, as a document and as data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from lensops.format import plural, short_commit, short_digest
from lensops.report.document import (
    Block,
    Bullets,
    Column,
    Document,
    Line,
    Paragraph,
    Span,
    Table,
    Tone,
    line,
)
from lensops.report.outcome import warning_line
from lensops.targets.served import Blame, ReleaseBlame, Service

_COLUMNS = (
    Column("Answers", right=True),
    Column("Release"),
    Column("Prompts", wide=True),
    Column("Served as"),
    Column("Commit"),
    Column("By (claimed)"),
)


def document(blame: Blame) -> Document:
    """The releases, the most answers first, and what no log knows of."""
    counts = f"{plural(blame.answers, 'answer')} of {plural(len(blame.releases), 'release')}"
    blocks: list[Block] = [Paragraph(line(f"{counts} in {plural(blame.spans, 'span')}"))]
    if blame.releases:
        blocks.append(Table(_COLUMNS, tuple(_row(release) for release in blame.releases)))
    if notes := tuple(map(warning_line, _notes(blame))):
        blocks.append(Bullets(notes))
    return Document(tuple(blocks))


def data(blame: Blame) -> dict[str, Any]:
    """The keys of `lensops/blame/v1`."""
    return {
        "spans": blame.spans,
        "answers": blame.answers,
        "without_release": blame.without_release,
        "releases": [_release_data(release) for release in blame.releases],
        "problems": list(blame.problems),
    }


def _notes(blame: Blame) -> Iterator[str]:
    for release in blame.unknown:
        what = f"{plural(release.answers, 'answer')} name release {short_digest(release.release)}"
        yield f"{what}, which no target's log has served"
    for release in blame.releases:
        if release.early:
            count = plural(release.early, "answer")
            yield (
                f"{count} of release {short_digest(release.release)} claim a time before it went "
                "live: a clock or a claim is wrong"
            )
    if blame.without_release:
        yield f"{plural(blame.without_release, 'span')} name a prompt and no release"
    yield from blame.problems


def _row(release: ReleaseBlame) -> tuple[Line, ...]:
    prompts = [f"{name} {version}" for name, version in sorted(release.prompts)]
    last = release.served[-1].entry.record if release.served else None
    commit = short_commit(last.commit) if last and last.commit else "–"
    number = release.served[-1].pull_request if release.served else None
    return (
        line(f"{release.answers:,}"),
        line(short_digest(release.release)),
        line(", ".join(prompts)),
        line(*_services(release)),
        line(f"{commit} #{number}" if number else commit),
        line(last.actor if last else "–"),
    )


def _services(release: ReleaseBlame) -> Iterator[str | Span]:
    if not release.served:
        yield Span("never served", Tone.BAD)
        return
    records: dict[str, list[str]] = {}
    for service in release.served:
        records.setdefault(service.target, []).append(str(service.entry.record.sequence))
    yield "; ".join(f"{target} {', '.join(numbers)}" for target, numbers in records.items())


def _release_data(release: ReleaseBlame) -> dict[str, Any]:
    return {
        "release": release.release,
        "answers": release.answers,
        "early": release.early,
        "first": _time(release.first),
        "last": _time(release.last),
        "prompts": [
            {"prompt": prompt, "version": version, "answers": count}
            for (prompt, version), count in sorted(release.prompts.items())
        ],
        "served": [_service_data(service) for service in release.served],
    }


def _service_data(service: Service) -> dict[str, Any]:
    record = service.entry.record
    return {
        "target": service.target,
        "sequence": record.sequence,
        "time": record.time,
        "actor": record.actor,
        "commit": record.commit,
        "pull_request": service.pull_request,
    }


def _time(time: datetime | None) -> str | None:
    return time.isoformat().replace("+00:00", "Z") if time else None
