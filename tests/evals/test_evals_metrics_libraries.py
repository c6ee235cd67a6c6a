"""Metrics of rouge_score and sacrebleu: their figures, their limits, loaded only when weighed."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.metrics.ter import TER

from lensops.evals.metrics import Unscored, figure_of, find_metrics

NAMES = ("rouge_1", "rouge_2", "rouge_lsum", "chrf", "ter")
METRICS = find_metrics(NAMES)
TEXT = st.text(st.sampled_from("abe tsrn.\n"), min_size=1, max_size=60)


@given(text=TEXT, references=st.lists(TEXT, min_size=1, max_size=3))
def test_the_figures_are_the_libraries(text: str, references: list[str]) -> None:
    found = {name: figure_of(METRICS[name], text, references, "13a") for name in NAMES}
    for name, variant in (
        ("rouge_1", "rouge1"),
        ("rouge_2", "rouge2"),
        ("rouge_lsum", "rougeLsum"),
    ):
        scores = RougeScorer([variant], use_stemmer=True).score_multi(references, text)
        assert found[name] == pytest.approx(scores[variant].fmeasure, abs=1e-9)
    chrf = CHRF().sentence_score(text, references).score / 100
    assert found["chrf"] == pytest.approx(chrf, abs=1e-9)
    rate = TER().sentence_score(text, references).score / 100
    assert found["ter"] == pytest.approx(max(0.0, 1 - rate), abs=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_an_equal_text_has_the_best_figure(name: str) -> None:
    text = "Come in for a coffee today.\nThe second one is free."
    assert figure_of(METRICS[name], text, (text,), "13a") == pytest.approx(1.0)


@pytest.mark.parametrize("name", NAMES)
def test_a_text_with_nothing_in_common_has_the_worst(name: str) -> None:
    assert figure_of(METRICS[name], "qqq", ("wet sand",), "13a") == pytest.approx(0.0)


@pytest.mark.parametrize("name", ["rouge_1", "rouge_2", "rouge_lsum", "ter"])
def test_writing_without_spaces_has_no_figure_under_a_tokenizer_that_needs_them(name: str) -> None:
    found = figure_of(METRICS[name], "今天天气很好", ("今天的天气很好",), "13a")
    assert isinstance(found, Unscored)
    assert "tokenizer: zh" in found.reason


@pytest.mark.parametrize("name", NAMES)
def test_writing_without_spaces_has_one_under_its_own(name: str) -> None:
    found = figure_of(METRICS[name], "今天天气很好", ("今天的天气很好",), "zh")
    assert isinstance(found, float)
    assert 0 < found < 1


def test_what_is_not_weighed_is_not_loaded() -> None:
    code = (
        "import sys; from lensops.evals.metrics import find_metrics, metric_names; "
        "metric_names(); find_metrics(['rouge_l']); "
        "print([n for n in ('nltk', 'rouge_score', 'sacrebleu') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
