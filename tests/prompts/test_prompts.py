"""Prompt files: three forms, one value, a digest that ignores layout and sees every character."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lensops.errors import Invalid
from lensops.files import Folder
from lensops.prompts import (
    Message,
    Prompt,
    load_prompt,
    parse,
    prompt_sections,
    render,
    version_files,
)

SECTIONS = b"""\
system: Be kind.
user: |
  Hello {{ name }}.
  You have {{points}} points.
model: openai:gpt-4o-mini
parameters: {temperature: 0.5, max_tokens: 20}
output_schema: {type: object}
"""
MODELS = b"""\
name: greeting
description: says hello
model: openai:gpt-4o-mini
modelParameters:
  max_tokens: 20
  temperature: 0.5
messages:
  - role: system
    content: "Be kind."
  - {role: user, content: "Hello {{ name }}.\\nYou have {{points}} points.\\n"}
jsonSchema: '{"type": "object"}'
"""


def test_the_forms_mean_the_same() -> None:
    sections, models = parse(SECTIONS, "v1.yaml", "v1"), parse(MODELS, "v1.prompt.yml", "v1")
    assert sections == models
    assert sections.digest == models.digest
    assert sections.variables == ("name", "points")
    assert [s.name for s in prompt_sections(sections)] == [
        "system",
        "user",
        "model",
        "parameters",
        "output schema",
    ]


def test_plain_text_is_one_user_section() -> None:
    for data in [b"Hello {{ name }}\n", b"\xef\xbb\xbfHello {{ name }}", b"Hello {{ name }}\r\n"]:
        prompt = parse(data, "v1.md", "v1")
        assert prompt.digest == parse(b"user: Hello {{ name }}\n", "v1.yaml", "v1").digest


@pytest.mark.parametrize(
    "layout",
    [
        SECTIONS.replace(b"\n", b"\r\n"),
        b"# a comment\n" + SECTIONS,
        SECTIONS.replace(b"Be kind.", b"'Be kind.'   # c"),
        SECTIONS.replace(
            b"{temperature: 0.5, max_tokens: 20}", b"{max_tokens: 20, temperature: 5e-1}"
        ),
        SECTIONS.replace(b"|\n", b"|-\n"),
        SECTIONS.replace(b"{{points}}", b"{{  points }}"),
        SECTIONS.replace(b"max_tokens", b"maxTokens"),
        b"\xef\xbb\xbf" + SECTIONS,
        SECTIONS + b"description: not said to the model\n",
    ],
)
def test_layout_does_not_change_the_digest(layout: bytes) -> None:
    assert parse(layout, "f.yaml", "v1").digest == parse(SECTIONS, "f.yaml", "v1").digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Be kind.", b"Be kind"),
        (b"Be kind.", b"Be  kind."),
        (b"Be kind.", b"'Be kind. '"),
        (b"Hello", b"\n  Hello"),
        (b"{{points}}", b"{{ point }}"),
        (b"0.5", b"0.6"),
        (b"system", b"developer"),
        (b"mini", b"maxi"),
        (b"object", b"array"),
    ],
)
def test_meaning_changes_the_digest(old: bytes, new: bytes) -> None:
    changed = parse(SECTIONS.replace(old, new), "f.yaml", "v1")
    assert changed.digest != parse(SECTIONS, "f.yaml", "v1").digest


@given(st.text(max_size=30), st.text(max_size=30))
def test_digests_are_equal_only_for_equal_content(one: str, other: str) -> None:
    first = Prompt("v1", (Message("user", one),))
    second = Prompt("v2", (Message("user", other),))
    assert (first.digest == second.digest) == (first.messages == second.messages)


@pytest.mark.parametrize(
    ("data", "place", "says"),
    [
        (b"", "f.yaml", "the file is empty"),
        (b"- user\n", "f.yaml:1:1", "a mapping of sections"),
        (b"model: x\n", "f.yaml:1:1", "has no message"),
        (b"user: ''\n", "f.yaml:1:7", "user is empty"),
        (b"user: 3\n", "f.yaml:1:7", "user must be text"),
        (b"usr: hi\n", "f.yaml:1:1", "did you mean 'user'?"),
        (b"user: hi\nmodel: [a]\n", "f.yaml:2:8", "model must be text"),
        (b"user: hi\nparameters: 3\n", "f.yaml:2:13", "parameters must be a JSON mapping"),
        (b"user: hi\nparameters: {t: .nan}\n", "f.yaml:2:17", "must hold JSON values, not .nan"),
        (b"user: '{{#if x}} a {{/if}}'\n", "f.yaml:1:8", "is not a variable"),
        (b"user: 'hello {{ name'\n", "f.yaml:1:14", "is not a variable"),
        (b"user: '{% if x %}'\n", "f.yaml:1:8", "is not a variable"),
        (b"messages:\n  - content: hi\n", "f.yaml:2:5", "a message needs a role"),
        (b"messages:\n  - {role: usr, content: hi}\n", "f.yaml:2:12", "known: system"),
        (b"messages:\n  - {role: user}\n", "f.yaml:2:5", "content must be text"),
        (b"messages: []\n", "f.yaml:1:1", "has no message"),
        (b"messages: hi\n", "f.yaml:1:11", "messages must be a list"),
        (b"user: hi\nuser: ho\n", "f.yaml:2:1", "duplicate key 'user'"),
    ],
)
def test_bad_files_are_said_with_their_place(data: bytes, place: str, says: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse(data, "f.yaml", "v1")
    assert any(str(p.location) == place and says in str(p) for p in caught.value.problems)


def test_bad_plain_text() -> None:
    with pytest.raises(Invalid, match=r"f.md:2:4: '\{\{ a b \}\}' is not a variable"):
        parse(b"hello\nto {{ a b }}\n", "f.md", "v1")
    with pytest.raises(Invalid, match="empty"):
        parse(b" \n", "f.txt", "v1")


def test_versions_in_natural_order(tmp_path: Path) -> None:
    for name in ["v10.yaml", "v2.md", "v1.prompt.yml", "v2.1.yaml", "README", ".v3.yaml"]:
        path = tmp_path / "prompts" / "a" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("user: x")
    assert list(version_files(Folder(tmp_path), "a")) == ["v1", "v2", "v2.1", "v10"]


def test_two_files_of_one_version(tmp_path: Path) -> None:
    (tmp_path / "prompts" / "a").mkdir(parents=True)
    for name in ["v1.yaml", "v1.md"]:
        (tmp_path / "prompts" / "a" / name).write_text("user: x")
    with pytest.raises(Invalid, match="2 files"):
        load_prompt(Folder(tmp_path), "a", "v1")


def test_render_fills_every_variable() -> None:
    prompt: Prompt = parse(SECTIONS, "f.yaml", "v1")
    rendered = render(prompt, {"name": "{{ points }}", "points": 3})
    assert rendered[1]["content"] == "Hello {{ points }}.\nYou have 3 points."
    with pytest.raises(KeyError, match="points"):
        render(prompt, {"name": "x"})
