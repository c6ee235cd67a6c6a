"""TER of one text as a score: 1 minus sacrebleu's translation edit rate, never below 0."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from lensops.evals.metrics import Unscored
from lensops.evals.metrics.tokens import SPACED, unreadable

if TYPE_CHECKING:
    from sacrebleu.metrics.ter import TER

needs_reference = True


def signature(tokenizer: str) -> str:
    """How the figure was made, in sacrebleu's form."""
    from sacrebleu import __version__

    how = "norm:no|asian:no" if tokenizer in SPACED else "norm:yes|asian:yes"
    return f"1-TER|nrefs:var|case:lc|tok:tercom|{how}|punct:yes|version:{__version__}"


def score(text: str, references: Sequence[str], tokenizer: str) -> float | Unscored:
    """1 − `sacrebleu.TER().sentence_score(…).score / 100`; an edit rate above 1 counts as 1.

    Writing without spaces is split into characters where the tokenizer is one for such writing.
    """
    for read in (text, *references):
        if reason := unreadable(read, tokenizer):
            return Unscored(reason)
    rate = _ter(is_spaced=tokenizer in SPACED).sentence_score(text, list(references)).score / 100
    return max(0.0, 1.0 - float(rate))


@cache
def _ter(*, is_spaced: bool) -> TER:
    from sacrebleu.metrics.ter import TER

    return TER() if is_spaced else TER(normalized=True, asian_support=True)
