"""chrF of one text: sacrebleu's character n-gram F-score, divided by 100."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sacrebleu.metrics.chrf import CHRF

needs_reference = True


def signature(tokenizer: str) -> str:
    """How the figure was made, in sacrebleu's form; chrF reads characters, whatever the tokens."""
    from sacrebleu import __version__

    return f"chrF2|nrefs:var|case:mixed|eff:yes|nc:6|nw:0|space:no|version:{__version__}"


def score(text: str, references: Sequence[str], tokenizer: str) -> float:
    """The figure of `sacrebleu.CHRF().sentence_score(…).score / 100`, 0 to 1."""
    return float(_chrf().sentence_score(text, list(references)).score) / 100


@cache
def _chrf() -> CHRF:
    from sacrebleu.metrics.chrf import CHRF

    return CHRF()
