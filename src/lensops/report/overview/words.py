"""The words and tones of stored results, the same on the page and on the dashboard."""

from __future__ import annotations

from itertools import pairwise

from lensops.evidence.stored import DriftFeature, EvalRun
from lensops.report import status
from lensops.report.document import Span, Tone
from lensops.report.figures import figure

TONES = {str(state): tone for state, tone in status.TONES.items()}
TONES |= {"ok": Tone.GOOD, "warning": Tone.WARN, "inconclusive": Tone.WARN, "no data": Tone.WARN}


def verdict(run: EvalRun) -> Span:
    """PASS, FAIL or INCONCLUSIVE of a stored run."""
    if run.passed is None:
        return Span("INCONCLUSIVE", Tone.WARN)
    return Span("PASS", Tone.GOOD) if run.passed else Span("FAIL", Tone.BAD)


def scored(run: EvalRun) -> str:
    """The figures of a run: score, threshold, n, and how the judge fared."""
    text = f"{figure(run.mean_score)} against {run.threshold:g}, n = {run.n}"
    if run.judge is not None:
        judge = run.judge
        text += f"; judged {judge.scored}, neutral {judge.neutral}, unscored {judge.unscored}"
    return text


def toned(word: str) -> Tone:
    """The tone of a state or status."""
    return TONES.get(word, Tone.BAD)


def cell_labels(feature: DriftFeature, cells: int) -> tuple[str, ...]:
    """A name for each cell: its label, or its edges where there are as many, else its number."""
    if len(feature.labels) == cells:
        return feature.labels
    edges = feature.edges
    if len(edges) == cells + 1:
        return tuple(f"{low:.4g} to {high:.4g}" for low, high in pairwise(edges))
    if len(edges) == cells:
        return tuple(str(edge) for edge in edges)
    return tuple(str(cell + 1) for cell in range(cells))
