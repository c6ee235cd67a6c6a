"""Models that end: the dates that providers announced, of the package or of the project's own file.

The package's file says in words where each date was read. A project's `models: {ends: path}` takes
its place.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lensops.errors import Invalid, Problem
from lensops.manifest.node import location_of
from lensops.manifest.providers import provider_name
from lensops.manifest.yaml import read_yaml

_ANNOUNCED = Path(__file__).with_suffix(".json")
_VENDORS = ("openai", "anthropic", "google", "mistral", "deepseek", "xai")
_ROUTERS = (None, "openrouter", "vercel")  # whose names are `vendor/name`


class ModelEnd(BaseModel):
    """An announced end. `model` is `provider:name`, in which `*` stands for anything."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    model: str = Field(pattern=r"^\S+:\S+$")
    ends: date
    source: str = Field(min_length=1)
    successor: str | None = None

    def message(self, model: str, today: date) -> str:
        """Such as `openai:gpt-4o ends on 2027-01-14 (…); gpt-6-luna takes its place`."""
        verb = "ends on" if today < self.ends else "has ended, on"
        text = f"{model} {verb} {self.ends} ({self.source})"
        return f"{text}; {self.successor} takes its place" if self.successor else text


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    models: tuple[ModelEnd, ...]


class ModelEnds(NamedTuple):
    """The announced ends; of several that fit a model the first counts."""

    entries: tuple[ModelEnd, ...]

    def find(self, model: str | None, server: str | None = None) -> ModelEnd | None:
        """The end of a model as a manifest or a prompt names it; none on a server of one's own."""
        if model is None or server is not None:
            return None
        names = _spellings(model)
        return next((e for e in self.entries if any(_fits(n, e.model) for n in names)), None)


def _fits(name: str, pattern: str) -> bool:
    """Whether a name is of a pattern; those without `*` are compared, which compiles nothing."""
    return fnmatchcase(name, pattern) if "*" in pattern else name == pattern


def _spellings(model: str) -> Iterable[str]:
    """A model as `provider:name`: with one in front, `vendor/name` of a router, or a bare name.

    A fine-tuned model ends with the one that it was made of.
    """
    provider = provider_name(model)
    name = model.partition(":")[2] if provider else model
    vendor, _, rest = name.partition("/")
    if rest and vendor in _VENDORS and provider in _ROUTERS:
        provider, name = vendor, rest
    if name.startswith("ft:"):
        name = name.split(":")[1]
    return [f"{each}:{name}" for each in ([provider] if provider else _VENDORS)]


@lru_cache(maxsize=1)
def announced_ends() -> ModelEnds:
    """Those of the package."""
    return ModelEnds(_File.model_validate_json(_ANNOUNCED.read_bytes()).models)


def read_model_ends(data: bytes, path: str) -> ModelEnds:
    """Those of a project's file, YAML or JSON. Raises `Invalid` with all problems."""
    node = read_yaml(data, path)
    try:
        return ModelEnds(_File.model_validate(node.plain()).models)
    except ValidationError as error:
        problems = []
        for detail in error.errors(include_url=False):
            where = ".".join(map(str, detail["loc"])) or "the file"
            place = location_of(node, detail["loc"])
            problems.append(Problem(place, f"{where}: {detail['msg'].lower()}", _SHAPE))
        raise Invalid(tuple(problems)) from None


_SHAPE = "models: [{model: 'openai:NAME', ends: 2027-01-31, source: 'in words', successor: NAME}]"
