"""Prompts, cases and checks on their way to the files of other tools."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lensops.manifest import Suite
from lensops.prompts import Message, Prompt
from lensops.prompts.template import Template

_UNSAID = ("text", "normalize", "max_missing", "min_cases", "stop", "budget", "price", "regression")


@dataclass(frozen=True, slots=True)
class Exported:
    """A prompt with its eval: cases as `id`, `inputs`, `references` and `checks`."""

    name: str
    prompts: Sequence[Prompt]
    suite: Suite | None = None
    cases: Sequence[Mapping[str, Any]] = ()
    schemas: Mapping[str, Any] = field(default_factory=dict)  # by path

    @property
    def model(self) -> str | None:
        """Who answers: the eval's model, else the first version's."""
        return (self.suite.model if self.suite else None) or self.prompts[0].model


@dataclass(slots=True)
class Export:
    """A file of another tool, and what of the project has no place in it."""

    text: str
    left_out: list[str]


def name_settings(suite: Suite | None) -> Iterator[str]:
    """The settings of an eval, other than the usual ones, that no file of others has."""
    if suite is None:
        return
    for key in _UNSAID:
        if getattr(suite, key) != type(suite).model_fields[key].get_default():
            yield f"{key} of the eval"
    for key in ("timeout", "cost", "tokens"):
        if any(key in name for name in suite.limits.model_fields_set):
            yield f"limits on {key} of the eval"
    if suite.judge and suite.judge.fallback != "neutral":
        yield "fallback of the judge"


def message_texts(
    prompt: Prompt, left_out: list[str], *, raw: bool = False
) -> list[dict[str, str]]:
    """Role and text of each message; `raw`: the tool has raw blocks for literal braces."""
    left_out += [f"tool calls of {prompt.version}" for m in prompt.messages if _has_calls(m)]
    left_out += [f"names of messages of {prompt.version}" for m in prompt.messages if m.name]
    return [
        {"role": m.role, "content": _text(m.template, left_out, raw=raw)} for m in prompt.messages
    ]


def plain_checks(checks: Iterable[Any]) -> list[dict[str, Any]]:
    """Checks of the manifest as cases have them."""
    return [{check.kind: check.argument} for check in checks]


def _has_calls(message: Message) -> bool:
    return bool(message.tool_calls or message.tool_call_id)


def _text(template: Template, left_out: list[str], *, raw: bool) -> str:
    parts = []
    for index, part in enumerate(template.parts):
        if index % 2:
            parts.append("{{" + part + "}}")
        elif any(braces in part for braces in ("{{", "{%", "{#")):
            parts.append(f"{{% raw %}}{part}{{% endraw %}}" if raw else part)
            left_out += [] if raw else ["literal braces: the file has no escape for them"]
        else:
            parts.append(part)
    return "".join(parts)
