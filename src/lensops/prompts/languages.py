"""Template languages of other tools: texts become templates, logic is named and refused."""

from __future__ import annotations

import re
from collections.abc import Callable

from lensops.prompts.tags import (
    FORMATTED,
    LanguageFault,
    Parsed,
    parse_handlebars,
    parse_jinja,
)
from lensops.prompts.template import NAME, Template, parse_template
from lensops.prompts.value import Prompt

_NAME = re.compile(rf"\s*({NAME})\s*\Z")
_FIELD = re.compile(r"\{\{|\}\}|\{[^{}]*\}|\{|\}")
_FORMAT = re.compile(r"\s*[\w.\[\]]+\s*(?:![rsa]|:[^{}\s\"]*\Z|=\Z)")
_EXPRESSION = re.compile(r"\s*[\w.]+(?:\s*[-+*/%(\[.].*)?\s*\Z")
_DOUBLED = re.compile(rf"\{{\{{\s*({NAME})\s*\}}\}}")


def parse_fstring(text: str) -> Parsed:
    """`{name}` is a variable, `{{` and `}}` are braces; formats and expressions are faults."""
    parts, faults, position = [""], list[LanguageFault](), 0
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


def parse_own(text: str) -> Parsed:
    """lensops' own: `{{ name }}`, with a backslash before literal braces."""
    template, faults = parse_template(text)
    hint = r"only `{{ name }}` is filled in; write `\{{` for literal braces"
    described = [
        LanguageFault(fault.token, fault.start, "not a variable", hint) for fault in faults
    ]
    return template, described


LANGUAGES: dict[str, Callable[[str], Parsed]] = {
    "f-string": parse_fstring,
    "mustache": parse_own,
    "jinja2": parse_jinja,
    "handlebars": parse_handlebars,
}


def single_braces(prompt: Prompt, variable: str) -> str | None:
    """How the text writes a name in another language of templates: `{x}`, `{x:.2f}`, `${x}`."""
    pattern = re.compile(rf"\$?\{{\s*{re.escape(variable)}\s*(?:![rsa])?(?::[^{{}}]*)?\}}")
    for template in prompt.templates:
        for text in template.parts[::2]:
            if match := pattern.search(text):
                return match[0]
    return None


def doubled_name(text: str) -> re.Match[str] | None:
    """The first `{{ name }}` of a text, which f-strings read as the text `{ name }`."""
    return _DOUBLED.search(text)


def _fstring_fault(token: str, start: int) -> LanguageFault:
    inner = token.strip("{}")
    if len(token) == 1:
        return LanguageFault(token, start, "a single brace", f"double it: {token * 2}")
    if _FORMAT.match(inner):
        return LanguageFault(token, start, "formatting", FORMATTED)
    if inner.strip().isidentifier():
        hint = "use letters from a to z, digits and '_'"
        return LanguageFault(token, start, "a name that variables cannot have", hint)
    if _EXPRESSION.match(inner):
        return LanguageFault(token, start, "an expression", FORMATTED)
    return LanguageFault(token, start, "no variable", "double braces that are text: {{ and }}")
