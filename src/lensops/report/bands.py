"""Calibrated bands as a document and as data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lensops.drift.calibrate import Calibrated, FeatureBands
from lensops.format import sparkline
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

_COLUMNS = (
    Column("Feature", wide=True),
    Column("Warning", right=True),
    Column("Critical", right=True),
    Column("PSI of ordinary windows"),
    Column("Sees shifts from"),
)


def document(calibrated: Sequence[Calibrated], *, written: str | None = None) -> Document:
    """Monitor by monitor: the bands of each feature, and the ordinary windows they come from."""
    blocks: list[Block] = []
    for monitor in calibrated:
        text = f"{monitor.windows} ordinary windows of {monitor.window}"
        rows = tuple(_row(feature) for feature in monitor.features)
        blocks += [Heading(monitor.monitor), Paragraph(line(text)), Table(_COLUMNS, rows)]
        if blind := [_warning(feature) for feature in monitor.features if feature.blind]:
            blocks.append(Bullets(tuple(blind)))
    if written:
        blocks.append(Paragraph(line(Span("✓ ", Tone.GOOD), f"written into {written}")))
    return Document(tuple(blocks))


def data(calibrated: Sequence[Calibrated]) -> dict[str, Any]:
    """The keys of `lensops/bands/v1`."""
    return {
        "monitors": [
            {
                "name": monitor.monitor,
                "window": monitor.window,
                "windows": monitor.windows,
                "features": [_feature(feature) for feature in monitor.features],
            }
            for monitor in calibrated
        ]
    }


def _row(feature: FeatureBands) -> tuple[Line, ...]:
    bands, present = feature.bands, feature.present
    return (
        line(feature.name),
        line(Span(f"{bands.warning:g}", Tone.STRONG), f" ({present.warning:g} now)"),
        line(Span(f"{bands.critical:g}", Tone.STRONG), f" ({present.critical:g} now)"),
        line(sparkline(feature.psis), Span(f" up to {max(feature.psis):.4f}", Tone.MUTED)),
        line(f"{feature.smallest_shift:.2g} standard deviations"),
    )


def _warning(feature: FeatureBands) -> Line:
    text = f"{feature.name}: no band is written, for ordinary windows differ too much: "
    hint = f"{feature.bands.critical:g} would see nothing below a shift of"
    shift = f" {feature.smallest_shift:.2g} standard deviations; compare longer windows"
    return line(Span("! ", Tone.WARN), text + hint + shift)


def _feature(feature: FeatureBands) -> dict[str, Any]:
    return {
        "name": feature.name,
        "bands": feature.bands.model_dump(),
        "present": feature.present.model_dump(),
        "psis": list(feature.psis),
        "smallest_shift": feature.smallest_shift,
        "blind": feature.blind,
    }
