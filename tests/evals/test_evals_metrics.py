"""BLEU and ROUGE-L are sacrebleu's and rouge_score's figures, and say when there is none."""

from __future__ import annotations

import json
import math
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.stem.porter import PorterStemmer
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics.bleu import BLEU

from lensops.errors import UserError
from lensops.evals.metrics import (
    BUILT_IN,
    Unscored,
    bleu,
    figure_of,
    find_metrics,
    metric_fault,
    metric_names,
)
from lensops.evals.metrics import rouge_l as rouge_module
from lensops.evals.metrics.batch import Measurer, count_cores, measure
from lensops.evals.metrics.bleu import bleu_score
from lensops.evals.metrics.porter import stem
from lensops.evals.metrics.rouge_l import rouge_l
from lensops.evals.metrics.tokens import (
    MANY,
    Encoder,
    Encoders,
    split_13a,
    splitter,
    tokenizer_fault,
)

SUMMEVAL = Path(__file__).parents[2].parent / "shared" / "data" / "summeval.jsonl"
NEAR = 1e-9

TEXTS = [
    ("the cat sat on the mat", ["the cat is sitting on the mat"]),
    ("The cat sat on the mat.", ["the cat sat on the mat"]),
    ("It costs $3.50, doesn't it?", ["It costs $ 3.50 , doesn 't it ?"]),
    ("Refunds are accepted within 30 days.", ["We accept refunds for 30 days after purchase."]),
    ("first line\nsecond line here", ["first line second\nline here"]),
    ("a-\nb hyphen- ated", ["a b hyphenated"]),
    ("AT&amp;T &lt;b&gt; &quot;x&quot;", ['AT&T <b> "x"']),
    ("<skipped> word", ["word"]),
    ("", ["something"]),
    ("something", [""]),
    ("   ", ["   "]),
    ("one", ["one"]),
    ("one two", ["one two"]),
    ("aa aa aa aa aa", ["aa bb", "aa aa cc"]),
    ("short", ["a much longer reference than that", "short one"]),
    ("1,000.50 and 3.5% off!!", ["1,000.50 or 3.5 % off !"]),
    ("naïve café — “quotes”", ["naive café - quotes"]),
    ("generously generous generosity", ["generate generation generator"]),
    ("x" * 5_000, ["x" * 4_999]),
    ("word " * 500, ["word " * 400]),
    ("Привет мир", ["Привет, мир!"]),
    ("it's we'll don't I'M", ["its well dont Im"]),
]
words = st.lists(
    st.sampled_from(
        ["the", "cat", "cats", "sat", "sitting", "on", "mat.", "a-b", "3.50", "&", "é"]
    ),
    max_size=12,
).map(" ".join)
ENDINGS = """s es ies sses eed ed ing ational tional izer ization fulness biliti logi alli icate
    ative alize ness ance ement ion ism ate iti ous ive ize e ll y"""
wild = st.text("ab .,-&<>\n\t1'’é中\u00a0\u200b\x85", max_size=30)


@lru_cache
def oracle(tokenizer: str) -> BLEU:
    return BLEU(effective_order=True, tokenize=tokenizer)


@lru_cache
def scorer() -> RougeScorer:
    return RougeScorer(["rougeL"], use_stemmer=True)


def sacrebleus(text: str, references: list[str], tokenizer: str = "13a") -> float:
    return float(oracle(tokenizer).sentence_score(text, references).score / 100)


def rouges(text: str, references: list[str]) -> float:
    return float(scorer().score_multi(references, text)["rougeL"].fmeasure)


@pytest.mark.parametrize(("text", "references"), TEXTS)
def test_known_texts(text: str, references: list[str]) -> None:
    assert bleu_score(text, references) == pytest.approx(sacrebleus(text, references), abs=NEAR)
    assert rouge_l(text, references) == pytest.approx(rouges(text, references), abs=NEAR)


@pytest.mark.parametrize("tokenizer", ["13a", "intl", "none", "zh", "char"])
@pytest.mark.parametrize(
    ("text", "references"),
    [*TEXTS, ("今天天气很好。", ["今天的天气很好!"]), ("テスト。", ["テスト"])],
)
def test_bleu_with_every_tokenizer(text: str, references: list[str], tokenizer: str) -> None:
    wanted = sacrebleus(text, references, tokenizer)
    assert bleu_score(text, references, tokenizer) == pytest.approx(wanted, abs=NEAR)


