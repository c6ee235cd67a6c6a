"""BLEU of one text: sacrebleu's sentence score, divided by 100."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from lensops.evals.metrics.metric import Unscored
from lensops.evals.metrics.tokens import splitter, unreadable

ORDER = 4  # n-grams of one to four words
needs_reference = True


def bleu_score(hypothesis: str, references: Sequence[str], tokenizer: str = "13a") -> float:
    """The figure of `sacrebleu.BLEU(effective_order=True).sentence_score(…).score / 100`, 0 to 1.

    Counting is done here, because sacrebleu's own makes a tuple of every n-gram in Python; the
    tokenizer and the formula (Papineni et al. 2002, smoothing method 3 of Chen and Cherry 2014)
    are sacrebleu's. Raises `ValueError` without a reference, `UserError` for the tokenizer.
    """
    from sacrebleu.metrics.bleu import BLEU

    if not references:
        raise ValueError("BLEU needs at least one reference")
    split = splitter(tokenizer)
    words = split(hypothesis)
    others = [split(reference) for reference in references]
    closest = min((len(other) for other in others), key=lambda n: (abs(len(words) - n), n))
    correct = _matches(words, others)
    total = [max(len(words) - order, 0) for order in range(ORDER)]
    score = BLEU.compute_bleu(
        correct, total, len(words), closest, smooth_method="exp", effective_order=True
    )
    return float(score.score) / 100


def signature(tokenizer: str) -> str:
    """How the figure was made, in sacrebleu's form."""
    from sacrebleu import __version__

    return f"BLEU|nrefs:var|case:mixed|eff:yes|tok:{tokenizer}|smooth:exp|version:{__version__}"


def score(text: str, references: Sequence[str], tokenizer: str) -> float | Unscored:
    """The figure, or why there is none."""
    for read in (text, *references):
        if reason := unreadable(read, tokenizer):
            return Unscored(reason)
    return bleu_score(text, references, tokenizer)


def _matches(words: list[str], others: Sequence[list[str]]) -> list[int]:
    """For each order, the n-grams that some reference has too, at most as often as it has them."""
    correct = [0] * ORDER
    for order in range(ORDER):
        mine = _ngrams(words, order)
        correct[order] = _common(mine, [_ngrams(other, order) for other in others])
        if not correct[order]:
            break  # no n-gram in common, so no longer one either
    return correct


def _ngrams(words: list[str], order: int) -> list[Any]:
    """The n-grams of one more word than `order`, in their order."""
    return (
        list(zip(*(words[start:] for start in range(order + 1)), strict=False)) if order else words
    )


def _common(mine: list[Any], others: list[list[Any]]) -> int:
    if len(others) == 1:
        own, its = set(mine), set(others[0])
        if len(own) == len(mine) or len(its) == len(others[0]):
            return len(own & its)  # nothing twice on one side: the usual case, and quicker
    most: Counter[Any] = Counter(others[0])
    for other in others[1:]:
        most |= Counter(other)  # the larger count of each
    return sum(min(count, most[ngram]) for ngram, count in Counter(mine).items())
