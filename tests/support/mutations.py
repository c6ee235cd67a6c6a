"""Changes of prompt files, one at a time: of every value, key, list and line."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from lensops.manifest import read_yaml
from lensops.manifest.insert import dump_yaml

Path = tuple[Any, ...]
MARKED = (".prompty", ".prompt", ".md", ".txt")


def split(name: str, text: str) -> tuple[Any, str]:
    """The document of a file (its front matter, where it has one) and the text below."""
    if name.endswith(".json"):
        return json.loads(text), ""
    if not name.endswith(MARKED):
        return read_yaml(text.encode(), name).plain(), ""
    match = re.match(r"(?:(?:#.*)?\n)*---\n(.*?:.*?)\n---\n", text, re.DOTALL)
    if match and not match[1].startswith("\n"):
        return read_yaml(match[1].encode(), name).plain(), text[match.end() :]
    return None, text


def join(name: str, document: Any, body: str) -> str:
    """The file of a document and a text."""
    if document is None:
        return body
    if name.endswith(".json"):
        return json.dumps(document, ensure_ascii=False)
    text = json.dumps(document) if isinstance(document, list) else dump_yaml(document)
    return f"---\n{text}---\n{body}" if name.endswith(MARKED) else text


def walk(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value of a document with its path, containers before what they hold."""
    yield path, value
    items = value.items() if isinstance(value, dict) else ()
    items = enumerate(value) if isinstance(value, list) else items
    for key, item in items:
        yield from walk(item, (*path, key))


def document_mutations(root: Any) -> Iterator[tuple[str, Path, Any]]:
    """(what was done, where, the changed document)."""
    for path, value in walk(root):
        if not path:
            if isinstance(value, dict):
                yield "added", ("zzz",), {**root, "zzz": 1}
            continue
        if isinstance(value, dict | list):
            yield "a word", path, _changed(root, path, _set("word"))
        else:
            yield "a mapping", path, _changed(root, path, _set({"zzz": 1}))
        if isinstance(value, dict):
            yield "added", path, _changed(root, path, _set({**value, "zzz": 1}))
        elif isinstance(value, list):
            if value[::-1] != value:
                yield "reversed", path, _changed(root, path, _set(value[::-1]))
        else:
            yield "changed", path, _changed(root, path, _set(_other(value)))
            yield "emptied", path, _changed(root, path, _set(None))
            yield "a list", path, _changed(root, path, _set([1]))
        yield "removed", path, _changed(root, path, lambda inner, key: inner.__delitem__(key))
        if isinstance(path[-1], str):
            yield "misspelled", path, _changed(root, path, _misspell)


def body_mutations(body: str) -> Iterator[tuple[str, Path, str]]:
    """Each line of a text with a letter at its end, and left out."""
    lines = body.split("\n")
    for index, line in enumerate(lines):
        if line.strip():
            longer = [*lines[:index], f"{line}x", *lines[index + 1 :]]
            yield "longer", ("line", line), "\n".join(longer)
            yield "left out", ("line", line), "\n".join([*lines[:index], *lines[index + 1 :]])


def reorder(value: Any, *, top: bool = True) -> Any:
    """A document whose mappings have their keys the other way round, but for the outermost."""
    if isinstance(value, dict):
        keys = list(value) if top else list(value)[::-1]
        return {key: reorder(value[key], top=False) for key in keys}
    return [reorder(item, top=False) for item in value] if isinstance(value, list) else value


def _changed(root: Any, path: Path, change: Callable[[Any, Any], None]) -> Any:
    changed = copy.deepcopy(root)
    container = changed
    for key in path[:-1]:
        container = container[key]
    change(container, path[-1])
    return changed


def _set(value: Any) -> Callable[[Any, Any], None]:
    return lambda container, key: container.__setitem__(key, value)


def _other(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int | float) else f"{value}x"


def _misspell(container: Any, key: Any) -> None:
    container[key[:-1] + "q"] = container.pop(key)
