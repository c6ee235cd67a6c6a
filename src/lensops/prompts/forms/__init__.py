"""Forms: the ways in which a file holds a prompt, each a function from bytes to a `Prompt`."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module

from lensops.prompts.value import ROLES, Prompt

# by the ending of the file's name, the longest that fits: the file here that holds the form, and
# its function of (data, path, version); a form is loaded when a file of it is read
FORMS: dict[str, tuple[str, str]] = {
    ".prompt.yml": ("documents", "parse_yaml"),
    ".prompt.yaml": ("documents", "parse_yaml"),
    ".yaml": ("documents", "parse_yaml"),
    ".yml": ("documents", "parse_yaml"),
    ".prompty": ("prompty", "parse_prompty"),
    ".prompt": ("dotprompt", "parse_dotprompt"),
    ".json": ("chat", "parse_chat"),
    ".md": ("text", "parse_text"),
    ".txt": ("text", "parse_text"),
    **{f".{role}.md": ("text", "parse_text") for role in ROLES[:-1]},
    **{f".{role}.txt": ("text", "parse_text") for role in ROLES[:-1]},
}
SHOWN = (".yaml", ".prompt.yml", ".prompty", ".prompt", ".json", ".md", ".txt")  # in messages
ENDINGS = tuple(sorted(FORMS, key=len, reverse=True))
WITH_LANGUAGE = (
    ".yaml",
    ".yml",
    ".json",
    ".md",
    ".txt",
)  # forms without a language of their own


@lru_cache(maxsize=1_024)
def ending_of(name: str) -> str | None:
    """The ending by which a file's name says its form, or None."""
    return next((ending for ending in ENDINGS if name.endswith(ending)), None)


@lru_cache(maxsize=2_048)  # a version of the work tree is mostly that of HEAD as well
def parse(data: bytes, path: str, version: str, template: str = "") -> Prompt:
    """The prompt of a file; `template` is the language of its texts where it is not lensops' own.

    Raises `Invalid` with every problem of it.
    """
    ending = ending_of(path) or ".yaml"
    file, name = FORMS[ending]
    form = getattr(import_module(f"lensops.prompts.forms.{file}"), name)
    options = {"template": template} if template and ending.endswith(WITH_LANGUAGE) else {}
    role = ending.split(".")[1]
    options |= {"role": role} if role in ROLES else {}
    prompt: Prompt = form(data, path, version, **options)
    return prompt
