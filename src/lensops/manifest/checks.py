"""Checks of an output that need no reference, as the manifest and the cases declare them."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from lensops.manifest.strict import RelativePath, Strict

Count = Annotated[int, Field(ge=0)]


class ToolCalled(Strict):
    """A tool that must be called, with these arguments among others."""

    name: str = Field(min_length=1)
    arguments: dict[str, Any] = Field(default_factory=dict)


class Check(Strict):
    """Exactly one key: what must hold of an output."""

    valid_json: bool | None = None
    json_schema: RelativePath | None = Field(None, description="Path of a JSON Schema file.")
    required_fields: tuple[str, ...] | None = Field(None, strict=False)
    min_chars: Count | None = None
    max_chars: Count | None = None
    min_words: Count | None = None
    max_words: Count | None = None
    contains: str | None = None
    not_contains: str | None = None
    regex: str | None = Field(
        None, description="A pattern that must be found, within a time limit."
    )
    equals: Any | None = None
    tool_called: ToolCalled | None = Field(None, description="A call that the output must make.")

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError("a check has exactly one key, such as `max_words: 40`")
        return self

    @property
    def kind(self) -> str:
        """The one key that is set, such as `max_words`."""
        return next(iter(self.model_fields_set))

    @property
    def argument(self) -> Any:
        """The value of that key."""
        return getattr(self, self.kind)
