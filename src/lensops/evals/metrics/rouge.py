"""ROUGE-1, ROUGE-2 and ROUGE-Lsum of one text, as rouge_score has them: F1 over stems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING

from lensops.evals.metrics import Unscored
from lensops.evals.metrics.tokens import SPACED, splitter, unseen_by_rouge

if TYPE_CHECKING:
    from rouge_score.rouge_scorer import RougeScorer


@dataclass(frozen=True, slots=True)
class Rouge:
    """One variant of rouge_score, such as `rouge1`; the best of several references counts.

    ROUGE-Lsum takes each line for a sentence, as rouge_score does.
    """

    variant: str
    needs_reference: bool = True

    def signature(self, tokenizer: str) -> str:
        """How the figure was made."""
        how = "tok:ascii|stem:porter" if tokenizer in SPACED else f"tok:{tokenizer}|stem:no"
        return f"{self.variant}|nrefs:var|f1|{how}|rouge_score-{version('rouge-score')}"

    def score(self, text: str, references: Sequence[str], tokenizer: str) -> float | Unscored:
        """The figure, or why there is none."""
        if tokenizer in SPACED and (reason := unseen_by_rouge(text, *references)):
            return Unscored(reason)
        scores = _scorer(self.variant, tokenizer).score_multi(references, text)
        return float(scores[self.variant].fmeasure)


@cache
def _scorer(variant: str, tokenizer: str) -> RougeScorer:
    from rouge_score.rouge_scorer import RougeScorer  # loads nltk, which takes most of a second

    if tokenizer in SPACED:
        return RougeScorer([variant], use_stemmer=True)
    return RougeScorer([variant], tokenizer=_Splitter(tokenizer))


class _Splitter:
    """sacrebleu's tokens in the form that rouge_score asks for."""

    def __init__(self, tokenizer: str) -> None:
        self._split = splitter(tokenizer)

    def tokenize(self, text: str) -> list[str]:
        return self._split(text)


rouge_1 = Rouge("rouge1")
rouge_2 = Rouge("rouge2")
rouge_lsum = Rouge("rougeLsum")
