"""Secrets: values of the environment that go out to providers and never into anything written."""

from __future__ import annotations

import os
import re

from lensops.errors import UserError

_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SECRET = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD)$")
_SHORT = 6  # a shorter value would be found in ordinary words


def expand_references(text: str) -> str:
    """A text of the manifest with each `${NAME}` filled in. Raises `UserError` for an unset one."""

    def value(match: re.Match[str]) -> str:
        if not (content := os.environ.get(match[1])):
            raise UserError(f"{match[0]} is not set", f"set {match[1]} in the environment")
        return content

    return _REFERENCE.sub(value, text)


def hide_secrets(text: str, *sources: str | None) -> str:
    """A text with the values that came from the environment turned back into `${NAME}`.

    These are the names that `sources` refer to, and everything that is called a key, a token, a
    secret or a password.
    """
    names = {name for source in sources if source for name in _REFERENCE.findall(source)}
    names |= {name for name in os.environ if _SECRET.search(name)}
    values = {os.environ.get(name, ""): name for name in names}
    for value in sorted(values, key=len, reverse=True):
        if len(value) >= _SHORT:
            text = text.replace(value, f"${{{values[value]}}}")
    return text
