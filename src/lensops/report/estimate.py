"""What recording will take, as a document and as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from lensops.evals.estimate import Estimate
from lensops.report.document import Bullets, Document, Span, Tone, line


def document(estimates: Sequence[Estimate]) -> Document:
    """One line for estimate eval."""
    lines = tuple(
        line(Span(f"{estimate.suite} {estimate.version}: ", Tone.STRONG), estimate.message)
        for estimate in estimates
    )
    return Document((Bullets(lines),) if lines else ())


def data(estimates: Sequence[Estimate]) -> dict[str, Any]:
    """The keys of `lensops/estimate/v1`; null is unknown."""
    return {"evals": [asdict(estimate) for estimate in estimates]}
