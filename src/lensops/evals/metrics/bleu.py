"""BLEU of one text: sacrebleu's sentence score, divided by 100."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
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
    tokens = splitter(tokenizer)(hypothesis)
    rest = [_reference(reference, tokenizer) for reference in references]
    sizes = (other.size for other in rest)
    closest = min(sizes, key=lambda size: (abs(len(tokens) - size), size))
    correct = _matches(tokens, rest)
    total = [max(len(tokens) - order, 0) for order in range(ORDER)]
    score = BLEU.compute_bleu(
        correct, total, len(tokens), closest, smooth_method="exp", effective_order=True
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


@dataclass(frozen=True, slots=True)
class _Reference:
    """A reference's n-grams by order: how many tokens, which n-grams, and which more than once."""

    size: int
    ngrams: tuple[frozenset[Any], ...]
    repeats: tuple[dict[Any, int], ...]


@lru_cache(maxsize=256)  # one reference is read for both versions and for all samples
def _reference(text: str, tokenizer: str) -> _Reference:
    tokens = splitter(tokenizer)(text)
    lists = [_ngrams(tokens, order) for order in range(ORDER)]
    sets = tuple(map(frozenset, lists))
    repeats = tuple(_repeats(*pair) for pair in zip(lists, sets, strict=True))
    return _Reference(len(tokens), sets, repeats)


def _repeats(ngrams: list[Any], distinct: frozenset[Any]) -> dict[Any, int]:
    """The n-grams that are there more than once, and how often."""
    if len(ngrams) == len(distinct):
        return {}
    return {ngram: count for ngram, count in Counter(ngrams).items() if count > 1}


def _matches(tokens: list[str], references: Sequence[_Reference]) -> list[int]:
    """For each order, the n-grams that some reference has too, at most as often as it has them."""
    correct = [0] * ORDER
    for order in range(ORDER):
        correct[order] = _common(_ngrams(tokens, order), order, references)
        if not correct[order]:
            break  # no n-gram in common, so no longer one either
    return correct


def _ngrams(tokens: list[str], order: int) -> list[Any]:
    """The n-grams of one more token than `order`, in their order."""
    if not order:
        return tokens
    return list(zip(*(tokens[start:] for start in range(order + 1)), strict=False))


def _common(ngrams: list[Any], order: int, references: Sequence[_Reference]) -> int:
    """Each n-gram counts as often as the reference that has it most often, or as the text has it.

    Nearly all stand there once, so only those that a reference repeats are counted.
    """
    common = set(ngrams).intersection(*_any(order, references))
    repeated: dict[Any, int] = {}
    for reference in references:
        for ngram, count in reference.repeats[order].items():
            repeated[ngram] = max(count, repeated.get(ngram, 0))
    return len(common) + sum(
        min(ngrams.count(ngram), count) - 1 for ngram, count in repeated.items() if ngram in common
    )


def _any(order: int, references: Sequence[_Reference]) -> Iterator[frozenset[Any]]:
    """One set: the n-grams that any of the references has."""
    first, *rest = (reference.ngrams[order] for reference in references)
    yield first.union(*rest) if rest else first
