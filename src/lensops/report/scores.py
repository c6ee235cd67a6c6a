"""Cases and their scores: bars, the worst cases first, and a case as data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lensops.evals.result import CaseScore, SuiteResult
from lensops.evals.text import json_value, whole
from lensops.format import format_limit, format_score, score_bar, shorten
from lensops.report.document import Block, Column, Heading, Line, Span, Table, Tone, line

SHOWN = 10  # cases in the table of the worst; half of them where the eval passes
TEXT = 110  # characters of an output in the table


def worst(result: SuiteResult) -> Iterator[Block]:
    """The cases that a reader looks at first: failed must-pass, without a score, then the lowest.

    Cases that reach the threshold and break nothing are not among them.
    """
    low = result.counts.low
    if not low:
        return
    cases = result.worst[: SHOWN // 2] if result.passed else result.worst[:SHOWN]
    limit = format_limit(result.threshold)
    title = f"Worst cases, {len(cases)} of {low:,} that are below {limit} or broken"
    yield Heading(title, 3)
    names = [name for name in result.weights if result.weights[name]]
    columns = (
        Column("case"),
        Column("score", right=True),
        Column(""),
        *(Column(name, right=True) for name in names),
        Column("why, or the output", wide=True),
    )
    yield Table(columns, tuple(_row(case, names) for case in cases))


def case_data(case: CaseScore) -> dict[str, Any]:
    """A case as JSON values, its keys in the order in which they are written."""
    return {
        "aggregate": case.aggregate,
        "broken": case.broken,
        "checks": [
            {"kind": check.kind, "passed": check.passed, "reason": check.reason}
            for check in case.checks
        ],
        "grades": dict(case.grades),
        "group": case.group,
        "id": case.id,
        "inputs": dict(case.inputs),
        "judged": case.judged,
        "models": list(case.models),
        "must_pass": case.must_pass,
        "output": case.output,
        "outputs": list(case.outputs),
        "reasons": dict(case.reasons),
        "references": list(case.references),
        "scores": dict(case.scores),
        "unasked": case.is_unasked,
    }


def readable(output: Any) -> str:
    """An output for people: a text as it is, a json_value one as a line a field."""
    if output is None:
        return ""
    value = json_value(output)
    if not isinstance(value, dict):
        return whole(output)
    return "\n".join(
        f"{key}: {item if isinstance(item, str) else whole(item)}" for key, item in value.items()
    )


def _row(case: CaseScore, names: list[str]) -> tuple[Line, ...]:
    tone = Tone.BAD if case.broken else Tone.WARN
    return (
        line(Span(case.id, Tone.STRONG)),
        line(Span(format_score(case.aggregate), tone)),
        line(Span(score_bar(case.aggregate), tone)),
        *(line(format_score(case.scores.get(name))) for name in names),
        _why(case),
    )


def _why(case: CaseScore) -> Line:
    if case.broken:
        return line(Span(f"must pass: {shorten(case.broken, TEXT)}", Tone.BAD))
    failed = [check for check in case.checks if not check.passed]
    if failed:
        reasons = "; ".join(f"{check.kind}: {check.reason}" for check in failed)
        return line(Span(shorten(reasons, TEXT), Tone.WARN))
    flaws = [reason for part, reason in case.reasons.items() if part != "judge"]
    if flaws:
        return line(Span(shorten("; ".join(dict.fromkeys(flaws)), TEXT), Tone.WARN))
    if case.missing or case.aggregate is None:
        return line(Span(shorten("; ".join(case.reasons.values()), TEXT), Tone.WARN))
    return line(shorten(readable(case.output).replace("\n", " · "), TEXT))
