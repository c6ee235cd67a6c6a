r"""Templates: text with `{{ name }}` variables and `{{> name }}` fragments, and nothing else.

A backslash in front makes braces literal: `\{{ x }}` is the text `{{ x }}`, `\{% x %}` the text
`{% x %}`. Backslashes directly in front of braces count in pairs: `\\{{ x }}` is one backslash and
the variable. `\{{{ x }}` is one brace and the variable.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

NAME = r"[A-Za-z_][A-Za-z0-9_]*"
FRAGMENT_NAME = r"[A-Za-z0-9][A-Za-z0-9_.-]*"
_TOKEN = re.compile(
    r"(?P<slashes>\\*)(?:"
    rf"\{{\{{\s*(?P<name>{NAME})\s*\}}\}}|"
    rf"\{{\{{>\s*(?P<fragment>{FRAGMENT_NAME})\s*\}}\}}|"
    r"(?P<open>\{\{|\{%))"
)
_HOLE = re.compile(rf"\{{\{{(?:\s*{NAME}|>\s*{FRAGMENT_NAME})\s*\}}\}}")
_RUN = re.compile(r"(?P<slashes>\\*)(?P<braces>\{+)(?P<percent>%?)|(?P<trailing>\\+)\Z")
FRAGMENT = ">"


class Template(NamedTuple):
    """Text, hole, text, hole, …, text. A hole is a variable's name, or `>` and a fragment's."""

    parts: tuple[str, ...]

    @property
    def variables(self) -> frozenset[str]:
        """The names of the variables."""
        return frozenset(hole for hole in self.parts[1::2] if not hole.startswith(FRAGMENT))

    @property
    def fragments(self) -> frozenset[str]:
        """The names of the fragments."""
        holes = self.parts[1::2]
        return frozenset(hole.removeprefix(FRAGMENT) for hole in holes if hole.startswith(FRAGMENT))

    def fill(self, values: Mapping[str, Any]) -> str:
        """The text with every variable filled in. Raises `KeyError` with the missing name."""
        filled = list(self.parts)
        for index in range(1, len(filled), 2):
            filled[index] = str(values[filled[index]])
        return "".join(filled)

    def expand(self, fragments: Mapping[str, Template]) -> Template:
        """The template with the fragments that are known put in their places."""
        parts = [self.parts[0]]
        for hole, text in zip(self.parts[1::2], self.parts[2::2], strict=True):
            inner = fragments.get(hole[1:]) if hole.startswith(FRAGMENT) else None
            middle = inner.parts if inner else ("", hole, "")
            parts[-1] += middle[0]
            parts += [*middle[1:-1], middle[-1] + text] if len(middle) > 1 else []
            if len(middle) == 1:
                parts[-1] += text
        return Template(tuple(parts))

    def __str__(self) -> str:
        """The one spelling of the template: equal templates have equal texts."""
        spelled = ""
        for index, part in enumerate(self.parts):
            if index % 2:
                spelled += (
                    "{{" + (f"> {part[1:]}" if part.startswith(FRAGMENT) else f" {part}") + " }}"
                )
            else:
                spelled += _escape(part, before_hole=index + 1 < len(self.parts))
        return spelled


class TemplateFault(NamedTuple):
    """Braces that are no variable: `token` is their text, `start` where they are."""

    token: str
    start: int


def parse_template(text: str) -> tuple[Template, list[TemplateFault]]:
    """The template of a text, and what in it is neither text nor a variable."""
    parts, faults, position = [""], [], 0
    while match := _TOKEN.search(text, position):
        slashes = match["slashes"]
        opened = match.end("slashes")
        parts[-1] += text[position : match.start()] + "\\" * (len(slashes) // 2)
        if len(slashes) % 2:
            width = 1 if text.startswith("{{{", opened) and _HOLE.match(text, opened + 1) else 2
            parts[-1] += text[opened : opened + width]
            position = opened + width
        elif match["open"]:
            token = _token(text, opened)
            if token is not None:
                faults.append(TemplateFault(token, opened))
            elif slashes:  # an unclosed `{%` is text, and so are the backslashes in front of it
                parts[-1] += "\\" * (len(slashes) - len(slashes) // 2)
            parts[-1] += match["open"]
            position = match.end()
        else:
            hole = match["name"] or FRAGMENT + match["fragment"]
            parts += [hole, ""]
            position = match.end()
    parts[-1] += text[position:]
    return Template(tuple(parts)), faults


def literal_template(text: str) -> Template:
    """The template of a text without any variable."""
    return Template((text,))


def _token(text: str, start: int) -> str | None:
    """Braces from their opening to their end; None for `{%` that nothing closes."""
    opening = text[start : start + 2]
    end = text.find("}}" if opening == "{{" else "%}", start + 2)
    if opening == "{%" and end < 0:
        return None
    return text[start : end + 2] if end >= 0 else opening


def _escape(text: str, *, before_hole: bool) -> str:
    """Text as it is written in a template."""

    def spell(match: re.Match[str]) -> str:
        slashes, braces = match["slashes"] or match["trailing"] or "", match["braces"] or ""
        if match["percent"]:
            lead = len(braces) - 1
            return (_escape_run(slashes, lead, is_last=False) if lead else slashes * 2) + "\\{%"
        return _escape_run(slashes, len(braces), is_last=before_hole and match.end() == len(text))

    return _RUN.sub(spell, text)


def _escape_run(slashes: str, count: int, *, is_last: bool) -> str:
    """Backslashes and braces; `is_last` where a hole follows, which begins with braces itself."""
    pairs = "\\{{" * (count // 2)
    if is_last:
        return slashes * 2 + pairs + ("\\{" if count % 2 else "")
    if count % 2:
        return slashes + "{" + pairs
    return (slashes * 2 if count else slashes) + pairs
