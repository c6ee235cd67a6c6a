"""A release as it was read: verified whole before it is used, never changed afterwards."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from lensops.client.digest import digest
from lensops.client.errors import UnknownPrompt, Unreadable, did_you_mean
from lensops.client.prompt import MessageTemplate, Origin, Prompt
from lensops.client.shape import check_shape, read_sequence
from lensops.client.template import split_template

SCHEMA = "lensops/release/v1"
_CONTENT = ("messages", "model", "parameters", "tools", "response_format")
_LEGACY_CONTENT = ("messages", "model", "parameters", "output_schema")  # what 0.1 wrote


@dataclass(frozen=True, slots=True)
class Release:
    """The prompts of one release. Hold on to one where several prompts must belong together.

    Looking up a prompt that the target removed gives its last version, marked `removed`; iterating
    gives the names that the target serves.
    """

    project: str
    origin: Origin
    _served: Mapping[str, Prompt]
    _removed: Mapping[str, Prompt]

    def __getitem__(self, name: str) -> Prompt:
        prompt = self._served.get(name) or self._removed.get(name)
        if prompt is None:
            raise self._unknown_prompt(name)
        return prompt

    def __contains__(self, name: object) -> bool:
        return name in self._served or name in self._removed

    def __iter__(self) -> Iterator[str]:
        return iter(self._served)

    def __len__(self) -> int:
        return len(self._served)

    @property
    def digest(self) -> str:
        """The digest of the whole release."""
        return self.origin.release

    def succeed(self, previous: Release) -> Release:
        """This release, which still resolves the prompts that only the previous one served."""
        earlier = {**previous._removed, **previous._served}
        removed = {
            name: replace(prompt, removed=True)
            for name, prompt in earlier.items()
            if name not in self._served
        }
        return replace(self, _removed=MappingProxyType(removed))

    def _unknown_prompt(self, name: object) -> UnknownPrompt:
        served = ", ".join(sorted(self._served)) or "no prompts"
        message = f"there is no prompt {name!r}{did_you_mean(str(name), self._served)}; release "
        message += f"{self.digest[7:19]} of {self.project!r} has {served}"
        return UnknownPrompt(f"{message}; activate it in the manifest and apply")


def parse_release(data: bytes) -> Release:
    """The release in the bytes of a `current.json`.

    Raises `Unreadable` unless its form is known and every digest fits its content.
    """
    try:
        body = json.loads(data)
        if not isinstance(body, dict):
            raise Unreadable("it is not a JSON object")
        if body.get("schema") != SCHEMA:
            raise Unreadable(f"its schema is {body.get('schema')!r}, and {SCHEMA!r} was expected")
        check_shape(body)
        return _verify_release(body)
    except RecursionError:
        raise Unreadable("it is nested too deeply") from None
    except KeyError as error:
        raise Unreadable(f"{error.args[0]!r} is missing") from None
    except (ValueError, TypeError, AttributeError) as error:
        raise Unreadable(f"it is not a release: {error}") from None


def _verify_release(body: Mapping[str, Any]) -> Release:
    prompts = body["prompts"]
    summary = {
        "project": body["project"],
        "prompts": {name: _verify_prompt(name, prompt) for name, prompt in prompts.items()},
        "thresholds": body["thresholds"],
        "bands": body["bands"],
    }
    if digest("release", summary) != body["digest"]:
        raise Unreadable("its content does not match its digest")
    commit = body.get("commit")
    origin = Origin(
        body["digest"],
        read_sequence(body),
        commit if isinstance(commit, str) else None,
        time.monotonic(),
    )
    served = {name: _build_prompt(name, prompt, origin) for name, prompt in prompts.items()}
    return Release(body["project"], origin, MappingProxyType(served), MappingProxyType({}))


def _is_legacy(body: Mapping[str, Any]) -> bool:
    return "output_schema" in body


def _verify_prompt(name: str, body: Mapping[str, Any]) -> dict[str, str]:
    """What a release's digest covers of a prompt, computed from its content.

    Raises `Unreadable` unless its own digest matches.
    """
    keys = _LEGACY_CONTENT if _is_legacy(body) else _CONTENT
    computed = digest("prompt", {key: body[key] for key in keys})
    if computed != body["digest"]:
        raise Unreadable(f"the content of prompt {name!r} does not match its digest")
    summary = {"version": body["version"], "digest": computed}
    if not _is_legacy(body):
        summary["interface"] = digest("interface", body["variables"])
    return summary


def _build_prompt(name: str, body: Mapping[str, Any], origin: Origin) -> Prompt:
    legacy = _is_legacy(body)
    templates = tuple(
        MessageTemplate(message, split_template(message["content"], legacy=legacy))
        for message in body["messages"]
    )
    return Prompt(
        name,
        body["version"],
        body["digest"],
        body["model"],
        False,
        origin,
        templates,
        _legacy_settings(body) if legacy else body,
        _types(templates) if legacy else {n: v.get("type") for n, v in body["variables"].items()},
    )


def _types(templates: Iterable[MessageTemplate]) -> dict[str, None]:
    """The variables of a prompt that declares none: those that it uses, of any type."""
    return {name: None for message in templates for name in message.template.parts[1::2]}


def _legacy_settings(body: Mapping[str, Any]) -> dict[str, Any]:
    schema = body["output_schema"]
    inner = {"name": "output", "schema": schema}
    response = None if schema is None else {"type": "json_schema", "json_schema": inner}
    return {"parameters": body["parameters"], "tools": [], "response_format": response}
