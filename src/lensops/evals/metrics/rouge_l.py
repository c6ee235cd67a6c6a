"""ROUGE-L of one text: rouge_score's F1 over the longest common subsequence of stems."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from lensops.evals.metrics.metric import Unscored
from lensops.evals.metrics.porter import stem
from lensops.evals.metrics.tokens import SPACED, splitter, unseen_by_rouge

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
    tokens = _tokens(hypothesis, tokenizer)
    return max(_f1(tokens, _reference(reference, tokenizer)) for reference in references)


def signature(tokenizer: str) -> str:
    """How the figure was made."""
    how = "tok:ascii|stem:porter" if tokenizer in SPACED else f"tok:{tokenizer}|stem:no"
    return f"ROUGE-L|nrefs:var|f1|{how}|equals:{EQUALS}"


def score(text: str, references: Sequence[str], tokenizer: str) -> float | Unscored:
    """The figure, or why there is none."""
    if tokenizer in SPACED and (reason := unseen_by_rouge(text, *references)):
        return Unscored(reason)
    return rouge_l(text, references, tokenizer)


def _tokens(text: str, tokenizer: str) -> list[str]:
    if tokenizer not in SPACED:
        return splitter(tokenizer)(text)
    return [stem(word) if len(word) > 3 else word for word in _WORD.findall(text.lower())]


@lru_cache(maxsize=256)  # one reference is read for both versions and for all samples
def _reference(text: str, tokenizer: str) -> list[str]:
    return _tokens(text, tokenizer)


def _f1(tokens: list[str], reference: list[str]) -> float:
    if not tokens or not reference:
        return 0.0
    from rapidfuzz.distance import LCSseq

    common = LCSseq.similarity(tokens, reference)
    if not common:
        return 0.0
    precision, recall = common / len(tokens), common / len(reference)
    return 2 * precision * recall / (precision + recall)
