"""Terminal text: one line a statement in pipes, wrapped and coloured on a real terminal."""

from __future__ import annotations

import os
import pty
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from lensops.plan.change import Action
from lensops.plan.difference import SectionChange
from lensops.render.terminal import plain, print_document
from lensops.report.diff import diff_block
from lensops.report.document import (
    Bullets,
    Column,
    Document,
    Fold,
    Heading,
    Paragraph,
    Span,
    Table,
    Tone,
    line,
)
from support.cli import process
from support.repo import Repo
from support.terminals import read_terminal

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
LONG = "word " * 40
CHANGE = SectionChange(
    "system", Action.UPDATE, "You are warm.\nKeep it.", "You are punchy.\nKeep it."
)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Prints a document on a real pseudo-terminal and gives what arrived there."""

    def show(document: Document, columns: int = 80, *, sides: bool = False) -> str:
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setenv("TERM", "xterm-256color")
        leader, follower = pty.openpty()
        with os.fdopen(follower, "w", encoding="utf-8") as stream:
            print_document(document, stream, sides=sides)
            stream.flush()
        return read_terminal(leader)

    return show


def test_lines_of_one_word_over_and_over_are_shown_whole() -> None:
    block = diff_block(SectionChange("user", Action.UPDATE, "-" * 998, "- " * 499))
    assert [(each.sign, len(each.line)) for each in block.lines] == [("-", 1), ("+", 1)]


def test_a_statement_is_one_line_in_a_pipe() -> None:
    document = Document((Heading("Title"), Paragraph(line(LONG)), Bullets((line(LONG),))))
    assert plain(document) == f"Title\n{LONG}\n  {LONG}\n"


def test_a_terminal_wraps_and_colours(
    terminal: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    shown = terminal(Document((Paragraph(line(Span("bad", Tone.BAD), " " + LONG)),)), 40)
    assert "\x1b[1;31mbad\x1b[0m" in shown
    assert max(len(COLOUR.sub("", each)) for each in shown.splitlines()) <= 40


def test_no_color_is_honoured(
    terminal: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    shown = terminal(Document((Paragraph(line(Span("bad", Tone.BAD))), diff_block(CHANGE))))
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", shown)
    assert "@@ -1,2 +1,2 @@" in shown


def test_changed_words_are_marked(
    terminal: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    shown = terminal(Document((diff_block(CHANGE),)))
    assert "\x1b[1;37;41mwarm\x1b[0m" in shown
    assert "\x1b[1;30;42mpunchy\x1b[0m" in shown


def test_side_by_side_needs_width(
    terminal: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    document = Document((diff_block(CHANGE),))
    wide = COLOUR.sub("", terminal(document, 120, sides=True))
    assert re.search(r"- You are warm\. +\+ You are punchy\.", wide)
    assert "@@" not in wide
    assert "@@" in terminal(document, 80, sides=True)


def test_text_from_outside_stays_on_its_line() -> None:
    evil = "x\x1b]0;title\x07\ny\u202e[red]z[/red]"
    blocks = (
        Paragraph(line(evil)),
        Heading(evil),
        Table((Column(evil),), ((line(evil),),)),
        Bullets((line(Span(evil, Tone.CODE)),)),
    )
    shown = plain(Document(blocks, last=evil))
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", shown)
    assert shown.count("[red]z[/red]") == 6
    assert shown.splitlines()[0] == r"x\x1b]0;title\x07\ny\u202e[red]z[/red]"


def test_the_last_line_is_last() -> None:
    assert plain(Document((Paragraph(line("a")),), last="[eval-gate] PASSED")).endswith(
        "a\n\n[eval-gate] PASSED\n"
    )


def test_a_closed_fold_shows_its_summary_only() -> None:
    inner = (Paragraph(line("inside")),)
    assert plain(Document((Fold(line("more"), inner),))) == "more\n"
    assert plain(Document((Fold(line("more"), inner, open=True),))) == "more\ninside\n"


def test_a_wide_column_takes_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    table = Table((Column("n", right=True), Column("text", wide=True)), ((line("12"), line(LONG)),))
    shown = plain(Document((table,))).splitlines()
    assert max(len(each) for each in shown) <= 40
    assert shown[1].startswith("12  word")


def test_plan_in_a_pipe_has_no_escape(project: Repo, tmp_path: Path) -> None:
    done = process("plan", cwd=project.root)
    assert done.code == 0
    assert "\x1b" not in done.out


def test_no_cell_is_cut_off_where_the_screen_is_narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    cells = tuple(line(f"value {number} of some length") for number in range(4))
    table = Table((Column("a", wide=True), *(Column(name) for name in "bcd")), (cells,))
    words = plain(Document((table,))).split()
    assert sorted(words[4:]) == sorted(" ".join(each[0].text for each in cells).split())
