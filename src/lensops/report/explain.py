"""Why a case finds its recordings or does not, as a document and as data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from lensops.evals.explain import CaseExplained, Difference, Explained
from lensops.evidence import Outcome
from lensops.format import short_digest
from lensops.plan import Action
from lensops.plan.difference import SectionChange
from lensops.report.diff import diff_block
from lensops.report.document import Block, Document, Heading, Paragraph, Span, Tone, line
from lensops.report.outcome import sign

WORDS = {
    "recorded": (sign(Outcome.PASS), "is recorded"),
    "changed": (sign(Outcome.FAIL), "is recorded for another request; what differs:"),
    "never": (sign(Outcome.FAIL), "was never recorded"),
}
KINDS = {"output": "the output", "grade": "the judge's vote"}


def document(cases: Sequence[CaseExplained]) -> Document:
    """Suite by suite, request by request; each part that differs as a diff."""
    return Document(tuple(block for case in cases for block in _case(case)))


def data(cases: Sequence[CaseExplained]) -> dict[str, Any]:
    """The keys of `lensops/explain/v1`."""
    return {
        "evals": [
            {
                "name": case.suite,
                "version": case.version,
                "path": case.path,
                "case": case.case,
                "requests": [_request_data(request) for request in case.requests],
            }
            for case in cases
        ]
    }


def _case(case: CaseExplained) -> Iterator[Block]:
    yield Heading(f"{case.suite} {case.version} · {case.case}")
    yield Paragraph(line(Span(case.path, Tone.MUTED)))
    if not case.requests:
        phrase = f"{case.version} uses a variable that the case does not fill"
        yield Paragraph(line(WORDS["never"][0], phrase))
    for request in case.requests:
        mark, phrase = WORDS[request.state]
        what = KINDS[request.kind] + (f", sample {request.sample}" if request.sample else "")
        key = Span(f" ({short_digest(request.key)})", Tone.MUTED)
        yield Paragraph(line(mark, f"{what} {phrase}", key))
        yield from (_difference(part) for part in request.differences)


def _difference(difference: Difference) -> Block:
    older, newer = difference.recorded, difference.current
    action = Action.CREATE if older is None else Action.DELETE if newer is None else Action.UPDATE
    return diff_block(SectionChange(difference.part, action, older or "", newer or ""))


def _request_data(request: Explained) -> dict[str, Any]:
    return {
        "kind": request.kind,
        "sample": request.sample,
        "key": request.key,
        "state": request.state,
        "differences": [
            {"part": part.part, "recorded": part.recorded, "now": part.current}
            for part in request.differences
        ],
    }
