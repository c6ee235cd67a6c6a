"""A release as it was read: verified whole before anybody sees it, never changed afterwards."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from lensops.client.digest import digest
from lensops.client.errors import UnknownPrompt, Unreadable, near
from lensops.client.prompt import Origin, Prompt, template

SCHEMA = "lensops/release/v1"
_CONTENT = ("messages", "model", "parameters", "output_schema")


@dataclass(frozen=True, slots=True)
class Release:
    """The prompts of one release. Hold on to one where several prompts must belong together.

    Looking up a prompt that the target removed gives its last version, marked `removed`; iterating
    gives the names that the target serves.
    """

    project: str
    origin: Origin
    _served: Mapping[str, Prompt]
    _kept: Mapping[str, Prompt]

    def __getitem__(self, name: str) -> Prompt:
        found = self._served.get(name) or self._kept.get(name)
        if found is None:
            raise self._unknown(name)
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._served or name in self._kept

    def __iter__(self) -> Iterator[str]:
        return iter(self._served)

    def __len__(self) -> int:
        return len(self._served)

    @property
    def digest(self) -> str:
        """The digest of the whole release."""
        return self.origin.release

    def following(self, before: Release) -> Release:
        """This release, with the prompts that it took away from the one before kept at hand."""
        earlier = {**before._kept, **before._served}
        gone = {name: old for name, old in earlier.items() if name not in self._served}
        kept = {name: replace(old, removed=True) for name, old in gone.items()}
        return replace(self, _kept=MappingProxyType(kept))

    def _unknown(self, name: object) -> UnknownPrompt:
        has = ", ".join(sorted(self._served)) or "no prompts"
        words = f"there is no prompt {name!r}{near(str(name), self._served)}; release "
        words += f"{self.digest[7:19]} of {self.project!r} has {has}"
        return UnknownPrompt(f"{words}; activate it in the manifest and apply")


def read(data: bytes) -> Release:
    """The release in the bytes of a `current.json`.

    Raises `Unreadable` unless its form is known and every digest fits its content.
    """
    try:
        body = json.loads(data)
        if not isinstance(body, dict):
            raise Unreadable("it is not a JSON object")
        if body.get("schema") != SCHEMA:
            raise Unreadable(f"its schema is {body.get('schema')!r}, and {SCHEMA!r} was expected")
        return _verified(body)
    except RecursionError:
        raise Unreadable("it is nested too deeply") from None
    except KeyError as error:
        raise Unreadable(f"{error.args[0]!r} is missing") from None
    except (ValueError, TypeError, AttributeError) as error:
        raise Unreadable(f"it is not a release: {error}") from None


def _verified(body: Mapping[str, Any]) -> Release:
    prompts = body["prompts"]
    summary = {
        "project": body["project"],
        "prompts": {
            name: {"version": each["version"], "digest": _checked(name, each)}
            for name, each in prompts.items()
        },
        "thresholds": body["thresholds"],
        "bands": body["bands"],
    }
    if digest("release", summary) != body["digest"]:
        raise Unreadable("its content does not match its digest")
    sequence, commit = body.get("sequence"), body.get("commit")
    origin = Origin(
        body["digest"],
        sequence if isinstance(sequence, int) else None,
        commit if isinstance(commit, str) else None,
        time.monotonic(),
    )
    served = {name: _prompt(name, each, origin) for name, each in prompts.items()}
    return Release(body["project"], origin, MappingProxyType(served), MappingProxyType({}))


def _checked(name: str, body: Mapping[str, Any]) -> str:
    """The digest of a prompt, computed from what it says."""
    found = digest("prompt", {key: body[key] for key in _CONTENT})
    if found != body["digest"]:
        raise Unreadable(f"the content of prompt {name!r} does not match its digest")
    return found


def _prompt(name: str, body: Mapping[str, Any], origin: Origin) -> Prompt:
    templates = tuple(template(m["role"], m["content"]) for m in body["messages"])
    return Prompt(
        name,
        body["version"],
        body["digest"],
        body["model"],
        False,
        origin,
        templates,
        {"parameters": body["parameters"], "output_schema": body["output_schema"]},
        frozenset(part for each in templates for part in each.parts[1::2]),
    )
