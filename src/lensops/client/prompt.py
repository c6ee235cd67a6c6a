"""A prompt as an application uses it: rendered, and named in traces."""

from __future__ import annotations

import copy
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Required, TypedDict

from lensops.client.errors import VariablesWrong, did_you_mean
from lensops.client.template import Template

_PROVIDER = re.compile(  # what may stand before the colon and is no part of a model's name
    r"(alibaba|anthropic|azure|bedrock|cerebras|cohere|deepseek|fireworks|gateway|github|google"
    r"|google-cloud|google-gla|google-vertex|grok|groq|heroku|huggingface|litellm|mistral|moonshotai|nebius"
    r"|ollama|openai|openai-chat|openai-responses|openrouter|ovhcloud|sambanova|together|vercel"
    r"|xai):(?=.)"
)
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list, tuple),
    "object": (dict,),
}


class Message(TypedDict, total=False):
    """One message in the form that the providers' packages take."""

    role: Required[str]
    content: Required[str | None]
    name: str
    tool_calls: list[dict[str, Any]]
    tool_call_id: str


@dataclass(frozen=True, slots=True)
class MessageTemplate:
    """A message of a release: its parts in the shape of a request, its content a template."""

    parts: Mapping[str, Any]
    template: Template

    def fill(self, values: Mapping[str, Any]) -> Message:
        """The message with its variables filled in, as a copy that may be changed."""
        text = self.template.fill(values)
        filled: Any = copy.deepcopy(dict(self.parts))
        filled["content"] = text if text or "tool_calls" not in filled else None
        message: Message = filled
        return message


@dataclass(slots=True)
class Origin:
    """Which release a prompt comes from; the one thing that changes is `confirmed`.

    `confirmed` is the time, on the monotonic clock in seconds, when the target was last seen to
    serve it.
    """

    release: str
    sequence: int | None
    commit: str | None
    confirmed: float

    @property
    def age(self) -> float:
        """Seconds since the target was last seen to serve this release."""
        return max(0.0, time.monotonic() - self.confirmed)

    def equals(self, other: Origin) -> bool:
        """Whether both are the same entry of the target's log."""
        entry = (self.release, self.sequence, self.commit)
        return entry == (other.release, other.sequence, other.commit)


@dataclass(frozen=True, slots=True)
class Prompt:
    """The active version of a prompt, as one release has it. It never changes.

    `digest` covers what a model receives; equal digests mean that it receives the same. `removed`
    means that the target now serves a release without this prompt (see `Prompts`).
    """

    name: str
    version: str
    digest: str
    model: str | None
    removed: bool
    _origin: Origin = field(repr=False, compare=False)
    _templates: tuple[MessageTemplate, ...] = field(repr=False, compare=False)
    _settings: Mapping[str, Any] = field(repr=False, compare=False)
    _types: Mapping[str, str | None] = field(repr=False, compare=False)

    def render(self, /, **values: Any) -> list[Message]:
        """The messages with every `{{ name }}` filled in, as a new list.

        It takes the variables that the manifest declares, used by this version or not. Raises
        `VariablesWrong` when one is missing, unknown, or of another type than declared.
        """
        if values.keys() != self._types.keys() or not self._types_fit(values):
            raise self._variables_wrong(values)
        return [template.fill(values) for template in self._templates]

    def request(self, /, **values: Any) -> dict[str, Any]:
        """The whole body of a chat completions call: what `lensops eval` sends.

        Raises `VariablesWrong` as `render` does.
        """
        body: dict[str, Any] = {**self.parameters, "messages": self.render(**values)}
        if self.model is not None:
            body["model"] = model_name(self.model)
        if self._settings["tools"]:
            body["tools"] = self.tools
        if self._settings["response_format"] is not None:
            body["response_format"] = self.response_format
        return body

    @property
    def variables(self) -> tuple[str, ...]:
        """The names that `render` takes, sorted."""
        return tuple(sorted(self._types))

    @property
    def parameters(self) -> dict[str, Any]:
        """The model's parameters, as a copy that may be changed."""
        return copy.deepcopy(dict(self._settings["parameters"]))

    @property
    def output_schema(self) -> dict[str, Any] | None:
        """The JSON Schema of the answer, as a copy that may be changed."""
        response = self.response_format or {}
        schema: dict[str, Any] | None = response.get("json_schema", {}).get("schema")
        return schema

    @property
    def tools(self) -> list[dict[str, Any]]:
        """The tools that the model may call, as a copy that may be changed."""
        return copy.deepcopy(list(self._settings["tools"]))

    @property
    def response_format(self) -> dict[str, Any] | None:
        """How the answer must look, in the shape of a request, as a copy that may be changed."""
        response = self._settings["response_format"]
        return None if response is None else copy.deepcopy(dict(response))

    @property
    def release(self) -> str:
        """The digest of the release that it comes from."""
        return self._origin.release

    @property
    def sequence(self) -> int | None:
        """The number of that release in the target's log."""
        return self._origin.sequence

    @property
    def commit(self) -> str | None:
        """The commit that was applied, or None when files outside a commit were."""
        return self._origin.commit

    @property
    def age(self) -> float:
        """Seconds since the target was last seen to serve this.

        It stays below the time to live while all is well, and grows while the target is gone.
        """
        return self._origin.age

    def trace(self) -> dict[str, str | int | float | bool]:
        """What a trace or a log line should record, as flat attributes."""
        attributes = {
            "gen_ai.prompt.name": self.name,
            "gen_ai.prompt.version": self.version,
            "lensops.prompt": self.name,
            "lensops.version": self.version,
            "lensops.digest": self.digest,
            "lensops.release": self.release,
            "lensops.sequence": self.sequence,
            "lensops.commit": self.commit,
            "lensops.age": round(self.age, 3),
            "lensops.removed": self.removed,
        }
        return {key: value for key, value in attributes.items() if value is not None}

    def _types_fit(self, values: Mapping[str, Any]) -> bool:
        return all(_fits(kind, values[name]) for name, kind in self._types.items())

    def _variables_wrong(self, values: Mapping[str, Any]) -> VariablesWrong:
        missing = [name for name in self.variables if name not in values]
        unknown = sorted(values.keys() - self._types.keys())
        faults = [f"missing {name!r}" for name in missing]
        faults += [
            f"{name!r} must be of type {kind}, not {type(values[name]).__name__}"
            for name, kind in sorted(self._types.items())
            if name in values and not _fits(kind, values[name])
        ]
        faults += [f"unknown {name!r}{did_you_mean(name, missing)}" for name in unknown]
        takes = ", ".join(self.variables) or "no variables"
        prompt = f"prompt {self.name!r} {self.version}"
        return VariablesWrong(f"{prompt}: {', '.join(faults)}; it takes {takes}")


def _fits(kind: str | None, value: Any) -> bool:
    """Whether a value is of a declared type; a boolean is no number."""
    if kind is None or isinstance(value, bool):
        return kind in (None, "boolean")
    return isinstance(value, _TYPES.get(kind, (object,)))


def model_name(model: str) -> str:
    """A model's name without its provider: `openai:gpt-6-luna` is `gpt-6-luna` to the provider."""
    provider = _PROVIDER.match(model)
    return model[provider.end() :] if provider else model
