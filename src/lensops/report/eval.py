"""The results of evals as a document and as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lensops.evals.result import EvalRun, JudgeTotals, SuiteResult
from lensops.evidence import Base
from lensops.format import (
    format_interval,
    format_percent,
    format_score,
    plural,
    score_bar,
    shorten,
)
from lensops.report.compared import compared_blocks, compared_data
from lensops.report.document import (
    Block,
    Bullets,
    Column,
    Document,
    Heading,
    Line,
    Span,
    Table,
    Tone,
    line,
)
from lensops.report.outcome import severity, sign, tone_of, verdict_text, warning_line
from lensops.report.scores import case_data, worst
from lensops.report.usage import usage_blocks, usage_data


def document(run: EvalRun) -> Document:
    """Suite by suite: outcome and why, parts of the score, what changed, the worst cases."""
    blocks = [block for result in run.results for block in _suite_with_findings(result, run.base)]
    return Document(tuple(blocks), gate_line(run.results) if run.results else None)


def data(run: EvalRun, cases_refs: Mapping[str, Mapping[str, str]] | None = None) -> dict[str, Any]:
    """The keys of `lensops/eval/v1`. `cases_refs`: by suite, where its cases were written."""
    base = {"ref": run.base.ref, "commit": run.base.commit} if run.base else None
    return {
        "outcome": str(run.outcome),
        "base": base,
        "evals": [
            {**suite_data(result), "cases_ref": (cases_refs or {}).get(result.name)}
            for result in run.results
        ],
    }


def suite_blocks(result: SuiteResult, base: Base | None = None) -> Iterator[Block]:
    """One suite without its findings, which the gate lists with those of other rooms."""
    yield _heading(result)
    if result.notes:
        yield Bullets(tuple(map(warning_line, result.notes)))
    yield from _figures(result, base)


def _suite_with_findings(result: SuiteResult, base: Base | None) -> Iterator[Block]:
    yield _heading(result)
    items = [line(sign(finding.outcome), finding.message) for finding in result.findings]
    yield Bullets((*items, *map(warning_line, result.notes)))
    yield from _figures(result, base)


def _heading(result: SuiteResult) -> Heading:
    return Heading(f"{result.name} {result.version} · {plural(result.total, 'case')}")


def _figures(result: SuiteResult, base: Base | None) -> Iterator[Block]:
    yield _parts(result)
    yield from usage_blocks(result)
    if result.regression:
        yield from compared_blocks(result.regression, result.version, base)
    yield from worst(result)


def gate_line(results: Sequence[SuiteResult]) -> str:
    """The last line of text output, of the worst suite where there are several."""
    result = min(results, key=lambda result: (severity(result.outcome), _room(result)))
    mean = format_score(result.mean, "none")
    threshold = f"threshold={result.threshold:.15g}"
    of = f" ({result.name}, worst of {len(results)})" if len(results) > 1 else ""
    return (
        f"[eval-gate] mean_score={mean} {threshold} n={result.n} {verdict_text(result.outcome)}{of}"
    )


def suite_data(result: SuiteResult) -> dict[str, Any]:
    """One suite as JSON values."""
    return {
        "name": result.name,
        "prompt": result.prompt,
        "version": result.version,
        "outcome": str(result.outcome),
        "passed": result.passed,
        "reasons": list(result.reasons),
        "mean_score": result.mean,
        "interval": list(result.interval) if result.interval else None,
        "confidence": result.confidence,
        "threshold": result.threshold,
        "declared_threshold": result.declared_threshold,
        "threshold_overridden": result.overridden,
        "n": result.n,
        "total": result.total,
        "missing": result.missing,
        "unscored": result.unscored,
        "unasked": result.unasked,
        "weights": dict(result.weights),
        "metrics": dict(result.metrics),
        "signatures": dict(result.signatures),
        "judge": _judge_data(result.judge),
        "must_pass_failed": [case.id for case in result.broken],
        "regression": compared_data(result.regression) if result.regression else None,
        "usage": usage_data(result.usage),
        "notes": list(result.notes),
        "digests": dict(result.digests),
        "cases": [case_data(case) for case in result.cases],
    }


def judge_words(judge: JudgeTotals) -> str:
    """How the judge's part came about, such as `48 judged, 2 neutral, 0 unscored`."""
    names = [name for name in judge.by if name != judge.model]
    by = f" (replies by {shorten(', '.join(names), 60)})" if names else ""
    text = f"{judge.model or 'nobody'}{by}: "
    text += f"{judge.scored} judged, {judge.neutral} neutral, {judge.unscored} unscored"
    if judge.agreement is not None:
        text += f", votes agree in {judge.agreement:.0%} of pairs"
    return text


def _room(result: SuiteResult) -> float:
    """How far the mean is above the threshold."""
    return -1.0 if result.mean is None else result.mean - result.threshold


def _parts(result: SuiteResult) -> Table:
    """The mean of each part with its weight, then the whole with its interval."""
    columns = (
        Column("part"),
        Column("weight", right=True),
        Column("mean", right=True),
        Column(""),
        Column("how", wide=True),
    )
    rows = [
        (
            line(name),
            line(f"{weight:g}"),
            line(format_score(result.metrics.get(name))),
            line(score_bar(result.metrics.get(name))),
            line(Span(_about(result, name), Tone.MUTED)),
        )
        for name, weight in result.weights.items()
    ]
    return Table(columns, (*rows, _whole(result)))


def _about(result: SuiteResult, part: str) -> str:
    if part == "judge" and result.judge:
        return judge_words(result.judge)
    return result.signatures.get(part, "")


def _whole(result: SuiteResult) -> tuple[Line, ...]:
    tone = tone_of(result.outcome)
    interval = ""
    if result.interval:
        level = format_percent(result.confidence)
        interval = f"{level} interval {format_interval(result.interval)}, n={result.n:,}"
    return (
        line(Span("score", Tone.STRONG)),
        line(""),
        line(Span(format_score(result.mean), tone)),
        line(Span("" if _has_neutral(result) else score_bar(result.mean), tone)),
        line(Span(interval, Tone.MUTED)),
    )


def _has_neutral(result: SuiteResult) -> bool:
    """Whether values that nobody measured are part of the score: then there is no bar of it."""
    return result.judge is not None and result.judge.neutral > 0


def _judge_data(judge: JudgeTotals | None) -> dict[str, Any] | None:
    if judge is None:
        return None
    return {
        "model": judge.model,
        "scored": judge.scored,
        "neutral": judge.neutral,
        "votes": judge.votes,
        "failed_votes": judge.failed,
        "unscored": judge.unscored,
        "agreement": judge.agreement,
        "replies_by": list(judge.by),
        "failure": judge.failure,
        "usage": usage_data(judge.usage),
        "reason": judge.reason,
    }
