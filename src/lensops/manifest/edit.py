"""Edit a manifest by replacing the span of one scalar; every other byte stays as it was."""

from __future__ import annotations

import json

from lensops.errors import UserError
from lensops.manifest.node import Node
from lensops.manifest.yaml import read_yaml


def set_text(data: bytes, path: str, keys: tuple[str, ...], value: str) -> bytes:
    """`data` with the text under `keys` replaced, in the quotes that it has.

    Raises `UserError` for an alias, or a scalar written in a way that edits would not keep.
    """
    node = _scalar(data, path, keys)
    raw = data.decode("utf-8")[node.start : node.end]
    quote = raw[:1] if raw[:1] in {"'", '"'} else ""
    if _spell(str(node.value), quote) != raw:
        dotted = ".".join(keys)
        message = f"{node.location}: {dotted} is written as {raw.splitlines()[0]!r}"
        raise UserError(message, f"edit this line by hand: {dotted} becomes {value}")
    return _replace(data, path, keys, node, _spell(value, quote), value)


def set_number(data: bytes, path: str, keys: tuple[str, ...], value: float) -> bytes:
    """`data` with the number under `keys` replaced. Raises `UserError` when there is none."""
    node = _scalar(data, path, keys)
    if isinstance(node.value, bool) or not isinstance(node.value, int | float):
        raise UserError(f"{node.location}: {'.'.join(keys)} is not a number")
    return _replace(data, path, keys, node, f"{value:.10g}", value)


def insert_key(data: bytes, path: str, keys: tuple[str, ...], raw: str) -> bytes:
    """`data` with a key put into the mapping that it belongs to; `raw` is its value as YAML.

    Raises `UserError` where that mapping is missing or shared by an anchor.
    """
    parent = read_yaml(data, path).get(*keys[:-1])
    dotted = ".".join(keys)
    if parent is None or parent.kind != "mapping":
        raise UserError(f"{path} has no place for {dotted}", f"add the key {dotted} by hand first")
    text = data.decode("utf-8")
    entry = f"{json.dumps(keys[-1]) if not _plain(keys[-1]) else keys[-1]}: {raw}"
    if text[parent.start] == "{":
        end = text.rindex("}", parent.start, parent.end)
        separator = ", " if parent.value else ""
        edited = f"{text[:end].rstrip()}{separator}{entry}{text[end:]}"
    else:
        start = parent.value[0][0].start
        indent = start - (text.rfind("\n", 0, start) + 1)
        edited = f"{text[:start]}{entry}\n{' ' * indent}{text[start:]}"
    value = read_yaml(f"a: {raw}\n".encode(), path).plain()["a"]
    return _verify(data, path, keys, edited.encode(), value)


def _scalar(data: bytes, path: str, keys: tuple[str, ...]) -> Node:
    node = read_yaml(data, path).get(*keys)
    if node is None or node.kind != "scalar":
        dotted = ".".join(keys)
        raise UserError(f"{path} has no {dotted}", f"add the key {dotted} by hand first")
    return node


def _spell(value: str, quote: str) -> str:
    if quote == "'":
        return "'" + value.replace("'", "''") + "'"
    if quote == '"' or not _plain(value):
        return json.dumps(value, ensure_ascii=False)
    return value


def _plain(value: str) -> bool:
    """Whether YAML reads the bare word as this very text."""
    try:
        node = read_yaml(f"a: {value}\n".encode(), "")
    except UserError:
        return False
    read: object = node.plain()
    return read == {"a": value}


def _replace(
    data: bytes, path: str, keys: tuple[str, ...], node: Node, raw: str, value: str | float
) -> bytes:
    text = data.decode("utf-8")
    edited = (text[: node.start] + raw + text[node.end :]).encode()
    return _verify(data, path, keys, edited, value)


def _verify(data: bytes, path: str, keys: tuple[str, ...], edited: bytes, value: object) -> bytes:
    """The edited text, after a look that it says what was meant and nothing else."""
    expected = read_yaml(data, path).plain()
    inner = expected
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = value
    if read_yaml(edited, path).plain() != expected:
        node = read_yaml(data, path).get(*keys[:-1])
        location = f"{node.location}: " if node else ""
        raise UserError(
            f"{location}{'.'.join(keys)} is shared with other places by an anchor",
            "edit this line by hand",
        )
    return edited
