"""A validation as a document and as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lensops.evidence import Outcome
from lensops.format import plural
from lensops.report.document import Document, Line, Paragraph, Span, Tone, line
from lensops.report.outcome import sign, success_line

if TYPE_CHECKING:
    from lensops.errors import Problem
    from lensops.manifest import Validation


def document(validation: Validation) -> Document:
    """Problems line by line, then how many; or one line that says all is sound."""
    problems = (_problem_line(problem, Tone.BAD) for problem in validation.problems)
    notes = (_problem_line(note, Tone.WARN) for note in validation.notes)
    lines = (*problems, *notes, _summary(validation))
    return Document(tuple(Paragraph(text) for text in lines))


def data(validation: Validation) -> dict[str, Any]:
    """The keys of `lensops/validate/v1`."""
    return {
        "manifest": validation.manifest,
        "valid": not validation.problems,
        "problems": [_row(problem) for problem in validation.problems],
        "notes": [_row(problem) for problem in validation.notes],
    }


def _problem_line(problem: Problem, tone: Tone) -> Line:
    hint = (Span(f" ({problem.hint})", Tone.MUTED),) if problem.hint else ()
    return (Span(f"{problem.location}: ", Tone.STRONG), Span(problem.message, tone), *hint)


def _summary(validation: Validation) -> Line:
    if count := len(validation.problems):
        problems = Span(plural(count, "problem"), Tone.BAD)
        return line(sign(Outcome.FAIL), problems, f" in {validation.manifest}")
    sizes = f"{plural(validation.prompts, 'prompt')}, {plural(validation.versions, 'version')}"
    return success_line(f"{validation.manifest} is sound: {sizes}")


def _row(problem: Problem) -> dict[str, Any]:
    return {
        "path": problem.location.path,
        "line": problem.location.line,
        "column": problem.location.column,
        "message": problem.message,
        "hint": problem.hint,
    }
