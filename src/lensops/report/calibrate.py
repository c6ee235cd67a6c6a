"""A calibration as a document and as data."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from lensops.evals.agreement import Agreement, Rate
from lensops.evals.calibration import Calibrated, Calibration
from lensops.format import format_limit, plural
from lensops.report.document import (
    Block,
    Column,
    Document,
    Line,
    Paragraph,
    Span,
    Table,
    Tone,
    line,
)
from lensops.report.outcome import success_line, warning_line


def document(calibrated: Calibrated) -> Document:
    """Correlation, a table of both parts, and the threshold with what it promises."""
    calibration = calibrated.calibration
    blocks: list[Block] = [Paragraph(_sizes(calibrated))]
    blocks += [Paragraph(warning_line(note)) for note in calibrated.notes]
    blocks.append(Paragraph(_correlation(calibration)))
    blocks.append(_table(calibrated))
    blocks.append(Paragraph(_aim(calibration)))
    if calibrated.written:
        blocks.append(Paragraph(success_line(f"written to {calibrated.written}")))
    return Document(tuple(blocks), _last(calibrated))


def data(calibrated: Calibrated) -> dict[str, Any]:
    """The keys of `lensops/calibration/v1`."""
    calibration = calibrated.calibration
    return {
        "eval": calibrated.suite,
        "scores": calibrated.scores,
        "accepted": calibrated.accepted,
        "n": calibration.n,
        "groups": calibration.groups,
        "spearman": _figure(calibration.spearman),
        "kendall": _figure(calibration.kendall),
        "threshold": calibration.threshold,
        "present_threshold": calibrated.present,
        "max_false_pass": calibration.aim.max_false_pass,
        "confidence": calibration.aim.confidence,
        "seed": calibration.aim.seed,
        "development": _part(calibration.development),
        "held_out": _part(calibration.held_out),
        "present": None if calibration.present is None else _part(calibration.present),
        "notes": list(calibrated.notes),
        "written": calibrated.written,
    }


def _sizes(calibrated: Calibrated) -> Line:
    calibration = calibrated.calibration
    of = f"{calibrated.suite}: " if calibrated.suite else ""
    sizes = f"{plural(calibration.n, 'rated output')} in {plural(calibration.groups, 'group')}"
    return line(Span(of, Tone.STRONG), f"{sizes}; {calibrated.accepted}; {calibrated.scores}")


def _correlation(calibration: Calibration) -> Line:
    return line(
        "rank correlation of score and rating: ",
        Span(
            f"Spearman {_write(calibration.spearman)}, Kendall tau-b {_write(calibration.kendall)}",
            Tone.STRONG,
        ),
    )


def _table(calibrated: Calibrated) -> Table:
    calibration = calibrated.calibration
    parts = [
        (f"development, at {format_limit(calibration.threshold)}", calibration.development),
        (f"held out, at {format_limit(calibration.threshold)}", calibration.held_out),
    ]
    if calibration.present is not None and calibrated.present is not None:
        parts.append(
            (f"held out, at the present {format_limit(calibrated.present)}", calibration.present)
        )
    columns = (
        Column("part", wide=True),
        Column("n", right=True),
        Column("kappa", right=True),
        Column("agreed", right=True),
        Column("false pass", right=True),
        Column("false fail", right=True),
    )
    return Table(columns, tuple(tuple(_cells(name, part)) for name, part in parts))


def _cells(name: str, part: Agreement) -> Iterator[Line]:
    yield line(name)
    yield line(str(part.n))
    yield line(_write(part.kappa))
    for rate in (part.agreed, part.false_pass, part.false_fail):
        yield line(_share(rate))


def _aim(calibration: Calibration) -> Line:
    level = f"{calibration.aim.confidence:.0%}"
    if (max_rate := calibration.aim.max_false_pass) is not None:
        aim = f"the lowest threshold whose false pass rate is at most {max_rate:g}, at {level}"
    else:
        aim = "the threshold with the largest kappa"
    rest = f"found on the development part only; intervals are exact ones at {level}"
    return line(Span(f"{aim}; {rest}", Tone.MUTED))


def _last(calibrated: Calibrated) -> str:
    calibration, held = calibrated.calibration, calibrated.calibration.held_out
    return (
        f"[calibrate] threshold={calibration.threshold:g} kappa={_write(held.kappa)} "
        f"false_pass={_write(held.false_pass.value)} false_fail={_write(held.false_fail.value)} "
        f"n={held.n} (held out)"
    )


def _share(rate: Rate) -> str:
    if not rate.n:
        return "–"
    return f"{rate.value:.1%} [{rate.low:.1%}, {rate.high:.1%}] of {rate.n}"


def _write(value: float) -> str:
    return f"{value:.3f}" if math.isfinite(value) else "–"


def _part(part: Agreement) -> dict[str, Any]:
    return {
        "n": part.n,
        "kappa": _figure(part.kappa),
        "agreed": _rate(part.agreed),
        "false_pass": _rate(part.false_pass),
        "false_fail": _rate(part.false_fail),
    }


def _rate(rate: Rate) -> dict[str, Any]:
    interval = [_figure(rate.low), _figure(rate.high)] if rate.n else None
    return {"hits": rate.hits, "n": rate.n, "value": _figure(rate.value), "interval": interval}


def _figure(value: float) -> float | None:
    return value if math.isfinite(value) else None
