"""BLEU of one text: sacrebleu's sentence score, divided by 100."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from functools import cache, lru_cache, reduce
from itertools import chain, compress
from operator import and_, or_
from typing import Any, TypeGuard

from lensops.evals.metrics import Unscored
from lensops.evals.metrics.tokens import (
    Encoder,
    Encoders,
    Tokens,
    count_in_order,
    is_by_word_13a,
    splitter,
    to_codes,
    unreadable,
)

ORDER = 4  # n-grams of one to four words
SEARCHED = 2_000  # tokens of a reference beyond which counting its n-grams pays
needs_reference = True
_Index = str | Counter[Any]  # what holds the n-grams of a reference


def bleu_score(hypothesis: str, references: Sequence[str], tokenizer: str = "13a") -> float:
    """The figure of `sacrebleu.BLEU(effective_order=True).sentence_score(…).score / 100`, 0 to 1.

    The tokens are sacrebleu's. Counting is done here, because sacrebleu's own makes a tuple of
    every n-gram in Python. Raises `ValueError` without a reference, `UserError` for the tokenizer.
    """
    if not references:
        raise ValueError("BLEU needs at least one reference")
    tokens, rest = _ENCODERS.encode(tokenizer, hypothesis, references)
    precision = _precision(_matches(tokens, rest), len(tokens))
    return precision * _brevity(len(tokens), [*map(len, rest)])


def signature(tokenizer: str) -> str:
    """How the figure was made, in sacrebleu's form."""
    return f"BLEU|nrefs:var|case:mixed|eff:yes|tok:{tokenizer}|smooth:exp|version:{_version()}"


def score(text: str, references: Sequence[str], tokenizer: str) -> float | Unscored:
    """The figure, or why there is none."""
    for read in (text, *references):
        if reason := unreadable(read, tokenizer):
            return Unscored(reason)
    return bleu_score(text, references, tokenizer)


@cache
def _version() -> str:
    from importlib.metadata import version

    return version("sacrebleu")


def _encoder(tokenizer: str) -> Encoder:
    return Encoder(splitter(tokenizer), is_by_word_13a if tokenizer == "13a" else _is_whole)


def _is_whole(text: str) -> bool:
    return False


_ENCODERS = Encoders(_encoder, splitter)


def _brevity(size: int, sizes: Sequence[int]) -> float:
    """The penalty of a text that is shorter than the reference whose length is closest."""
    closest = (
        min(sizes, key=lambda other: (abs(size - other), other)) if len(sizes) > 1 else sizes[0]
    )
    if size >= closest:
        return 1.0
    return math.exp(1 - closest / size) if size else 0.0


def _precision(matches: Sequence[int], size: int) -> float:
    """The geometric mean of the precisions of each order that a text of `size` tokens has.

    Papineni et al., "BLEU", ACL 2002, section 2.3; an order without a match counts as 1/2, 1/4, …
    matches: method 3 of Chen and Cherry, "A Systematic Comparison of Smoothing Techniques for
    Sentence-Level BLEU", WMT 2014.
    """
    if not matches[0]:
        return 0.0
    logarithms, smoothed = [], 1.0
    for order in range(min(size, ORDER)):
        count: float = matches[order] if order < len(matches) else 0
        if not count:
            count = smoothed = smoothed / 2
        logarithms.append(math.log(count / (size - order)))
    return math.exp(sum(logarithms) / len(logarithms))


def _matches(tokens: Tokens, references: Sequence[Tokens]) -> list[int]:
    """For each order, the n-grams that some reference has too, at most as often as it has them.

    An n-gram can be there only where the shorter one at its start is, and twice only where that is.
    Orders beyond the last one with a match are left out.
    """
    count, starts = _match_words(tokens, references)
    matches, are_distinct = [count], False
    while starts and len(matches) < ORDER:
        order = len(matches) + 1
        indexes = [_index(reference, order) for reference in references]
        starts = _find(tokens, starts, order, indexes)
        if are_distinct:
            matches.append(len(starts))
            continue
        ngrams = [tokens[start : start + order] for start in starts]
        are_distinct = len({*ngrams}) == len(ngrams)
        matches.append(len(ngrams) if are_distinct else _clip_counts(ngrams, indexes))
    return matches


def _match_words(tokens: Tokens, references: Sequence[Tokens]) -> tuple[int, list[int]]:
    """The count of order 1, and the starts of pairs of which both tokens are in references."""
    first, *rest = references
    if not rest and _is_short(first) and _is_short(tokens):
        codes, others = to_codes(tokens), to_codes(first)
        count = count_in_order(sorted(codes), sorted(others))  # sorted, they share all they can
        flags = [*map({*others}.__contains__, codes)]
    else:
        most = reduce(or_, map(Counter, references))
        count = (Counter(tokens) & most).total()
        flags = [*map(most.__contains__, tokens)]
    return count, [*compress(range(len(flags)), map(and_, flags, flags[1:]))]


def _find(
    tokens: Tokens, starts: Sequence[int], order: int, indexes: Sequence[_Index]
) -> list[int]:
    """The starts, in order, whose n-gram is in a reference."""
    if starts[-1] + order > len(tokens):
        starts = starts[:-1]
    lists = [
        [start for start in starts if tokens[start : start + order] in index] for index in indexes
    ]
    return lists[0] if len(lists) == 1 else sorted({*chain.from_iterable(lists)})


def _clip_counts(ngrams: list[Any], indexes: Sequence[_Index]) -> int:
    """Each n-gram counts as often as it is there, or in the reference that has it most often."""
    return sum(
        min(count, max(_count(ngram, index) for index in indexes)) if count > 1 else 1
        for ngram, count in Counter(ngrams).items()
    )


def _index(reference: Tokens, order: int) -> _Index:
    """What holds a reference's n-grams: a short one, which is searched, itself."""
    if _is_short(reference):
        return reference
    return _count_ngrams(reference, order)


def _is_short(tokens: Tokens) -> TypeGuard[str]:
    return isinstance(tokens, str) and len(tokens) <= SEARCHED


@lru_cache(maxsize=2 * ORDER)  # one reference is read for both versions and for all samples
def _count_ngrams(tokens: Tokens, order: int) -> Counter[Any]:
    ends = range(order, len(tokens) + 1)
    return Counter(tokens[end - order : end] for end in ends)


def _count(ngram: Any, index: _Index) -> int:
    """How often an n-gram is there; occurrences may overlap."""
    if isinstance(index, Counter):
        return index[ngram]
    count = start = 0
    while start := index.find(ngram, start) + 1:
        count += 1
    return count
