"""A table as HTML, which scrolls by itself; where its rows have tags, it can be narrowed to one."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from lensops.report.document import Line, Table

Escape = Callable[[str], str]
Write = Callable[[Line], str]


def table(block: Table, text: Escape, write: Write) -> str:
    """The table in a region of its own name."""
    kinds = [_kind(right=column.right, wide=column.wide) for column in block.columns]
    head = "".join(
        f'<th scope="col"{kind}>{text(column.name) or "&nbsp;"}</th>'
        for kind, column in zip(kinds, block.columns, strict=True)
    )
    tags = block.tags or (frozenset[str](),) * len(block.rows)
    rows = "".join(
        f"<tr{_classes(names)}>{_cells(kinds, row, write)}</tr>\n"
        for names, row in zip(tags, block.rows, strict=True)
    )
    body = f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>"
    name = text(block.name)
    region = f'<div class="scroll" tabindex="0" role="region" aria-label="{name}">{body}</div>'
    return _with_buttons(block, region, text) if any(tags) else region


def _kind(*, right: bool, wide: bool) -> str:
    return ' class="number"' if right else ' class="wide"' if wide else ""


def _cells(kinds: list[str], row: tuple[Line, ...], write: Write) -> str:
    return "".join(f"<td{kind}>{write(cell)}</td>" for kind, cell in zip(kinds, row, strict=True))


def _classes(names: frozenset[str]) -> str:
    return f' class="{" ".join(sorted(map(_slug, names)))}"' if names else ""


def _slug(name: str) -> str:
    return f"is-{name.replace(' ', '-')}"


def _with_buttons(block: Table, region: str, text: Escape) -> str:
    """Radio buttons that need no script: the style hides the rows without the chosen tag."""
    names = sorted({name for tags in block.tags for name in tags})
    group = sha256(f"{block.name}{len(block.rows)}".encode()).hexdigest()[:8]
    count = {name: sum(name in tags for tags in block.tags) for name in names}
    buttons = _button(group, "all", f"all {len(block.rows)}", checked=True)
    buttons += "".join(
        _button(group, _slug(name), f"{text(name)} {count[name]}", checked=False) for name in names
    )
    legend = f"<legend>{text(block.name)}</legend>"
    return f'<div class="narrow"><fieldset>{legend}{buttons}</fieldset>{region}</div>'


def _button(group: str, value: str, label: str, *, checked: bool) -> str:
    state = " checked" if checked else ""
    control = f'<input type="radio" name="n{group}" value="{value}"{state}>'
    return f"<label>{control} {label}</label>"
