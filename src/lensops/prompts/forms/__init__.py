"""Forms: the ways in which a file holds a prompt, each a function from bytes to a `Prompt`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from lensops.prompts.forms.chat import parse_chat
from lensops.prompts.forms.documents import parse_yaml
from lensops.prompts.forms.marked import parse_dotprompt, parse_prompty
from lensops.prompts.forms.text import parse_text
from lensops.prompts.value import ROLES, Prompt

# (data, path, version), and the template language where the manifest declares one
Form = Callable[..., Prompt]

FORMS: dict[str, Form] = {  # by the ending of the file's name; the longest that fits decides
    ".prompt.yml": parse_yaml,
    ".prompt.yaml": parse_yaml,
    ".yaml": parse_yaml,
    ".yml": parse_yaml,
    ".prompty": parse_prompty,
    ".prompt": parse_dotprompt,
    ".json": parse_chat,
    ".md": parse_text,
    ".txt": parse_text,
    **{f".{role}.md": partial(parse_text, role=role) for role in ROLES[:-1]},
    **{f".{role}.txt": partial(parse_text, role=role) for role in ROLES[:-1]},
}
SHOWN = (".yaml", ".prompt.yml", ".prompty", ".prompt", ".json", ".md", ".txt")  # in messages
ENDINGS = tuple(sorted(FORMS, key=len, reverse=True))
WITH_LANGUAGE = (".yaml", ".yml", ".md", ".txt")  # forms that declare none of their own


def ending_of(name: str) -> str | None:
    """The ending by which a file's name says its form, or None."""
    return next((ending for ending in ENDINGS if name.endswith(ending)), None)


def parse(data: bytes, path: str, version: str, template: str = "") -> Prompt:
    """The prompt of a file; `template` is the language of its texts where it is not lensops' own.

    Raises `Invalid` with every problem of it.
    """
    form = FORMS[ending_of(path) or ".yaml"]
    if template and path.endswith(WITH_LANGUAGE):
        return form(data, path, version, template=template)
    return form(data, path, version)
