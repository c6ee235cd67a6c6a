"""The page about prompts says what the code does: forms, escapes, metadata, its examples."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lensops.prompts import parse
from lensops.prompts.forms import ENDINGS
from lensops.prompts.forms.structured import ABOUT, KEYS, METADATA, SECTIONS
from lensops.prompts.template import parse_template
from support.corpus import GOOD

PAGE = (Path(__file__).parents[2] / "docs/prompts.md").read_text()
READ = {"a backslash, and the variable": "\\Ada", "a brace, and the variable": "{Ada"}


ALIKE = re.compile(r"\.prompt\.yaml|\.yml|\.(?!system\.md)\w+\.(md|txt)")  # described by others


@pytest.mark.parametrize("ending", [e for e in ENDINGS if not ALIKE.fullmatch(e)])
def test_every_form_has_a_row(ending: str) -> None:
    assert f"`v1{ending}`" in PAGE


ROWS = {  # what the table calls a form of the corpus
    "sections": "sections",
    "github-models": "GitHub Models",
    "text": "text",
    "several-files": "several files",
    "prompty": "Prompty",
    "dotprompt": "Dotprompt",
    "chat-json": "chat JSON",
    "langchain": "LangChain",
    "named-texts": "named texts",
}
NAMES = {"sections": SECTIONS, "GitHub Models": KEYS}


def test_every_form_of_the_corpus_has_a_row() -> None:
    table = PAGE.partition("| form | file | read | refused |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE)
    assert [row for row in rows if row != "---"] == list(ROWS.values())
    assert {sample.form for sample in GOOD} == ROWS.keys()


@pytest.mark.parametrize("row", NAMES)
def test_the_keys_of_a_row_are_those_of_the_form(row: str) -> None:
    (read,) = re.findall(rf"^\| {row} \|[^|]*\|([^|]*)\|", PAGE, re.MULTILINE)
    keys = re.findall(r"`(\w+)`", read)
    assert len(keys) > 4
    assert set(keys) <= {*NAMES[row]}


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
