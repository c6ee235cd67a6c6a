"""Insert entries into a manifest; every byte that stands there stays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lensops.errors import UserError
from lensops.manifest.dump import dump_yaml
from lensops.manifest.node import Node
from lensops.manifest.yaml import read_yaml


def insert_entry(
    data: bytes, path: str, section: str, name: str, entry: Mapping[str, Any]
) -> bytes:
    """`data` with an entry at the end of a section, which is added where it is missing.

    Raises `UserError`, with the lines to write by hand, where the section cannot take them.
    """
    text = data.decode("utf-8")
    node = read_yaml(data, path)
    found = node.get(section)
    line_end = "\r\n" if "\r\n" in text else "\n"
    offset, indent, head = _place(text, node, section, found)
    body = dump_yaml({name: dict(entry)})
    lines = [f"{' ' * indent}{line}" if line else "" for line in body.splitlines()]
    added = line_end.join([*head, *lines, ""])
    before = text[:offset]
    gap = "" if not before or before.endswith("\n") else line_end
    edited = (before + gap + added + text[offset:]).encode()
    expected = node.plain()
    expected[section] = {**(expected.get(section) or {}), name: dict(entry)}
    if _plain(edited, path) != expected:
        location = found.location if found is not None else node.location
        hint = f"write this below `{section}:` by hand:\n{body}"
        raise UserError(f"{location}: {section} cannot be extended as it is written", hint)
    return edited


def _place(text: str, root: Node, section: str, found: Node | None) -> tuple[int, int, list[str]]:
    """Where the entry goes, how far it is indented, and the lines that come before it."""
    if found is None:
        return len(text), 2, ["", f"{section}:"]
    key = root.key(section)
    if found.kind != "mapping" or not found.value:
        start = found.end if found.kind == "scalar" else found.start
        return _next_line(text, max(start, key.end if key is not None else 0)), 2, []
    first, _ = found.value[0]
    last = found.value[-1][1]
    return _next_line(text, last.end), (first.location.column or 1) - 1, []


def _next_line(text: str, offset: int) -> int:
    """The beginning of the line after an offset; the offset itself when it begins one."""
    if offset and text[offset - 1 : offset] == "\n":
        return offset
    end = text.find("\n", offset)
    return len(text) if end < 0 else end + 1


def _plain(data: bytes, path: str) -> Any:
    try:
        return read_yaml(data, path).plain()
    except UserError:
        return None
