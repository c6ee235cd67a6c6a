"""Releases that lensops 0.1 wrote: other keys, other digests, any text between braces."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import Field

from lensops.prompts import Message, Prompt, ResponseFormat, digest
from lensops.prompts.template import Template
from lensops.release.body import Number, Read, validate
from lensops.release.value import SCHEMA, Release

_KEY = "output_schema"  # of a prompt; later releases have `response_format` instead
_CONTENT = ("messages", "model", "parameters", _KEY)
_VARIABLE = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")


class _Message(Read):
    role: str
    content: str


class _Prompt(Read):
    version: str
    messages: list[_Message]
    model: str | None = None
    parameters: dict[str, Any] = Field(default_factory=dict)
    output_schema: dict[str, Any] | None = None

    def value(self) -> Prompt:
        schema = self.output_schema
        return Prompt(
            self.version,
            tuple(Message(m.role, _spelling(m.content)) for m in self.messages),
            self.model,
            self.parameters,
            None if schema is None else ResponseFormat(schema),
        )

    def body(self) -> dict[str, Any]:
        """The prompt as 0.1 wrote it, with the digest that it must have."""
        whole = self.model_dump()
        names = {name for m in self.messages for name in _VARIABLE.findall(m.content)}
        content = {key: whole[key] for key in _CONTENT}
        return {**whole, "digest": digest("prompt", content), "variables": sorted(names)}


class _Release(Read):
    project: str
    prompts: dict[str, _Prompt]
    thresholds: dict[str, Number] = Field(default_factory=dict)
    bands: dict[str, Number] = Field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """The release as 0.1 wrote it, with the digest that it must have."""
        prompts = {name: prompt.body() for name, prompt in self.prompts.items()}
        served = {
            name: {"version": prompt["version"], "digest": prompt["digest"]}
            for name, prompt in prompts.items()
        }
        limits = {"thresholds": self.thresholds, "bands": self.bands}
        summary = {"project": self.project, "prompts": served, **limits}
        whole = digest("release", summary)
        return {**summary, "prompts": prompts, "digest": whole, "schema": SCHEMA}


def parse_legacy(body: Mapping[str, Any]) -> Release:
    """The release of a body of 0.1. Raises `ValueError` when it is none."""
    read = validate(_Release, body)
    prompts = {name: prompt.value() for name, prompt in read.prompts.items()}
    return Release(read.project, prompts, read.thresholds, read.bands, written=read.body())


def _spelling(content: str) -> str:
    """A text of 0.1, which knew no escapes, as a template."""
    return str(Template(tuple(_VARIABLE.split(content))))
