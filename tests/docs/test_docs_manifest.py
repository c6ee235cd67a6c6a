"""The page of the manifest names every key that there is, and no example of it is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lensops.errors import Invalid
from lensops.manifest.load import load
from lensops.manifest.schema import schema

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("docs/*.md"), ROOT / "README.md"])
YAML = re.compile(r"```yaml\n(.*?)```", re.DOTALL)


def keys(part: Any) -> Iterator[str]:
    """Every property of a JSON Schema."""
    if isinstance(part, dict):
        properties = part.get("properties")
        yield from properties if isinstance(properties, dict) else ()
        for value in part.values():
            yield from keys(value)
    elif isinstance(part, list):
        for value in part:
            yield from keys(value)


def test_every_key_is_told() -> None:
    text = (ROOT / "docs/manifest.md").read_text()
    told = set(re.findall(r"[a-z0-9_]+", text))
    assert sorted(set(keys(json.loads(json.dumps(schema())))) - told) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_whole_manifests_of_the_docs_are_sound(page: Path) -> None:
    for text in YAML.findall(page.read_text()):
        if not re.search(r"^version: 1$", text, re.MULTILINE):
            continue  # a part of one
        try:
            load(text.encode(), page.name)
        except Invalid as error:
            pytest.fail(str(error))


def test_the_schema_that_editors_use_here_is_the_one_of_now() -> None:
    """After a change of the model: lensops schema > .lensops/schema.json."""
    assert json.loads((ROOT / ".lensops/schema.json").read_text()) == json.loads(
        json.dumps(schema())
    )
