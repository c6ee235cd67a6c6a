"""A validation as a document and as data."""

from __future__ import annotations

from typing import Any

from lensops.errors import Problem
from lensops.manifest import Validation
from lensops.report.document import Document, Line, Paragraph, Span, Tone, line


def document(validation: Validation) -> Document:
    """Problems line by line, then how many; or one line that says all is sound."""
    problems = (_said(problem, Tone.BAD) for problem in validation.problems)
    notes = (_said(note, Tone.WARN) for note in validation.notes)
    lines = (*problems, *notes, _summary(validation))
    return Document(tuple(Paragraph(each) for each in lines))


def data(validation: Validation) -> dict[str, Any]:
    """The keys of `lensops/validate/v1`."""
    return {
        "manifest": validation.manifest,
        "valid": not validation.problems,
        "problems": [_row(problem) for problem in validation.problems],
        "notes": [_row(problem) for problem in validation.notes],
    }


def _said(problem: Problem, tone: Tone) -> Line:
    hint = (Span(f" ({problem.hint})", Tone.MUTED),) if problem.hint else ()
    return (Span(f"{problem.location}: ", Tone.STRONG), Span(problem.message, tone), *hint)


def _summary(validation: Validation) -> Line:
    if count := len(validation.problems):
        return line(Span(f"✗ {_counted(count, 'problem')}", Tone.BAD), f" in {validation.manifest}")
    sizes = f"{_counted(validation.prompts, 'prompt')}, {_counted(validation.versions, 'version')}"
    return line(Span("✓ ", Tone.GOOD), f"{validation.manifest} is sound: {sizes}")


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _row(problem: Problem) -> dict[str, Any]:
    return {
        "path": problem.location.path,
        "line": problem.location.line,
        "column": problem.location.column,
        "message": problem.message,
        "hint": problem.hint,
    }
