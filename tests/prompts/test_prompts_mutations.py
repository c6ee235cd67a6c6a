"""Every leaf of a prompt file is changed in turn: refused with its place, or seen by everything."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from lensops.errors import Invalid, Problem
from lensops.plan import Plan, changes, make
from lensops.plan.difference import section_changes
from lensops.prompts import Prompt, parse, request_body
from lensops.prompts.forms.structured import METADATA
from lensops.release import Release
from lensops.render.markdown import markdown
from lensops.report import plan as report

SECTIONS: dict[str, Any] = {
    "name": "offer",
    "description": "Writes an offer.",
    "system": "Be kind, {{ tone }}.",
    "developer": r"Keep \{{ this }} as it is.",
    "user": "Offer {{ points }} points.",
    "assistant": "Here it is:",
    "model": "openai:gpt-4o-mini",
    "parameters": {"temperature": 0.5, "stop": ["END", "STOP"], "logit_bias": {"50256": -100}},
    "output_schema": {
        "type": "object",
        "properties": {"body": {"type": "string"}},
        "required": ["body"],
    },
    "tools": [
        {
            "name": "get_weather",
            "description": "The weather of a city.",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
            "strict": True,
        },
        {"type": "function", "function": {"name": "get_time"}},
    ],
}
MESSAGES: dict[str, Any] = {
    "name": "support",
    "model": "openai/gpt-4o",
    "modelParameters": {"maxTokens": 50, "topP": 0.9},
    "messages": [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "The weather in {{ city }}?", "name": "ada"},
        {
            "role": "assistant",
            "content": "A moment.",
            "tool_calls": [
                {
                    "id": "c1",
                    "type": "function",
                    "function": {"name": "get_weather", "arguments": '{"city": "Oslo", "days": 2}'},
                },
                {"id": "c2", "name": "get_time", "arguments": {"zone": "UTC"}},
            ],
        },
        {"role": "tool", "content": "Sun.", "tool_call_id": "c1"},
        {"role": "tool", "content": "Noon.", "tool_call_id": "c2"},
        {"role": "user", "content": "Thanks!"},
    ],
    "responseFormat": "json_schema",
    "jsonSchema": '{"name": "answer", "strict": true, "schema": {"type": "object"}}',
    "testData": [{"input": "x"}],
    "evaluators": [{"name": "y"}],
}
FORMAT: dict[str, Any] = {
    "messages": [{"role": "user", "content": "hi"}],
    "response_format": {
        "type": "json_schema",
        "json_schema": {"name": "answer", "schema": {"type": "object"}, "strict": False},
    },
}
FILES = {"sections": SECTIONS, "messages": MESSAGES, "format": FORMAT}
Path = tuple[Any, ...]


def walk(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value of a file with its path, containers before what they hold."""
    yield path, value
    items = value.items() if isinstance(value, dict) else ()
    items = enumerate(value) if isinstance(value, list) else items
    for key, item in items:
        yield from walk(item, (*path, key))


def with_value(root: Any, path: Path, change: Callable[[Any, Any], None]) -> Any:
    """A copy of the file, `change(container, key)` having been done at a path."""
    changed = copy.deepcopy(root)
    container = changed
    for key in path[:-1]:
        container = container[key]
    change(container, path[-1])
    return changed


def other(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    return f"{value}x" if isinstance(value, str) else [*value, "x"]


def misspell(container: Any, key: Any) -> None:
    container[key[:-1] + "q"] = container.pop(key)


def mutations(root: Any) -> Iterator[tuple[str, Path, Any]]:
    """(what was done, where, the changed file) for every leaf, key and list of a file."""
    for path, value in walk(root):
        if not path:
            yield "added", ("zzz",), {**root, "zzz": 1}
            continue
        if not isinstance(value, dict | list):
            yield (
                "changed",
                path,
                with_value(root, path, lambda c, k, v=value: c.__setitem__(k, other(v))),
            )
            yield "emptied", path, with_value(root, path, lambda c, k: c.__setitem__(k, None))
            yield "a list", path, with_value(root, path, lambda c, k: c.__setitem__(k, [1]))
        if isinstance(value, dict):
            yield (
                "added",
                path,
                with_value(root, path, lambda c, k, v=value: c.__setitem__(k, {**v, "zzz": 1})),
            )
        if isinstance(value, list) and len(value) > 1:
            yield (
                "reversed",
                path,
                with_value(root, path, lambda c, k, v=value: c.__setitem__(k, v[::-1])),
            )
        yield "removed", path, with_value(root, path, lambda c, k: c.__delitem__(k))
        if isinstance(path[-1], str):
            yield "misspelled", path, with_value(root, path, misspell)


# words that follow from what stands beside them: left out, they mean the same
IMPLIED = {
    ("tools", 1, "type"),
    ("messages", 2, "tool_calls", 0, "type"),
    ("responseFormat",),
}
CASES = [
    pytest.param(name, path, changed, id=f"{name}-{'.'.join(map(str, path))}-{done}")
    for name, root in FILES.items()
    for done, path, changed in mutations(root)
    if not (path in IMPLIED and done in ("removed", "emptied"))
]


def read(value: Any) -> Prompt:
    return parse(json.dumps(value, indent=1, ensure_ascii=False).encode(), "v1.yaml", "v1")


def read_or_refuse(value: Any) -> tuple[Prompt | None, tuple[Problem, ...]]:
    try:
        return read(value), ()
    except Invalid as error:
        return None, error.problems


def request(prompt: Prompt) -> dict[str, Any]:
    inputs = {name: f"<{name}>" for name in prompt.variables}
    return request_body(prompt, inputs) | {"model": prompt.model}


def plan_text(old: Prompt, new: Prompt) -> str:
    target = make("t", Release("shop", {"p": old}), Release("shop", {"p": new}))
    return markdown(report.document(Plan((target,))))


@pytest.mark.parametrize(("name", "path", "changed"), CASES)
def test_a_change_is_refused_or_seen(name: str, path: Path, changed: Any) -> None:
    old = read(FILES[name])
    new, problems = read_or_refuse(changed)
    if new is None:
        assert all(problem.location.line for problem in problems)
        return
    sections = section_changes(old, new)
    if path[0] in METADATA:
        assert (new.digest, sections, request(new)) == (old.digest, (), request(old))
        return
    assert new.digest != old.digest
    assert sections
    assert changes(Release("shop", {"p": old}), Release("shop", {"p": new}))
    assert request(new) != request(old)
    shown = plan_text(old, new)
    assert all(section.name in shown for section in sections)
    assert shown != plan_text(old, old)


@pytest.mark.parametrize("name", FILES)
def test_the_order_of_keys_says_nothing_but_for_messages(name: str) -> None:
    def turned(value: Any, *, top: bool = True) -> Any:
        if isinstance(value, dict):
            keys = list(value) if top and name == "sections" else list(value)[::-1]
            return {key: turned(value[key], top=False) for key in keys}
        return [turned(item, top=False) for item in value] if isinstance(value, list) else value

    assert read(turned(FILES[name])) == read(FILES[name])