@settings(max_examples=300)
@given(st.text("a5.,-&;<>'\"`/:@[{~ \n\té²・" + "0", max_size=14) | st.text(max_size=20) | wild)
def test_tokens_of_13a_are_sacrebleus(text: str) -> None:
    assert split_13a(text) == oracle("13a").tokenizer(text.rstrip()).split()


@pytest.mark.parametrize(
    "text", ["<skip<skipped>ped>&amp;lt;&amp;quot;", "1.,2-3--a-5-", "a-\n-\n"]
)
def test_what_13a_replaces_first(text: str) -> None:
    assert split_13a(text) == oracle("13a").tokenizer(text.rstrip()).split()


@settings(max_examples=150)
@given(text=words | wild, references=st.lists(words | wild, min_size=1, max_size=3))
def test_any_text(text: str, references: list[str]) -> None:
    assert bleu_score(text, references) == pytest.approx(sacrebleus(text, references), abs=NEAR)
    assert rouge_l(text, references) == pytest.approx(rouges(text, references), abs=NEAR)


@pytest.mark.parametrize(
    ("text", "references"),
    [
        pytest.param("a b a b a c " * 900, ["b a b a a " * 1_000, "c a b"], id="searched by count"),
        pytest.param(f"{'x' * 60_000} y " * 9, ["y x y y x", "y y"], id="longer than characters"),
    ],
)
def test_long_texts(text: str, references: list[str]) -> None:
    assert bleu_score(text, references) == pytest.approx(sacrebleus(text, references), abs=NEAR)
    assert 0 < rouge_l(text, references) < 1


def test_an_encoder_that_is_full_is_made_anew() -> None:
    encoders = Encoders(lambda _: Encoder(str.split, bool), lambda _: str.split)
    numbers = " ".join(map(str, range(MANY + 9)))
    first, _ = encoders.encode("words", numbers, ["7 8"])
    assert len(set(first)) == MANY + 9
    assert encoders.encode("words", "8 7", [numbers, "7 8"])[1][1] == "\x01\x00"


@settings(max_examples=300)
@given(
    root=st.text("abcdeilnorstuyz", min_size=1, max_size=4),
    ending=st.sampled_from(ENDINGS.split()),
)
def test_stems_are_nltks(root: str, ending: str) -> None:
    assert stem(root + ending) == PorterStemmer().stem(root + ending)


@pytest.mark.parametrize("word", ["skies", "dying", "news", "proceed", "by", "sky", "is", "agreed"])
def test_irregular_and_short_words(word: str) -> None:
    assert stem(word) == PorterStemmer().stem(word)


@pytest.mark.skipif(not SUMMEVAL.exists(), reason="the real data is not on this machine")
def test_real_summaries() -> None:
    rows = [json.loads(line) for line in SUMMEVAL.read_text().splitlines()][:250]
    for row in rows:
        text, references = row["output"], [row["reference"]]
        assert bleu_score(text, references) == pytest.approx(sacrebleus(text, references), abs=NEAR)
        assert rouge_l(text, references) == pytest.approx(rouges(text, references), abs=NEAR)


def test_a_perfect_text_scores_one() -> None:
    text = "Your next oat latte is free when you visit by Sunday."
    assert bleu_score(text, [text]) == pytest.approx(1)
    assert rouge_l(text, [text]) == 1.0


@pytest.mark.parametrize("metric", [bleu_score, rouge_l])
def test_no_reference_is_a_mistake_of_the_caller(metric: Any) -> None:
    with pytest.raises(ValueError, match="reference"):
        metric("text", [])


