"""ROUGE-L of one text: rouge_score's F1 over the longest common subsequence of stems."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lensops.evals.metrics import Unscored
from lensops.evals.metrics.porter import stem
from lensops.evals.metrics.tokens import (
    SPACED,
    Encoder,
    Encoders,
    Split,
    Tokens,
    count_in_order,
    splitter,
    unseen_by_rouge,
)

EQUALS = "rouge_score-0.1.2"  # the version that the tests compare with
needs_reference = True
_WORD = re.compile(r"[a-z0-9]+")


def rouge_l(hypothesis: str, references: Sequence[str], tokenizer: str = "13a") -> float:
    """The F1 of `rouge_score.RougeScorer(["rougeL"], use_stemmer=True).score_multi`, 0 to 1.

    The best of several references counts. rouge_score reads ASCII letters and digits only; with a
    tokenizer for writing without spaces (`zh`, `char`, …) its tokens are taken instead, as
    `RougeScorer(tokenizer=…)` would. The subsequence is found by rapidfuzz's bit-parallel
    algorithm (Hyyrö 2004) instead of a table of both lengths. Raises `ValueError` without a
    reference, `UserError` for the tokenizer.
    """
    if not references:
        raise ValueError("ROUGE-L needs at least one reference")
    tokens, rest = _ENCODERS.encode(tokenizer, hypothesis, references)
    return max(_f1(tokens, reference) for reference in rest)


def signature(tokenizer: str) -> str:
    """How the figure was made."""
    how = "tok:ascii|stem:porter" if tokenizer in SPACED else f"tok:{tokenizer}|stem:no"
    return f"ROUGE-L|nrefs:var|f1|{how}|equals:{EQUALS}"


def score(text: str, references: Sequence[str], tokenizer: str) -> float | Unscored:
    """The figure, or why there is none."""
    if tokenizer in SPACED and (reason := unseen_by_rouge(text, *references)):
        return Unscored(reason)
    return rouge_l(text, references, tokenizer)


def _encoder(tokenizer: str) -> Encoder:
    is_spaced = tokenizer in SPACED
    return Encoder(_splitter(tokenizer), lambda _: is_spaced)


def _splitter(tokenizer: str) -> Split:
    return _stems if tokenizer in SPACED else splitter(tokenizer)


def _stems(text: str) -> list[str]:
    return [stem(word) if len(word) > 3 else word for word in _WORD.findall(text.lower())]


_ENCODERS = Encoders(_encoder, _splitter)


def _f1(tokens: Tokens, reference: Tokens) -> float:
    if not tokens or not reference:
        return 0.0
    common = count_in_order(tokens, reference)
    if not common:
        return 0.0
    precision, recall = common / len(tokens), common / len(reference)
    return 2 * precision * recall / (precision + recall)
