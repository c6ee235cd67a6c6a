"""Report: plans, verdicts, evidence and history as documents."""

from typing import TYPE_CHECKING

from lensops.lazy import load_names

if TYPE_CHECKING:
    from lensops.report.document import Document, Line, Span, Tone, line

__all__ = ["Document", "Line", "Span", "Tone", "line"]

__getattr__ = load_names(
    __name__,
    {
        "document": ("Document", "Line", "Span", "Tone", "line"),
    },
)
