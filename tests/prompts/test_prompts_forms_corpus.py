"""Files of each form, with the requests that they make, and those with logic, refused by line."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from lensops.errors import Invalid
from lensops.files import Folder
from lensops.prompts import load_prompt, parse, request_body
from support.cli import lensops
from support.repo import Repo

PROMPTY_1 = """\
---
name: Basic
description: A basic prompt
authors: [Ada]
model:
  api: chat
  configuration:
    type: azure_openai
    azure_deployment: gpt-4o-mini
  parameters:
    max_tokens: 128
    temperature: 0.2
sample:
  firstName: Jane
---
system:
You help {{ firstName }}.

user:
{{question}}
"""
PROMPTY_2 = """\
---
$schema: https://prompty.ai/schema
name: Second
model:
  id: gpt-4o
  provider: openai
  options:
    temperature: 0
    response_format: {type: json_object}
inputs:
  question: {type: string, default: x}
template:
  format: jinja2
---
# system:
Answer as JSON.
# user:
{{question}}
"""
DOTPROMPT = """\
---
model: googleai/gemini-1.5-flash
config:
  temperature: 0.9
  maxOutputTokens: 50
input:
  schema:
    name: string
    style?: string, how it sounds
output:
  format: json
  schema:
    greeting: string, the text
    lines(array): string
    mood?: string
    kind(enum, which): [warm, cold]
    place(object):
      city: string
---
{{role "system"}}
You greet.
{{role "user"}}
Greet {{name}} in a {{{style}}} way.
"""
LANGCHAIN = """\
_type: prompt
input_variables: [topic]
template: "Tell about {topic} in {{braces}}."
template_format: f-string
output_parser: null
"""
LANGCHAIN_HUB = {
    "lc": 1,
    "type": "constructor",
    "id": ["langchain", "prompts", "chat", "ChatPromptTemplate"],
    "kwargs": {
        "input_variables": ["question"],
        "messages": [
            {
                "lc": 1,
                "type": "constructor",
                "id": ["langchain", "prompts", "chat", kind],
                "kwargs": {
                    "prompt": {
                        "lc": 1,
                        "type": "constructor",
                        "id": ["langchain", "prompts", "prompt", "PromptTemplate"],
                        "kwargs": {
                            "input_variables": [],
                            "template": text,
                            "template_format": "f-string",
                        },
                    }
                },
            }
            for kind, text in (
                ("SystemMessagePromptTemplate", "You answer."),
                ("HumanMessagePromptTemplate", "{question}"),
            )
        ],
    },
}
CHAT = [
    {"role": "system", "content": "You classify."},
    {"role": "user", "content": "{{text}}"},
]
REQUEST = {
    "model": "openai:gpt-4o-mini",
    "messages": CHAT,
    "temperature": 0.1,
    "max_tokens": 5,
    "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
    "response_format": {"type": "json_object"},
}
FSTRING = """\
version: v1
system: You write {{offers}}.
user_template: |
  Write for {segment}
  with {points} points.
