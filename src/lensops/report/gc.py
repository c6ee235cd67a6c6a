"""The objects that no record names as a document and as data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from lensops.format import plural
from lensops.report.document import Block, Bullets, Document, Paragraph, Span, Tone, line
from lensops.targets.served import Garbage


def document(garbage: Sequence[Garbage], *, removed: bool) -> Document:
    """Target by target: what is left over, or what was removed."""
    return Document(
        tuple(block for one_target in garbage for block in _target(one_target, removed=removed))
    )


def data(garbage: Sequence[Garbage]) -> dict[str, Any]:
    """The keys of `lensops/gc/v1`."""
    return {
        "targets": [
            {
                "name": one_target.name,
                "objects": list(one_target.objects),
                "removed": list(one_target.removed),
            }
            for one_target in garbage
        ]
    }


def _target(garbage: Garbage, *, removed: bool) -> Iterator[Block]:
    paths = garbage.removed if removed else garbage.objects
    if not paths:
        what = "nothing to remove: every object is named by a record"
    elif removed:
        what = f"{plural(len(paths), 'object')} removed"
    else:
        what = f"{plural(len(paths), 'object')} that no record names; --yes removes them"
    yield Paragraph(line(Span(garbage.name, Tone.STRONG), f": {what}"))
    if paths:
        yield Bullets(tuple(line(path) for path in paths))
