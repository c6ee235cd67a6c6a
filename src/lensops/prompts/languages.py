"""Template languages of other tools: texts become templates, logic is named and refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from lensops.prompts.template import FRAGMENT, NAME, Template

_NAME = re.compile(rf"\s*({NAME})\s*\Z")
_FIELD = re.compile(r"\{\{|\}\}|\{[^{}]*\}|\{|\}")
_TAG = re.compile(r"\{\{\{.*?\}\}\}|\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_PARTIAL = re.compile(r"\{\{>\s*([A-Za-z0-9][A-Za-z0-9_.-]*)\s*\}\}\Z")
_FORMATTED = "the application formats values before it passes them"
_NO_LOGIC = "prompts have variables and no logic: let the application decide, or add a version"


@dataclass(frozen=True, slots=True)
class LanguageFault:
    """Something that is more than a variable: its text, where it begins, what it is, the fix."""

    token: str
    start: int
    what: str
    hint: str


Parsed = tuple[Template, list[LanguageFault]]


def parse_fstring(text: str) -> Parsed:
    """`{name}` is a variable, `{{` and `}}` are braces; formats and expressions are faults."""
    parts, faults, position = [""], [], 0
    for match in _FIELD.finditer(text):
        parts[-1] += text[position : match.start()]
        position, token = match.end(), match[0]
        if token in {"{{", "}}"}:
            parts[-1] += token[0]
        elif name := _NAME.match(token[1:-1]) if len(token) > 1 else None:
            parts += [name[1], ""]
        else:
            faults.append(_fstring_fault(token, match.start()))
    parts[-1] += text[position:]
    return Template(tuple(parts)), faults


def parse_jinja(text: str) -> Parsed:
    """`{{ name }}` is a variable; filters, expressions, blocks and comments are faults."""
    return _parse_tags(text, partials=False)


def parse_handlebars(text: str) -> Parsed:
    """As Jinja, with `{{{name}}}` as a variable and `{{>name}}` as a fragment."""
    return _parse_tags(text, partials=True)


LANGUAGES: dict[str, Callable[[str], Parsed]] = {
    "f-string": parse_fstring,
    "jinja2": parse_jinja,
    "handlebars": parse_handlebars,
}


def _parse_tags(text: str, *, partials: bool) -> Parsed:
    parts, faults, position = [""], [], 0
    for match in _TAG.finditer(text):
        parts[-1] += text[position : match.start()]
        position, token = match.end(), match[0]
        braces = 3 if token.startswith("{{{") and partials else 2
        name = _NAME.match(token[braces:-braces]) if token.startswith("{{") else None
        partial = _PARTIAL.match(token) if partials else None
        if name:
            parts += [name[1], ""]
        elif partial:
            parts += [FRAGMENT + partial[1], ""]
        else:
            faults.append(LanguageFault(token, match.start(), _kind(token), _NO_LOGIC))
    parts[-1] += text[position:]
    return Template(tuple(parts)), faults


def _kind(token: str) -> str:
    inner = token.strip("{}%#~ \n\t")
    if token.startswith("{%"):
        return "a block of template logic"
    if token.startswith(("{#", "{{!")):
        return "a template comment"
    if inner.startswith(("#", "/", "^", "else")):
        return "a block of template logic"
    return "a filter" if "|" in inner else "an expression or a helper"


def _fstring_fault(token: str, start: int) -> LanguageFault:
    inner = token.strip("{}")
    if len(token) == 1:
        return LanguageFault(token, start, "a single brace", f"double it: {token * 2}")
    if ":" in inner or "!" in inner:
        return LanguageFault(token, start, "formatting", _FORMATTED)
    return LanguageFault(token, start, "an expression", _FORMATTED)
