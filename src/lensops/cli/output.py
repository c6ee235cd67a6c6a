"""Write a report to stdout in the format asked for, and into a file when one is named."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO

from lensops.cli.options import Format
from lensops.errors import Exit
from lensops.evidence import Outcome

if TYPE_CHECKING:
    from lensops.report.document import Document


class Report(NamedTuple):
    """One report in both shapes: a document to read, and the data of its JSON form."""

    noun: str  # the schema is lensops/<noun>/v1
    document: Document
    data: dict[str, Any]
    sides: bool = False  # diffs side by side, where the screen allows


def emit(report: Report, form: Format, output: Path | None = None) -> None:
    """Print a report. A file ending in .json or .md gets that form, any other the printed one.

    The file comes first: whoever reads stdout may stop reading, as `| head -1` does.
    """
    if output is not None:
        from lensops.files import write_atomic

        by_ending = {".json": Format.JSON, ".md": Format.MARKDOWN}
        write_atomic(output, _text(report, by_ending.get(output.suffix, form)).encode())
    if form is Format.TEXT and not on_actions():
        from lensops.render.terminal import print_document

        print_document(report.document, sys.stdout, sides=report.sides)
    else:
        write(_text(report, form))


def exit_of(outcome: Outcome) -> Exit:
    """The exit code of a verdict."""
    codes = {Outcome.PASS: Exit.DONE, Outcome.FAIL: Exit.CHECK_FAILED}
    return codes.get(outcome, Exit.INCONCLUSIVE)


def print_line(message: str) -> None:
    """A line of the outcome on stdout."""
    from lensops.render.escape import one_line

    write(one_line(message) + "\n")


def say(message: str) -> None:
    """A line of progress or advice on stderr."""
    from lensops.render.escape import visible

    write(visible(message) + "\n", sys.stderr)


def write(text: str, stream: TextIO | None = None) -> None:
    """Write to stdout, or to another stream; in a workflow's log no text becomes a command."""
    if on_actions():
        from lensops.render.annotations import inert

        text = inert(text)
    (stream or sys.stdout).write(text)


def on_actions() -> bool:
    """Whether GitHub Actions reads what is written."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def _text(report: Report, form: Format) -> str:
    if form is Format.JSON:
        from lensops.render.json import envelope

        return envelope(report.noun, report.data)
    if form is Format.MARKDOWN:
        from lensops.render.markdown import markdown

        return markdown(report.document)
    from lensops.render.terminal import plain

    return plain(report.document)