class TestNoFigure:
    @pytest.mark.parametrize("text", ["今天天气很好", "テストです", "สวัสดีครับ"])
    def test_writing_without_spaces_is_unscored_with_a_hint(self, text: str) -> None:
        for module in (bleu, rouge_module):
            found = figure_of(module, text, [text], "13a")
            assert isinstance(found, Unscored)
            assert "`tokenizer: zh`" in found.reason

    @pytest.mark.parametrize("text", ["Привет мир", "שלום עולם", "नमस्ते"])
    def test_rouge_sees_only_ascii(self, text: str) -> None:
        assert isinstance(figure_of(rouge_module, text, [text], "13a"), Unscored)
        assert figure_of(bleu, text, [text], "13a") == pytest.approx(1)

    def test_the_right_tokenizer_scores(self) -> None:
        assert figure_of(rouge_module, "今天天气很好", ["今天的天气很好"], "zh") == pytest.approx(
            12 / 13
        )
        assert figure_of(bleu, "今天天气很好", ["今天天气很好"], "zh") == pytest.approx(1)

    def test_a_foreign_word_in_a_text_is_no_reason(self) -> None:
        text = "Try our 抹茶 latte today, it is half price."
        assert figure_of(bleu, text, [text], "13a") == pytest.approx(1)
        assert figure_of(rouge_module, text, [text], "13a") == 1.0

    def test_a_case_without_reference_is_unscored(self) -> None:
        assert isinstance(figure_of(bleu, "text", [], "13a"), Unscored)

    @pytest.mark.parametrize("figure", [math.nan, math.inf, -0.1, 1.1])
    def test_a_metric_that_gives_no_share_is_unscored(self, figure: float) -> None:
        class Bad:
            needs_reference = False

            def signature(self, tokenizer: str) -> str:
                return "bad"

            def score(self, text: str, references: Any, tokenizer: str) -> float:
                return figure

        assert isinstance(figure_of(Bad(), "text", [], "13a"), Unscored)


class TestNames:
    def test_a_near_name_is_suggested(self) -> None:
        assert metric_fault("rouge_ll") == (
            "there is no metric 'rouge_ll'",
            "did you mean 'rouge_l'?",
        )
        assert metric_fault("bleu") is None
        assert metric_fault("judge") is None

    def test_tokenizers_have_names_too(self) -> None:
        assert tokenizer_fault("13b") == ("there is no tokenizer '13b'", "did you mean '13a'?")
        with pytest.raises(UserError, match="there is no tokenizer"):
            splitter("nope")

    def test_a_tokenizer_that_is_not_installed_says_how_to_get_it(self) -> None:
        try:
            splitter("ja-mecab")
        except UserError as error:
            assert "sacrebleu[ja]" in (error.hint or "")  # noqa: PT017  # it may be installed

    def test_signatures_tell_figures_apart(self) -> None:
        metrics = find_metrics(BUILT_IN)
        assert len({metric.signature("13a") for metric in metrics.values()}) == len(metrics)
        assert "tok:13a" in bleu.signature("13a")
        assert "version:" in bleu.signature("13a")


class TestPackagesAddMetrics:
    @pytest.fixture
    def package(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A package that registers two metrics, as an installer would leave it on the path."""
        (tmp_path / "shouting.py").write_text(
            "needs_reference = False\n"
            "def signature(tokenizer): return 'shouting|version:1'\n"
            "def score(text, references, tokenizer): return float(text.isupper())\n"
        )
        info = tmp_path / "shouting-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shouting\nVersion: 1.0\n")
        points = "[lensops.metrics]\nshouting = shouting\nbroken = not_there\n"
        (info / "entry_points.txt").write_text(points)
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.delitem(sys.modules, "shouting", raising=False)

    @pytest.mark.usefixtures("package")
    def test_by_an_entry_point(self) -> None:
        assert "shouting" in metric_names()
        assert metric_fault("shouting") is None
        (figures,) = measure([("LOUD", ())], ["shouting"], "13a")
        assert figures == {"shouting": 1.0}

    @pytest.mark.usefixtures("package")
    def test_a_broken_package_is_named(self) -> None:
        with pytest.raises(UserError, match="'broken' of not_there cannot be loaded"):
            find_metrics(["broken"])


def test_several_processes_give_the_same_figures() -> None:
    jobs = [(f"word {n % 7} and {n % 5}", (f"word {n % 3} or {n % 5}",)) for n in range(2_400)]
    alone = measure(jobs, ["bleu", "rouge_l"], "13a")
    with Measurer(["bleu", "rouge_l"], "13a", 10**9) as measurer:
        begun = [measurer.submit(jobs[at : at + 800]) for at in range(0, 2_400, 800)]
        assert [figures for batch in begun for figures in batch()] == alone
    assert len({batch.__qualname__ for batch in begun}) == (2 if count_cores() > 1 else 1)
