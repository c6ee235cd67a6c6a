"""Plain tables: the same lines as rich draws, without rich, for all that fits the width."""

from __future__ import annotations

import subprocess
import sys
from io import StringIO

from hypothesis import given
from hypothesis import strategies as st

from lensops.render import terminal
from lensops.render.table import GAP, plain_table
from lensops.report.document import Column, Line, Table, line

WIDTH = 80
SIGNS = [*"ab é漢\t\x1b[31m\n-–✓1.", "e\u0301"]  # a mark stands on a character
# rich drops a mark without a letter in an empty column, and counts a space at an end now and then
TEXTS = st.lists(st.sampled_from(SIGNS), max_size=9).map(lambda signs: "".join(signs).strip())


@st.composite
def tables(draw: st.DrawFn) -> Table:
    count = draw(st.integers(1, 4))
    columns = tuple(
        Column(draw(TEXTS), right=draw(st.booleans()), wide=number == draw(st.integers(0, 5)))
        for number in range(count)
    )
    cells: st.SearchStrategy[Line] = TEXTS.map(line)
    rows = draw(st.lists(st.tuples(*[cells] * count), max_size=4))
    return Table(columns, tuple(rows))


def drawn_by_rich(table: Table) -> list[str]:
    stream = StringIO()
    screen = terminal._Screen(stream, False, False)
    screen._width = WIDTH
    screen._rich(terminal._table(table, WIDTH))
    return stream.getvalue().removesuffix("\n").split("\n")


@given(tables())
def test_what_fits_is_what_rich_draws(table: Table) -> None:
    lines = plain_table(table, WIDTH)

    assert lines is not None
    assert lines == drawn_by_rich(table)


def test_what_does_not_fit_is_left_to_rich() -> None:
    table = Table((Column("a"), Column("b")), ((line("x" * 40), line("y" * 36)),))
    assert plain_table(table, 80 + GAP - 2) is not None
    assert plain_table(table, 79) is None


def test_rich_is_not_loaded_for_a_pipe() -> None:
    code = (
        "import sys, io\n"
        "from lensops.render.terminal import plain\n"
        "from lensops.report.document import *\n"
        "print(plain(Document((Table((Column('a'),), ((line('x'),),)),))))\n"
        "assert 'rich.console' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "a\nx\n\n"
