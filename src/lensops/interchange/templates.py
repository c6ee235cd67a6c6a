"""Texts with `{{ name }}`: whether lensops reads them alike, and names made of free text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection

from lensops.interchange.bundle import Bundle
from lensops.manifest import Node
from lensops.prompts.tags import Parsed, parse_jinja

Parser = Callable[[str], Parsed]


def translate_text(text: str, parse: Parser = parse_jinja) -> tuple[str, tuple[int, str] | None]:
    """The text as lensops writes it, and of the first thing that is more than a variable: its line
    (from 0) and the reason.
    """
    template, faults = parse(text)
    if not faults:
        return str(template), None
    fault = faults[0]
    reason = f"{fault.what}, {shorten(fault.token)!r}: {fault.hint}"
    return text, (text.count("\n", 0, fault.start), reason)


def shorten(text: str, length: int = 60) -> str:
    """A text in one line, truncated at a length."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"


def name_unread(bundle: Bundle, node: Node, read: Collection[str], what: str, reason: str) -> None:
    """A row for each key of a mapping that is not read."""
    for key, _ in node.value if node.kind == "mapping" else ():
        if key.value not in read:
            bundle.refuse(what, str(key.value), key.location, reason)


def slug(text: str, default: str = "prompt") -> str:
    """A name for the manifest made of a text; slashes stay where they stand."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    name = re.sub(r"[^A-Za-z0-9_./-]+", "-", plain).strip("-./_")[:60].rstrip("-./_")
    return name.lower() or default


def unique(name: str, names: Collection[str]) -> str:
    """The name, with a number behind it where it is taken."""
    if name not in names:
        return name
    number = next(n for n in range(2, len(names) + 3) if f"{name}-{n}" not in names)
    return f"{name}-{number}"
