"""The three forms of a prompt file: a mapping of sections, GitHub Models, plain text."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from lensops.errors import Invalid, Location, Problem
from lensops.files import decode
from lensops.files.text import BOM
from lensops.manifest import Node, location_of, read_yaml, suggestion
from lensops.prompts.value import VARIABLE, Message, Prompt

ROLES = ("system", "developer", "user", "assistant", "tool")
SECTIONS = (*ROLES, "model", "parameters", "output_schema", "description")
_ABOUT = ("name", "description", "testData", "evaluators", "responseFormat")
MODELS_KEYS = (*_ABOUT, "model", "modelParameters", "messages", "jsonSchema")
_BRACES = re.compile(r"\{\{.*?\}\}|\{\{|\{%.*?%\}", re.DOTALL)


def parse(data: bytes, path: str, version: str) -> Prompt:
    """The prompt of a file. Raises `Invalid` with every problem of it."""
    if path.endswith((".md", ".txt")):
        return _plain_text(data, path, version)
    node = read_yaml(data, path)
    if node.kind != "mapping":
        hint = "write `user: |` and the text below it"
        raise Invalid((Problem(node.location, "a prompt file is a mapping of sections", hint),))
    reader = _Sections(node)
    return reader.models_form(version) if node.get("messages") else reader.sections_form(version)


def _plain_text(data: bytes, path: str, version: str) -> Prompt:
    text = _canonical_text(decode(data, path).removeprefix(BOM))
    if not text.strip():
        raise Invalid((Problem(Location(path), "the file is empty"),))
    problems = [
        Problem(Location(path, line, column), *words)
        for line, column, words in _brace_problems(text)
    ]
    if problems:
        raise Invalid(tuple(problems))
    return Prompt(version, (Message("user", text),))


class _Sections:
    """A YAML prompt file on its way to a prompt, with the problems met on the way."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.problems: list[Problem] = []

    def sections_form(self, version: str) -> Prompt:
        self._known(SECTIONS)
        messages = tuple(
            Message(key.value, self._message(key.value, (key.value,)))
            for key, _ in self.node.value
            if key.value in ROLES
        )
        prompt = Prompt(
            version,
            messages,
            self._text("model"),
            self._mapping("parameters") or {},
            self._mapping("output_schema"),
        )
        return self._done(prompt)

    def models_form(self, version: str) -> Prompt:
        self._known(MODELS_KEYS)
        listed = self.node.get("messages")
        count = len(listed.value) if listed is not None and listed.kind == "sequence" else None
        if count is None:
            self._problem(("messages",), "messages must be a list of `role:` and `content:`")
        messages = tuple(self._listed(index) for index in range(count or 0))
        prompt = Prompt(
            version,
            messages,
            self._text("model"),
            self._mapping("modelParameters") or {},
            self._response_schema(),
        )
        return self._done(prompt)

    def _done(self, prompt: Prompt) -> Prompt:
        if not prompt.messages and not self.problems:
            hint = "add `user: |` and the text below it"
            self.problems.append(Problem(self.node.location, "the prompt has no message", hint))
        if self.problems:
            raise Invalid(tuple(self.problems))
        return prompt

    def _known(self, names: tuple[str, ...]) -> None:
        for key, _ in self.node.value:
            if key.value not in names:
                hint = suggestion(key.value, names) or "known: " + ", ".join(names)
                self.problems.append(Problem(key.location, f"unknown section {key.value!r}", hint))

    def _listed(self, index: int) -> Message:
        role = self.node.get("messages", index, "role")
        if role is None or role.value not in ROLES:
            hint = "known: " + ", ".join(ROLES)
            self._problem(("messages", index), "a message needs a role", hint)
        content = self._message(f"messages.{index}.content", ("messages", index, "content"))
        return Message(str(role.value) if role else "", content)

    def _message(self, name: str, keys: tuple[str | int, ...]) -> str:
        node = self.node.get(*keys)
        if node is None or not isinstance(node.value, str):
            self._problem(
                keys, f"{name} must be text", "quote it, or write it as a block after `|`"
            )
            return ""
        text = _canonical_text(node.value)
        if not text.strip():
            self._problem(keys, f"{name} is empty")
        for _, _, words in _brace_problems(text):
            self._problem(keys, *words)
        return text

    def _text(self, name: str) -> str | None:
        text: str | None = self._typed(name, lambda value: isinstance(value, str), "text")
        return text

    def _mapping(self, name: str) -> Mapping[str, Any] | None:
        found: Mapping[str, Any] | None = self._typed(name, _is_json_mapping, "a JSON mapping")
        return found

    def _typed(self, name: str, fits: Callable[[Any], bool], what: str) -> Any:
        node = self.node.get(name)
        if node is None or (value := node.plain()) is None:
            return None
        if not fits(value):
            self._problem((name,), f"{name} must be {what}")
            return None
        return value

    def _response_schema(self) -> Mapping[str, Any] | None:
        node = self.node.get("jsonSchema")
        if node is None or not isinstance(node.value, str):
            return self._mapping("jsonSchema")
        try:
            made = json.loads(node.value)
        except ValueError as error:
            self._problem(("jsonSchema",), f"jsonSchema is not JSON: {error}")
            return None
        return made if isinstance(made, dict) else None

    def _problem(self, keys: tuple[str | int, ...], message: str, hint: str | None = None) -> None:
        self.problems.append(Problem(location_of(self.node, keys), message, hint))


def _brace_problems(text: str) -> list[tuple[int, int, tuple[str, str]]]:
    """Line, column and words for each `{{ … }}` that is more than a name."""
    found = []
    for match in _BRACES.finditer(text):
        if not VARIABLE.fullmatch(match[0]):
            before = text[: match.start()]
            shown = match[0] if len(match[0]) < 40 else match[0][:37] + "…"
            words = (f"{shown!r} is not a variable", "only `{{ name }}`: prompts hold no logic")
            found.append((before.count("\n") + 1, match.start() - before.rfind("\n"), words))
    return found


def _canonical_text(text: str) -> str:
    """Line ends as LF and none at the very end, so that all three forms mean the same text."""
    return text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")


def _is_json_mapping(value: Any) -> bool:
    return isinstance(value, dict) and _finite(value)


def _finite(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_finite(item) for item in value.values())
    if isinstance(value, list):
        return all(_finite(item) for item in value)
    return not isinstance(value, float) or math.isfinite(value)
