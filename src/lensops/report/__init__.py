"""Report: plans, verdicts, evidence and history as documents."""

from lensops.report.document import Document, Line, Span, Tone, line

__all__ = ["Document", "Line", "Span", "Tone", "line"]
