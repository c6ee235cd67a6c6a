"""Insert entries into a manifest; every byte that stands there stays."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import LiteralScalarString

from lensops.errors import UserError
from lensops.manifest.node import Node
from lensops.manifest.yaml import read_yaml


def dump_yaml(value: Any) -> str:
    """YAML in block style; texts of several lines as they are, where YAML can hold them so."""
    yaml = YAML()
    yaml.width = 1_000_000
    yaml.allow_unicode = True
    stream = io.StringIO()
    yaml.dump(_with_blocks(value), stream)
    return stream.getvalue()


def _with_blocks(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _with_blocks(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_with_blocks(item) for item in value]
    if isinstance(value, str) and _fits_block(value):
        return LiteralScalarString(value)
    return value


def _fits_block(text: str) -> bool:
    lines = text.splitlines()
    plain = all(char == "\n" or char.isprintable() for char in text)
    spaces = any(line != line.rstrip() for line in lines) or text.startswith((" ", "\n"))
    return "\n" in text and plain and not spaces and not text.endswith("\n\n")


def insert_entry(
    data: bytes, path: str, section: str, name: str, entry: Mapping[str, Any]
) -> bytes:
    """`data` with an entry at the end of a section, which is added where it is missing.

    Raises `UserError`, with the lines to write by hand, where the section cannot take them.
    """
    text = data.decode("utf-8")
    node = read_yaml(data, path)
    entries = node.get(section)
    line_end = "\r\n" if "\r\n" in text else "\n"
    offset, indent, head = _place(text, node, section, entries)
    body = dump_yaml({name: dict(entry)})
    lines = [f"{' ' * indent}{line}" if line else "" for line in body.splitlines()]
    added = line_end.join([*head, *lines, ""])
    head_text = text[:offset]
    gap = "" if not head_text or head_text.endswith("\n") else line_end
    edited = (head_text + gap + added + text[offset:]).encode()
    expected = node.plain()
    expected[section] = {**(expected.get(section) or {}), name: dict(entry)}
    if _plain(edited, path) != expected:
        location = entries.location if entries is not None else node.location
        hint = f"write this below `{section}:` by hand:\n{body}"
        raise UserError(f"{location}: {section} cannot be extended as it is written", hint)
    return edited


def _place(text: str, root: Node, section: str, entries: Node | None) -> tuple[int, int, list[str]]:
    """Where the entry goes, how far it is indented, and the lines that come before it."""
    if entries is None:
        return len(text), 2, ["", f"{section}:"]
    key = root.key(section)
    if entries.kind != "mapping" or not entries.value:
        start = entries.end if entries.kind == "scalar" else entries.start
        return _next_line(text, max(start, key.end if key is not None else 0)), 2, []
    first, _ = entries.value[0]
    last = entries.value[-1][1]
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


def insert_key(data: bytes, path: str, keys: tuple[str, ...], name: str, value: str) -> bytes:
    """`data` with a key at the beginning of the mapping under `keys`. Raises `UserError`."""
    text = data.decode("utf-8")
    node = read_yaml(data, path)
    target = node.get(*keys)
    dotted = ".".join(keys)
    if target is None or target.kind != "mapping" or not target.value:
        raise UserError(f"{path} has no mapping {dotted}", f"add {name} to it by hand")
    written = dump_yaml({name: value}).rstrip("\n")
    first = target.value[0][0]
    in_line = text[target.start : target.start + 1] == "{"
    line_end = "\r\n" if "\r\n" in text else "\n"
    gap = ", " if in_line else line_end + " " * ((first.location.column or 1) - 1)
    edited = (text[: first.start] + written + gap + text[first.start :]).encode()
    expected = node.plain()
    inner = expected
    for key in keys:
        inner = inner[key]
    inner[name] = value
    return _checked_edit(edited, path, expected, f"{target.location}: {dotted}", f"{name}: {value}")


def rename_key(data: bytes, path: str, keys: tuple[str, ...], old: str, new: str) -> bytes:
    """`data` with a key of the mapping under `keys` renamed in its place. Raises `UserError`."""
    text = data.decode("utf-8")
    node = read_yaml(data, path)
    target = node.get(*keys)
    key = target.key(old) if target is not None else None
    dotted = ".".join((*keys, old))
    if key is None:
        raise UserError(f"{path} has no {dotted}")
    written = dump_yaml([new]).strip().removeprefix("- ")
    edited = (text[: key.start] + written + text[key.end :]).encode()
    expected = node.plain()
    inner = expected
    for step in keys:
        inner = inner[step]
    renamed = {new if name == old else name: value for name, value in inner.items()}
    inner.clear()
    inner.update(renamed)
    return _checked_edit(edited, path, expected, f"{key.location}: {dotted}", new)


def _checked_edit(edited: bytes, path: str, expected: Any, where: str, fix: str) -> bytes:
    if _plain(edited, path) != expected:
        raise UserError(f"{where} cannot be edited as it is written", f"write by hand: {fix}")
    return edited
