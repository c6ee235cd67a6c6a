"""The comparison with the base: the difference, and the cases that crossed the threshold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lensops.evals.result import Flip, Regression
from lensops.evidence import Base
from lensops.format import (
    format_difference,
    format_interval,
    format_percent,
    format_score,
    plural,
    short_commit,
)
from lensops.plan import Action
from lensops.plan.difference import SectionChange
from lensops.report.diff import diff_block
from lensops.report.document import Block, Fold, Heading, Line, Paragraph, Span, Tone, line
from lensops.report.scores import readable
from lensops.report.usage import usage_data

SHOWN = 5  # flipped cases with both outputs


def compared_blocks(regression: Regression, version: str, base: Base | None) -> Iterator[Block]:
    """The difference in a line, then each flipped case with both outputs, lost ones first."""
    where = f" at {base.ref} ({short_commit(base.commit)})" if base else ""
    yield Heading(f"Against {regression.base_version}{where}", 3)
    yield Paragraph(_difference(regression, version))
    flips = sorted(regression.flips, key=lambda flip: (_gain(flip), flip.id))
    won, lost = regression.won, regression.lost
    if won or lost:
        message = f"{plural(won + lost, 'case')} crossed the threshold: {lost:,} lost, {won:,} won"
        yield Paragraph(line(message))
    for flip in flips[:SHOWN]:
        change = SectionChange(
            flip.id, Action.UPDATE, readable(flip.base.output), readable(flip.head.output)
        )
        yield Fold(_title(flip), (diff_block(change),), open=_gain(flip) < 0)
    if won + lost > SHOWN:
        yield Paragraph(line(Span(f"and {won + lost - SHOWN:,} more", Tone.MUTED)))


def compared_data(regression: Regression) -> dict[str, Any]:
    """The comparison as JSON values."""
    interval = regression.interval
    return {
        "base_version": regression.base_version,
        "base_mean": regression.base_mean,
        "difference": regression.difference,
        "interval": list(interval) if interval else None,
        "margin": regression.margin,
        "confidence": regression.confidence,
        "outcome": str(regression.outcome),
        "reason": regression.reason,
        "n": regression.n,
        "identical": regression.identical,
        "left_out": regression.left_out,
        "unasked": regression.unasked,
        "base_usage": usage_data(regression.base_usage),
        "n_needed": regression.n_needed,
        "flips": [_flip_data(flip) for flip in regression.flips],
    }


def _difference(regression: Regression, version: str) -> Line:
    if regression.difference is None:
        return line(regression.reason)
    label = f"{version} − {regression.base_version} = "
    tone = Tone.GOOD if regression.difference >= 0 else Tone.BAD
    rest = ""
    if regression.interval:
        interval = format_interval(regression.interval, signed=True)
        rest = f" ({format_percent(regression.confidence)} interval {interval})"
    sizes = f", {plural(regression.n, 'case')}, {regression.identical} with identical outputs"
    return line(label, Span(format_difference(regression.difference), tone), rest + sizes)


def _title(flip: Flip) -> Line:
    older, newer = format_score(flip.base.aggregate), format_score(flip.head.aggregate)
    tone = Tone.GOOD if _gain(flip) > 0 else Tone.BAD
    return line(Span(flip.id, Tone.STRONG), f" {older} → ", Span(newer, tone))


def _gain(flip: Flip) -> float:
    return (flip.head.aggregate or 0.0) - (flip.base.aggregate or 0.0)


def _flip_data(flip: Flip) -> dict[str, Any]:
    return {
        "id": flip.id,
        "from": flip.base.aggregate,
        "to": flip.head.aggregate,
        "base_output": flip.base.output,
        "output": flip.head.output,
    }
