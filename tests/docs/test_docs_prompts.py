"""The page about prompts says what the code does: forms, escapes, metadata, its examples."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lensops.prompts import parse
from lensops.prompts.forms import ENDINGS
from lensops.prompts.forms.structured import ABOUT, METADATA
from lensops.prompts.template import parse_template

PAGE = (Path(__file__).parents[2] / "docs/prompts.md").read_text()
READ = {"a backslash, and the variable": "\\Ada", "a brace, and the variable": "{Ada"}


ALIKE = re.compile(r"\.prompt\.yaml|\.yml|\.(?!system\.md)\w+\.(md|txt)")  # described by others


@pytest.mark.parametrize("ending", [e for e in ENDINGS if not ALIKE.fullmatch(e)])
def test_every_form_has_a_row(ending: str) -> None:
    assert f"`v1{ending}`" in PAGE


@pytest.mark.parametrize("key", [*METADATA, *ABOUT])
def test_metadata_is_listed(key: str) -> None:
    assert f"`{key}`" in PAGE


def test_escapes_read_as_the_table_says() -> None:
    table = PAGE.partition("| written | the model reads |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| `(.+?)` \| `?(.+?)`? \|$", table, re.MULTILINE)
    assert len(rows) == 4
    for written, meant in rows:
        template, faults = parse_template(written)
        assert (template.fill({"name": "Ada"}), faults) == (READ.get(meant, meant), [])


def test_the_example_is_sound() -> None:
    (example,) = re.findall(r"```yaml\n(system:.*?)```", PAGE, re.DOTALL)
    prompt = parse(example.encode(), "v1.yaml", "v1")
    assert prompt.variables == ("points", "segment")
    assert [tool.name for tool in prompt.tools] == ["get_weather"]
