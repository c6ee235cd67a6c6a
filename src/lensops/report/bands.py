"""Calibrated bands as a document and as data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lensops.drift.bands import Calibrated
from lensops.format import sparkline
from lensops.report.document import Block, Document, Heading, Paragraph, Span, Tone, line
from lensops.report.outcome import success_line


def document(found: Sequence[Calibrated], *, written: str | None = None) -> Document:
    """Monitor by monitor: the bands, and the ordinary windows that they come from."""
    blocks: list[Block] = []
    for each in found:
        now, then = each.bands, each.present
        blocks += [
            Heading(each.monitor),
            Paragraph(
                line(
                    "warning ",
                    Span(f"{now.warning:g}", Tone.STRONG),
                    f" ({then.warning:g} now), critical ",
                    Span(f"{now.critical:g}", Tone.STRONG),
                    f" ({then.critical:g} now)",
                )
            ),
            Paragraph(
                line(
                    f"PSI of {len(each.psis)} ordinary windows of {each.window}: ",
                    sparkline(each.psis),
                    Span(f" {min(each.psis):.4f} to {max(each.psis):.4f}", Tone.MUTED),
                )
            ),
        ]
    if written:
        blocks.append(Paragraph(success_line(f"written into {written}")))
    return Document(tuple(blocks))


def data(found: Sequence[Calibrated]) -> dict[str, Any]:
    """The keys of `lensops/bands/v1`."""
    return {
        "monitors": [
            {
                "name": each.monitor,
                "bands": each.bands.model_dump(),
                "present": each.present.model_dump(),
                "window": each.window,
                "psis": list(each.psis),
            }
            for each in found
        ]
    }
