"""Jinja and Handlebars without logic: tags become variables and fragments, or faults."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from lensops.prompts.template import FRAGMENT, FRAGMENT_NAME, NAME, Template

NO_LOGIC = "prompts have variables and no logic: let the application decide, or add a version"
FORMATTED = "the application formats values before it passes them"
_LITERAL = r"close it; literal braces are `{{ '{{' }}` in Jinja, `\{{` in Handlebars"
_SENT = "the application has to send it"
_NAME = re.compile(rf"\s*({NAME})\s*\Z")
_PARTIAL = re.compile(rf"\{{\{{>\s*({FRAGMENT_NAME})\s*\}}\}}\Z")
_PATH = re.compile(r"(@|this\b|\.\.?/|[A-Za-z_])[\w.\[\]/'\"]*\Z")
_OWN_LINE = re.compile(r"(?:\A|\n)[ \t]*\Z")
_LINE_REST = re.compile(r"[ \t]*(?:\n|\Z)")
_JINJA = re.compile(
    r"\{%\s*raw\s*%\}(?P<raw>.*?)\{%\s*endraw\s*%\}"
    r"|\{\{\s*(?P<quote>[\"'])(?P<text>(?:(?!(?P=quote)|\\).)*)(?P=quote)\s*\}\}"
    r"|(?P<comment>\{#(?!-).*?(?<!-)#\})"
    r"|(?P<tag>\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\})"
    r"|(?P<open>\{\{|\{%|\{#)",
    re.DOTALL,
)
_HANDLEBARS = re.compile(
    r"(?P<slashes>\\*)(?:"
    r"(?P<comment>\{\{!--.*?--\}\}|\{\{!(?!--).*?\}\})"
    r"|(?P<tag>\{\{\{\{.*?\}\}\}\}|\{\{\{.*?\}\}\}|\{\{.*?\}\})"
    r"|(?P<open>\{\{))",
    re.DOTALL,
)
_JINJA_WORDS = {"true", "false", "none", "True", "False", "None", "loop", "self"}
_HANDLEBARS_WORDS = {"this", "else", "true", "false", "null", "undefined", "history"}


class LanguageFault(NamedTuple):
    """Something that is more than a variable: its text, where it begins, what it is, the fix."""

    token: str
    start: int
    what: str
    hint: str


Parsed = tuple[Template, list[LanguageFault]]


def parse_jinja(text: str) -> Parsed:
    """`{{ name }}` is a variable; raw blocks and quoted texts are text, comments are nothing."""
    parts, faults, position = [""], list[LanguageFault](), 0
    for match in _JINJA.finditer(text):
        parts[-1] += text[position : match.start()]
        position = match.end()
        if match["raw"] is not None or match["text"] is not None:
            parts[-1] += match["raw"] if match["raw"] is not None else match["text"]
        elif not match["comment"]:
            hole = _hole(match[0], 2, _JINJA_WORDS) if match["tag"] else None
            _take(hole, parts, faults, match[0], match.start())
    parts[-1] += text[position:]
    return Template(tuple(parts)), faults


def parse_handlebars(text: str) -> Parsed:
    r"""`{{name}}` and `{{{name}}}` are variables, `{{> name}}` a fragment, `\{{` is text."""
    parts, faults, position = [""], list[LanguageFault](), 0
    while match := _HANDLEBARS.search(text, position):
        opened, slashes = match.end("slashes"), len(match["slashes"])
        parts[-1] += text[position:opened][: -1 if slashes else None]
        position = match.end()
        if slashes == 1:  # what follows is text
            parts[-1] += "{{"
            position = opened + 2
        elif match["comment"]:
            position = _skip_comment(text, match, parts)
        else:
            token = text[opened:position]
            hole = _handlebars_hole(token) if match["tag"] else None
            _take(hole, parts, faults, token, opened)
    parts[-1] += text[position:]
    return Template(tuple(parts)), faults


def _take(
    hole: str | None, parts: list[str], faults: list[LanguageFault], token: str, start: int
) -> None:
    """A hole begins a new part; anything else is a fault."""
    if hole is not None:
        parts += [hole, ""]
    else:
        faults.append(LanguageFault(token, start, *_describe(token)))


def _hole(token: str, braces: int, reserved: set[str]) -> str | None:
    """The variable of `{{ name }}`; None for what is none."""
    name = _NAME.match(token[braces:-braces]) if token.startswith("{{") else None
    return name[1] if name and name[1] not in reserved else None


def _handlebars_hole(token: str) -> str | None:
    if partial := _PARTIAL.match(token):
        return FRAGMENT + partial[1]
    return _hole(token, 3 if token.startswith("{{{") else 2, _HANDLEBARS_WORDS)


def _skip_comment(text: str, match: re.Match[str], parts: list[str]) -> int:
    """Where the text goes on after a comment: one on lines of its own takes them with it."""
    rest = _LINE_REST.match(text, match.end())
    if rest and not match["slashes"] and _OWN_LINE.search(text, 0, match.start()):
        parts[-1] = parts[-1].rstrip(" \t")
        return rest.end()
    return match.end()


def _describe(token: str) -> tuple[str, str]:
    """What a tag is, and what to do about it."""
    inner = token.strip("{}% \n\t")
    if token in {"{{", "{%", "{#"}:
        return "the beginning of a tag without an end", _LITERAL
    if inner[:1] in {"~", "-"} or inner[-1:] in {"~", "-"} or token.startswith("{#"):
        return "whitespace control", "write the text without the blanks that it takes away"
    if token.startswith(("{%", "{{{{")) or inner[:1] in {"#", "/", "^"} or inner == "else":
        return "a block of template logic", NO_LOGIC
    return next(_describe_expression(inner))


def _describe_expression(inner: str) -> Iterator[tuple[str, str]]:
    if inner == "history":
        yield "the history of the conversation", _SENT
    if inner.startswith(("media ", "section ")):
        yield "a part of a message that is no text", _SENT
    if "|" in inner:
        yield "a filter", FORMATTED
    if inner.isidentifier() and not inner.isascii():
        yield "a name that variables cannot have", "use letters from a to z, digits and '_'"
    if inner and _PATH.match(inner):
        yield "a part of a value", "pass it as a variable of its own"
    yield "an expression or a helper", NO_LOGIC
