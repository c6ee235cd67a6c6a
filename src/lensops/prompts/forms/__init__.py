"""Forms: the ways in which a file holds a prompt, each a function from bytes to a `Prompt`."""

from __future__ import annotations

from collections.abc import Callable

from lensops.prompts.forms.structured import parse_structured
from lensops.prompts.forms.text import parse_text
from lensops.prompts.value import Prompt

Form = Callable[[bytes, str, str], Prompt]  # (data, path, version); raises `Invalid`

FORMS: dict[str, Form] = {  # by the ending of the file's name; the longest that fits decides
    ".prompt.yml": parse_structured,
    ".prompt.yaml": parse_structured,
    ".yaml": parse_structured,
    ".yml": parse_structured,
    ".md": parse_text,
    ".txt": parse_text,
}
ENDINGS = tuple(sorted(FORMS, key=len, reverse=True))


def ending_of(name: str) -> str | None:
    """The ending by which a file's name says its form, or None."""
    return next((ending for ending in ENDINGS if name.endswith(ending)), None)


def parse(data: bytes, path: str, version: str) -> Prompt:
    """The prompt of a file. Raises `Invalid` with every problem of it."""
    return FORMS[ending_of(path) or ".yaml"](data, path, version)
