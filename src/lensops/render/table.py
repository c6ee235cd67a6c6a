"""A table as plain lines, for pipes and files, where it needs neither colours nor wrapping."""

from __future__ import annotations

from lensops.render.lines import text
from lensops.report.document import Line, Span, Table, line

GAP = 2  # columns of the screen between those of a table


def cell_lines(table: Table) -> list[list[Line]]:
    """The rows of a table, its head first. A tab is one space: its width depends on the place."""
    head = [line(column.name) for column in table.columns]
    return [[tuple(map(_without_tabs, cell)) for cell in row] for row in (head, *table.rows)]


def plain_table(table: Table, width: int) -> list[str] | None:
    """The lines of a table; None for one that is wider than the screen and must be wrapped."""
    from rich.cells import cell_len

    rows = [[text(cell).rstrip() for cell in row] for row in cell_lines(table)]
    widths = [max(map(cell_len, cells)) for cells in zip(*rows, strict=True)]
    if sum(widths) + GAP * len(widths) > width:
        return None
    right = [column.right for column in table.columns]
    return [
        (" " * GAP).join(_pad(*cell) for cell in zip(row, widths, right, strict=True)).rstrip()
        for row in rows
    ]


def _without_tabs(span: Span) -> Span:
    return span._replace(text=span.text.replace("\t", " ")) if "\t" in span.text else span


def _pad(cell: str, width: int, right: bool) -> str:
    from rich.cells import cell_len

    spaces = " " * (width - cell_len(cell))
    return spaces + cell if right else cell + spaces
