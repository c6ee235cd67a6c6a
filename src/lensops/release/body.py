"""Read a release back from JSON values that anybody may have edited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lensops.prompts import Message, Prompt
from lensops.release.value import Release

Number = Annotated[float, Field(allow_inf_nan=False)]


class _Read(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class _Message(_Read):
    role: str
    content: str


class _Prompt(_Read):
    version: str
    messages: list[_Message]
    model: str | None = None
    parameters: dict[str, Any] = {}
    output_schema: dict[str, Any] | None = None

    def value(self) -> Prompt:
        messages = tuple(Message(m.role, m.content) for m in self.messages)
        return Prompt(self.version, messages, self.model, self.parameters, self.output_schema)


class _Release(_Read):
    project: str
    prompts: dict[str, _Prompt]
    thresholds: dict[str, Number] = {}
    bands: dict[str, Number] = {}


def parse_release(body: Mapping[str, Any]) -> Release:
    """The release that a body holds, whatever digests it claims.

    Raises `ValueError` when the body is no release.
    """
    try:
        read = _Release.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        raise ValueError(f"not a release: {where}: {first['msg'].lower()}") from None
    prompts = {name: prompt.value() for name, prompt in read.prompts.items()}
    return Release(read.project, prompts, read.thresholds, read.bands)


def parse_verified(body: Mapping[str, Any]) -> Release:
    """The release of a `Release.body`. Raises `ValueError` when it is none, or was altered."""
    release = parse_release(body)
    if release.digest != body.get("digest"):
        raise ValueError("the content does not match its digest")
    return release
