"""A prompt as an application uses it: rendered, and named in traces."""

from __future__ import annotations

import copy
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypedDict

from lensops.client.errors import VariablesWrong, did_you_mean

_VARIABLE = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")


class Message(TypedDict):
    """One message in the form that the providers' packages take."""

    role: str
    content: str


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
class Template:
    """The text of a message, split at its variables: text, name, text, name, …, text."""

    role: str
    parts: tuple[str, ...]

    def fill(self, values: Mapping[str, Any]) -> Message:
        """The message. What a value contains is never read as a variable."""
        filled = list(self.parts)
        for index in range(1, len(filled), 2):
            filled[index] = str(values[filled[index]])
        return {"role": self.role, "content": "".join(filled)}


def split_template(role: str, content: str) -> Template:
    """The template of a message, split at its variables."""
    return Template(role, tuple(_VARIABLE.split(content)))


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
    _templates: tuple[Template, ...] = field(repr=False, compare=False)
    _settings: Mapping[str, Any] = field(repr=False, compare=False)
    _names: frozenset[str] = field(repr=False, compare=False)

    def render(self, /, **values: Any) -> list[Message]:
        """The messages with every `{{ name }}` filled in, as a new list.

        Raises `VariablesWrong` when a variable is missing, or one is given that is not in the
        prompt: the same release was tested with exactly its own variables.
        """
        if values.keys() != self._names:
            raise self._variables_wrong(values)
        return [template.fill(values) for template in self._templates]

    @property
    def variables(self) -> tuple[str, ...]:
        """The names that `render` takes, sorted."""
        return tuple(sorted(self._names))

    @property
    def parameters(self) -> dict[str, Any]:
        """The model's parameters, as a copy that may be changed."""
        return copy.deepcopy(dict(self._settings["parameters"]))

    @property
    def output_schema(self) -> dict[str, Any] | None:
        """The JSON Schema of the answer, as a copy that may be changed."""
        schema = self._settings["output_schema"]
        return None if schema is None else copy.deepcopy(dict(schema))

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

    def _variables_wrong(self, values: Mapping[str, Any]) -> VariablesWrong:
        missing = [name for name in self.variables if name not in values]
        unknown = sorted(values.keys() - self._names)
        faults = [f"missing {name!r}" for name in missing]
        faults += [f"unknown {name!r}{did_you_mean(name, missing)}" for name in unknown]
        takes = ", ".join(self.variables) or "no variables"
        prompt = f"prompt {self.name!r} {self.version}"
        return VariablesWrong(f"{prompt}: {', '.join(faults)}; it takes {takes}")
