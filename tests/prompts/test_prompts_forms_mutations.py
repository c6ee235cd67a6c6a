"""Every leaf of a file of another form is changed: the change is refused, or the digest sees it."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from test_prompts_forms_corpus import GOOD

from lensops.errors import Invalid
from lensops.manifest import read_yaml
from lensops.manifest.dump import dump_yaml
from lensops.prompts import parse

# outside of the digest, as docs/prompts.md says: about the file, samples, and connections
METADATA = {
    *("name", "description", "authors", "sample", "inputs", "input", "version", "$schema"),
    *("input_variables", "lc", "type", "api", "template_format", "_type"),
}
CLASS = ("langchain", "prompts", "chat", "its name")
Path = tuple[Any, ...]


def split(text: str) -> tuple[str, str]:
    """Front matter and the rest; the whole file is the document where there is none."""
    if text.startswith("---\n") and "\n---\n" in text[4:]:
        head, _, body = text[4:].partition("\n---\n")
        return head, body
    return text, ""


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))
    else:
        yield path


def changed(document: Any, path: Path) -> Any:
    """The document with another value at a path."""
    result = copy.deepcopy(document)
    inner = result
    for step in path[:-1]:
        inner = inner[step]
    value = inner[path[-1]]
    inner[path[-1]] = (
        not value
        if isinstance(value, bool)
        else value + 1
        if isinstance(value, int | float)
        else f"{value}x"
    )
    return result


def cases() -> Iterator[tuple[str, str, Any, Path]]:
    for name, text, _, _ in GOOD:
        head, body = split(text)
        if name.endswith(".json"):
            document = json.loads(text)
        else:
            try:
                document = read_yaml(head.encode(), name).plain()
            except Invalid:
                continue
        if isinstance(document, dict | list):
            yield from ((name, body, document, path) for path in leaves(document))


def written(name: str, document: Any, body: str) -> bytes:
    if name.endswith(".json"):
        return json.dumps(document).encode()
    text = dump_yaml(document)
    return (f"---\n{text}---\n{body}" if body else text).encode()


CASES = list(cases())


@pytest.mark.parametrize(("name", "body", "document", "path"), CASES, ids=range(len(CASES)))
def test_a_change_is_refused_or_seen(name: str, body: str, document: Any, path: Path) -> None:
    before = parse(written(name, document, body), name, "v1")
    try:
        after = parse(written(name, changed(document, path), body), name, "v1")
    except Invalid:
        return
    is_module = "id" in path and path[-1] != len(CLASS) - 1  # where the class lies
    about = is_module or any(step in METADATA for step in path)
    assert about or after.digest != before.digest, path


def test_there_are_enough_changes() -> None:
    assert len(CASES) > 80
