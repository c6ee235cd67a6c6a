"""The page: one file, escaped, small, and readable by machines that read for people."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from lensops.render.html import html
from lensops.report.document import (
    Block,
    Bullets,
    Column,
    Diff,
    DiffLine,
    Document,
    Fold,
    Heading,
    Paragraph,
    Span,
    Table,
    Tone,
    line,
)
from lensops.report.page import Beside, Histogram, Limit, Point, Series, Text, Tile, Tiles
from support import results, sample
from support.cli import lensops
from support.repo import Repo

EVIL = "</title></style><script>alert(1)</script><img src=x onerror=y> \"' onload=z &amp; \x1b[2J"
VOID = {"meta", "img", "input"}

TIME = datetime(2026, 1, 1, tzinfo=UTC)


class Reader(HTMLParser):
    """Checks that tags nest, and collects them with the text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


def every_block(text: str) -> tuple[Block, ...]:
    points = (Point(TIME, 0.1, text), Point(TIME + timedelta(days=40), 0.2, "v2", Tone.BAD))
    spans = tuple(Span(text, tone, badge) for tone in Tone for badge in (False, True))
    return (
        Heading(text),
        Paragraph(spans),
        Bullets((spans,)),
        Table(
            (Column(text), Column("n", right=True)),
            ((spans, line("1")),),
            text,
            (frozenset({"failed", text}),),
        ),
        Diff(text, (DiffLine("-", spans), DiffLine("…", spans)), text, note=text),
        Histogram(text, (text, "b"), (0.5, 0.5), (0.1, 0.9)),
        Series(text, points, (Limit(text, 0.2, Tone.BAD),)),
        Series(text, points, small=True),
        Text(text, spans),
        Tiles((Tile(text, spans, (spans,), (Paragraph(spans),), wide=True),)),
        Beside(((Paragraph(spans),), (Paragraph(spans),))),
        Fold(spans, (Paragraph(spans),)),
    )


def test_what_comes_from_outside_is_text() -> None:
    reader = read(html(Document(every_block(EVIL)), EVIL))
    assert {tag for tag, _ in reader.tags}.isdisjoint({"script", "img", "iframe", "link"})
    assert not any(name.startswith("on") for _, attributes in reader.tags for name in attributes)
    assert "<script>alert(1)</script>" in reader.text
    assert "\x1b" not in reader.text


def test_nothing_is_fetched() -> None:
    page = html(Document(every_block("x")), "x")
    assert not re.search(r"https?://|url\(|@import|src=", page)


def test_it_can_be_read_aloud() -> None:
    reader = read(html(Document((Heading("Title", 1), *every_block("part"))), "page"))
    assert ("html", {"lang": "en"}) in reader.tags
    for tag, attributes in reader.tags:
        if tag == "svg":
            assert attributes["role"] == "img"
            assert attributes["aria-label"]
        if tag == "th":
            assert attributes["scope"] == "col"
        if tag == "a":
            assert attributes["href"] in {f"#{a['id']}" for _, a in reader.tags if a.get("id")}


def test_an_empty_series_says_so() -> None:
    assert "no values yet" in html(Document((Series("PSI", ()),)), "x")


@pytest.fixture
def full(project: Repo) -> Repo:
    project.commit("Go (#4)", sample.manifest("v2"))
    lensops("apply", "--yes", cwd=project.root)
    results.evals(project.root, 60)
    results.drift(project.root, 8, features=10)
    return project


def test_the_report_tells_the_state(full: Repo, tmp_path: Path) -> None:
    done = lensops("report", "--output", tmp_path / "out.html", cwd=full.root)
    assert done.code == 0, done.err
    page = (tmp_path / "out.html").read_text()
    words = read(page).text
    for said in ("loyalty-offers", "staging", "synced", "v2", "Ada", "PASS", "0.8000", "WARNING"):
        assert said in words, said
    assert "punchy" in words, "the diff of the activation"
    assert "case-11" in words, "the worst case"
    assert str(full.root) not in page
    assert len(page) < 150_000 + 3_000 * 10


def test_the_report_of_an_empty_project(project: Repo, tmp_path: Path) -> None:
    done = lensops("report", "--output", tmp_path / "out.html", cwd=project.root)
    assert done.code == 0
    words = read((tmp_path / "out.html").read_text()).text
    assert "No stored result yet" in words
    assert "missing" in words


def test_a_broken_result_is_named_and_the_rest_is_shown(full: Repo, tmp_path: Path) -> None:
    (full.root / "eval_results/eval_20270101T000000Z.json").write_text('{"evals": [')
    assert lensops("report", "--output", tmp_path / "o.html", cwd=full.root).code == 0
    words = read((tmp_path / "o.html").read_text()).text
    assert "eval_results/eval_20270101T000000Z.json" in words
    assert "0.8000" in words


def test_five_thousand_results_stay_small(project: Repo, tmp_path: Path) -> None:
    results.evals(project.root, 5_000, cases=3)
    assert lensops("report", "--output", tmp_path / "o.html", cwd=project.root).code == 0
    assert (tmp_path / "o.html").stat().st_size < 150_000
