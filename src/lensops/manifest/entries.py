"""Entries of prompts and fragments in a manifest, and the types that variables may have."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic import Strict as Strictness

from lensops.manifest.names import check_name, check_prompt_name
from lensops.manifest.strict import Strict, VersionPath

TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list, tuple),
    "object": (dict,),
}


def fits_type(name: str, value: Any) -> bool:
    """Whether a value is of a type; a boolean is no number."""
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, TYPES[name])


VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}\Z")


def _variable_name(value: str) -> str:
    if not VARIABLE.match(value):
        raise ValueError("must be a letter or '_' and then letters, digits and '_'")
    return value


Name = Annotated[str, AfterValidator(check_name)]
PromptName = Annotated[str, AfterValidator(check_prompt_name)]
VariableName = Annotated[str, AfterValidator(_variable_name)]


class Variable(Strict):
    """A variable that the application passes to a prompt."""

    type: Literal["string", "integer", "number", "boolean", "array", "object"] | None = None
    example: Any = Field(None, description="A value, for those who read the manifest.")

    @model_validator(mode="after")
    def _example_fits(self) -> Self:
        if self.type and self.example is not None and not fits_type(self.type, self.example):
            raise ValueError(f"example: is not of type {self.type}")
        return self


class PromptEntry(Strict):
    """One prompt family of `prompts/<name>/`, or where `path` says."""

    active: Name = Field(description="The version that targets should serve.")
    path: VersionPath | None = Field(
        None, description="Where its versions lie, such as app/prompts/system_{version}.yaml."
    )
    template: Literal["mustache", "f-string"] | None = Field(
        None, description="How its texts name variables: {{ name }} or {name}."
    )
    variables: (
        Annotated[tuple[VariableName, ...], Strictness(False)]
        | dict[VariableName, Variable | None]
        | None
    ) = Field(None, description="What the application passes: names, or names with types.")
    renamed_from: PromptName | None = Field(
        None, description="The earlier name of the prompt, so that its history goes on."
    )

    @property
    def interface(self) -> dict[str, Variable] | None:
        """The declared variables by name; None when none are declared."""
        if self.variables is None:
            return None
        if isinstance(self.variables, tuple):
            return {name: Variable() for name in self.variables}
        return {name: entry or Variable() for name, entry in self.variables.items()}


class FragmentEntry(Strict):
    """Shared text in `prompts/_fragments/<name>/`, which prompts name as `{{> name}}`."""

    active: Name = Field(description="The version that releases are built with.")