model: openai:gpt-4o-mini
"""
SYSTEM = {"role": "system", "content": "You classify."}

Values = dict[str, Any]
GOOD: list[tuple[str, str, Values, Values]] = [
    (
        "v1.prompty",
        PROMPTY_1,
        {"firstName": "Jane", "question": "Why?"},
        {
            "model": "gpt-4o-mini",
            "max_tokens": 128,
            "temperature": 0.2,
            "messages": [
                {"role": "system", "content": "You help Jane."},
                {"role": "user", "content": "Why?"},
            ],
        },
    ),
    (
        "v1.prompty",
        PROMPTY_2,
        {"question": "Why?"},
        {
            "model": "gpt-4o",
            "temperature": 0,
            "response_format": {"type": "json_object"},
            "messages": [
                {"role": "system", "content": "Answer as JSON."},
                {"role": "user", "content": "Why?"},
            ],
        },
    ),
    (
        "v1.prompty",
        "Just {{ a }} text {b}\n",
        {"a": "x"},
        {"messages": [{"role": "system", "content": "Just x text {b}"}]},
    ),
    (
        "v1.prompt",
        DOTPROMPT,
        {"name": "Ada", "style": "kind"},
        {
            "model": "gemini-1.5-flash",
            "temperature": 0.9,
            "max_tokens": 50,
            "response_format": {
                "type": "json_schema",
                "json_schema": {
                    "name": "output",
                    "schema": {
                        "type": "object",
                        "properties": {
                            "greeting": {"type": "string", "description": "the text"},
                            "lines": {"type": "array", "items": {"type": "string"}},
                            "mood": {"type": ["string", "null"]},
                            "kind": {"enum": ["warm", "cold"], "description": "which"},
                            "place": {
                                "type": "object",
                                "properties": {"city": {"type": "string"}},
                                "additionalProperties": False,
                                "required": ["city"],
                            },
                        },
                        "additionalProperties": False,
                        "required": ["greeting", "lines", "kind", "place"],
                    },
                },
            },
            "messages": [
                {"role": "system", "content": "You greet."},
                {"role": "user", "content": "Greet Ada in a kind way."},
            ],
        },
    ),
    (
        "v1.prompt",
        "Hello {{name}}",
        {"name": "Bo"},
        {"messages": [{"role": "user", "content": "Hello Bo"}]},
    ),
    (
        "v1.yaml",
        LANGCHAIN,
        {"topic": "tea"},
        {"messages": [{"role": "user", "content": "Tell about tea in {braces}."}]},
    ),
    (
        "v1.json",
        json.dumps({"_type": "prompt", "input_variables": ["a"], "template": "{a}"}),
        {"a": "b"},
        {"messages": [{"role": "user", "content": "b"}]},
    ),
    (
        "v1.json",
        json.dumps(LANGCHAIN_HUB),
        {"question": "Why?"},
        {
            "messages": [
                {"role": "system", "content": "You answer."},
                {"role": "user", "content": "Why?"},
            ]
        },
    ),
    (
        "v1.json",
        json.dumps(CHAT, indent="\t"),
        {"text": "x"},
        {"messages": [SYSTEM, {"role": "user", "content": "x"}]},
    ),
    (
        "v1.json",
        json.dumps(REQUEST),
        {"text": "x"},
        {
            "model": "gpt-4o-mini",
            "temperature": 0.1,
            "max_tokens": 5,
            "response_format": {"type": "json_object"},
            "tools": [
                {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
            ],
            "messages": [SYSTEM, {"role": "user", "content": "x"}],
        },
    ),
    (
        "v1.yaml",
        FSTRING,
        {"segment": "students", "points": 5},
        {
            "model": "gpt-4o-mini",
            "messages": [
                {"role": "system", "content": "You write {offers}."},
                {"role": "user", "content": "Write for students\nwith 5 points."},
            ],
        },
    ),
    (
        "v1.system.md",
        "You classify.",
        {},
        {"messages": [SYSTEM]},
    ),
    (
        "v1.md",
        "---\nrole: system\nmodel: gpt-4o\nparameters: {temperature: 0}\n---\n\nYou classify.\n",
        {},
        {"model": "gpt-4o", "temperature": 0, "messages": [SYSTEM]},
    ),
    (
        "v1.md",
        "---\n\nA rule above\n\n---\n",
        {},
        {"messages": [{"role": "user", "content": "---\n\nA rule above\n\n---"}]},
    ),
]


@pytest.mark.parametrize(("name", "text", "values", "body"), GOOD, ids=range(len(GOOD)))
def test_a_form_makes_this_request(name: str, text: str, values: Values, body: Values) -> None:
    prompt = parse(text.encode(), f"prompts/p/{name}", "v1")
    assert request_body(prompt, values) == body
    crlf = parse(text.replace("\n", "\r\n").encode(), f"prompts/p/{name}", "v1")
    assert crlf.digest == prompt.digest


LOGIC = [
    ("v1.prompty", "---\nname: a\n---\nsystem:\nHi\n{% if x %}a{% endif %}\n", "6:1", "a block of"),
    ("v1.prompty", "user:\n{{ x | upper }}\n", "2:1", "a filter"),
    ("v1.prompty", "user:\n{{ item.name }}\n", "2:1", "an expression or a helper"),
    ("v1.prompty", "user:\na ![x](y.png)\n", "2", "an image"),
    ("v1.prompty", "---\nnam: a\n---\nuser:\nHi\n", "2:1", "did you mean 'name'"),
    ("v1.prompty", "---\ntemplate: liquid\n---\nuser:\nHi\n", "2:11", "template 'liquid'"),
    ("v1.prompt", "{{#if a}}x{{/if}}", "1:1", "a block of template logic"),
    ("v1.prompt", "Hi\n{{media url=photo}}", "2:1", "an expression or a helper"),
    ("v1.prompt", "Hi {{history}} {{! note }}", "1:16", "a template comment"),
    ("v1.prompt", "---\ntools: [search]\n---\nHi", "2:8", "tools by name alone"),
    ("v1.prompt", "---\noutput: {schema: {a: strin}}\n---\nHi", "2:22", "no type of Picoschema"),
    ("v1.yaml", "system: Hi\nuser_template: '{price:.2f} {'\n", "2:17", "formatting"),
    ("v1.yaml", "system: Hi\nuser_template: '{a.b}'\n", "2:17", "an expression"),
    ("v1.yaml", "system: Hi\nuser_template: x\nsystm: y\n", "3:1", "did you mean 'system'"),
    (
        "v1.yaml",
        "_type: prompt\ntemplate: '{{ a|b }}'\ntemplate_format: jinja2\n",
        "2:12",
        "a filter",
    ),
    ("v1.yaml", "_type: prompt\ntemplate_path: x.txt\n", "2:1", "unknown key"),
    ("v1.yaml", "_type: few_shot_prompt\nexamples: []\nprefix: a\n", "2:1", "unknown key"),
    ("v1.json", '[{"role": "user", "content": "a"', "1:33", "not JSON"),
    ("v1.json", '[{"role": "user", "contents": "a"}]', "1:19", "unknown key of a message"),
    (
        "v1.json",
        '{"messages": [{"role": "bot", "content": "a"}]}',
        "1:24",
        "a message needs a role",
    ),
    ("v1.json", '{"a": 1}', "1:1", "there are no messages"),
    ("v1.md", "---\nrole: bot\n---\nHi", "2:7", "role 'bot' is not known"),
    ("v1.md", "---\nrol: user\n---\nHi", "2:1", "unknown key of a front matter 'rol'"),
]


@pytest.mark.parametrize(("name", "text", "place", "says"), LOGIC, ids=range(len(LOGIC)))
def test_what_is_more_than_a_prompt_is_refused(name: str, text: str, place: str, says: str) -> None:
    with pytest.raises(Invalid) as error:
        parse(text.encode(), name, "v1")
    messages = [str(problem) for problem in error.value.problems]
    assert any(m.startswith(f"{name}:{place}") and says in m for m in messages), messages


PARTS: list[tuple[dict[str, str], list[tuple[str, str]]]] = [
    (
        {"v2/user.md": "Hi {{ a }}", "v2/system.md": "You greet."},
        [("system", "You greet."), ("user", "Hi {{ a }}")],
    ),
    (
        {"v2.user.md": "Hi", "v2.system.txt": "You greet."},
        [("system", "You greet."), ("user", "Hi")],
    ),
    (
        {"v2/01-user.md": "A", "v2/02-assistant.md": "B", "v2/03-user.md": "C"},
        [("user", "A"), ("assistant", "B"), ("user", "C")],
    ),
]


@pytest.mark.parametrize(("files", "messages"), PARTS, ids=range(len(PARTS)))
def test_several_files_are_one_version(
    files: dict[str, str], messages: list[tuple[str, str]], tmp_path: Path
) -> None:
    folder = tmp_path / "prompts/p"
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    prompt = load_prompt(Folder(tmp_path), "p", "v2")
    assert [(m.role, m.content) for m in prompt.messages] == messages


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"v2.system.md": "A", "v2.system.txt": "B"}, "version 'v2' has 2 files"),
        ({"v2.system.md": "A", "v2.yaml": "user: a"}, "version 'v2' has 2 files"),
        (
            {"v2/user.md": "---\nmodel: a\n---\nA", "v2/system.md": "---\nmodel: b\n---\nB"},
            "the settings of the version stand in prompts/p/v2/system.md already",
        ),
        ({"v2.j2": "A", "v2.mdx": "B"}, "prompts/p/v2.j2 and prompts/p/v2.mdx"),
        ({}, "prompts/p/ has no versions"),
    ],
)
def test_files_that_are_no_version(files: dict[str, str], says: str, tmp_path: Path) -> None:
    folder = tmp_path / "prompts/p"
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    with pytest.raises(Invalid, match=re.escape(says)):
        load_prompt(Folder(tmp_path), "p", "v2")


def test_the_manifest_declares_f_strings(project: Repo) -> None:
    text = (project.root / "lensops.yaml").read_text()
    text = text.replace("  offer_copy:\n", "  offer_copy:\n    template: f-string\n")
    version = "prompts/offer_copy/v3.yaml"
    manifest = text.replace("active: v1", "active: v3")
    project.write({"lensops.yaml": manifest, version: "user: Hi {segment} {{x}}\n"})
    done = lensops("plan", cwd=project.root)
    assert "Hi {{ segment }} {x}" in done.out
    project.write({version: "user: Hi {points:.2f}\n"})
    done = lensops("validate", cwd=project.root)
    assert f"{version}:1:10: '{{points:.2f}}' is formatting" in done.out
