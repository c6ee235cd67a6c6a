"""Evals: cases and outputs in, scores and their evidence out; no screen, no network, no git."""

from lensops.evals.cases import Case, Needs, cases_digest, load_cases, read_cases
from lensops.evals.metrics import metric_fault, metric_names
from lensops.evals.metrics.bleu import bleu_score
from lensops.evals.metrics.rouge_l import rouge_l
from lensops.evals.metrics.tokens import tokenizer_fault
from lensops.evals.result import (
    CaseScore,
    CheckResult,
    Flip,
    JudgeTotals,
    Regression,
    SuiteResult,
)

__all__ = [
    "Case",
    "CaseScore",
    "CheckResult",
    "Flip",
    "JudgeTotals",
    "Needs",
    "Regression",
    "SuiteResult",
    "bleu_score",
    "cases_digest",
    "load_cases",
    "metric_fault",
    "metric_names",
    "read_cases",
    "rouge_l",
    "tokenizer_fault",
]
