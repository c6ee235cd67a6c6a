"""The words and tones of stored results, the same on the page and on the dashboard."""

from __future__ import annotations

from itertools import pairwise

from lensops.format import format_limit, format_score
from lensops.report.document import Span
from lensops.report.outcome import outcome_of, verdict_word
from lensops.report.overview.stored import StoredFeature, StoredSuite


def verdict(run: StoredSuite) -> Span:
    """PASSED, FAILED or INCONCLUSIVE of a stored run."""
    return verdict_word(outcome_of(passed=run.passed))


def scored(run: StoredSuite) -> str:
    """The figures of a run: score, threshold, n, and how the judge fared."""
    text = f"{format_score(run.mean_score)} against {format_limit(run.threshold)}, n = {run.n}"
    if run.judge is not None:
        judge = run.judge
        text += f"; judged {judge.scored}, neutral {judge.neutral}, unscored {judge.unscored}"
    return text


def cell_labels(feature: StoredFeature, cells: int) -> tuple[str, ...]:
    """A name for each cell: its label, or its edges where there are as many, else its number."""
    if len(feature.labels) == cells:
        return feature.labels
    edges = feature.edges
    if len(edges) == cells + 1:
        return tuple(f"{low:.4g} to {high:.4g}" for low, high in pairwise(edges))
    if len(edges) == cells:
        return tuple(str(edge) for edge in edges)
    return tuple(str(cell + 1) for cell in range(cells))
