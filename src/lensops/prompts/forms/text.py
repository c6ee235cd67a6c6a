"""Plain text, `.md` and `.txt`: the whole file is one user message."""

from __future__ import annotations

from lensops.errors import Invalid, Location, Problem
from lensops.files import decode
from lensops.files.text import BOM
from lensops.prompts.forms.messages import fault_problem, normalise_text
from lensops.prompts.template import parse_template
from lensops.prompts.value import Message, Prompt


def parse_text(data: bytes, path: str, version: str) -> Prompt:
    """The prompt of a text file. Raises `Invalid` with every problem of it."""
    text = normalise_text(decode(data, path).removeprefix(BOM))
    if not text.strip():
        raise Invalid((Problem(Location(path), "the file is empty"),))
    template, faults = parse_template(text)
    if faults:
        raise Invalid(tuple(fault_problem(f, _location(path, text, f.start)) for f in faults))
    return Prompt(version, (Message("user", str(template)),))


def _location(path: str, text: str, start: int) -> Location:
    line_start = text.rfind("\n", 0, start) + 1
    return Location(path, text.count("\n", 0, start) + 1, start - line_start + 1)
