"""Strict values that all parts of the manifest are made of, and sections that load when needed."""

from __future__ import annotations

import math
from functools import cached_property
from importlib import import_module
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from lensops.manifest.paths import inside, with_version


class Strict(BaseModel):
    """A part of the manifest: unknown keys and wrong types are errors, values do not change.

    Its validator is built when it is first used, most often as a part of the whole manifest's.
    Defaults that are parts come from `model_construct`, which builds none.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("must be a number, not NaN or infinity")
    return value


Number = Annotated[float, AfterValidator(_finite)]
RelativePath = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(inside)]
VersionPath = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(with_version)]


class Section:
    """Stands for a type of another file of this folder; a tenth of a short command is to build one.

    In `Annotated[Any, Section(file, name)]`, pydantic validates by that type, and its faults and
    its JSON Schema are those of that type.
    """

    def __init__(self, file: str, name: str) -> None:
        self._file, self._name = file, name

    @property
    def type(self) -> Any:
        """The type, such as `dict[Name, Monitor]`."""
        return getattr(import_module(f"lensops.manifest.{self._file}"), self._name)

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        return TypeAdapter(self.type, config=ConfigDict(strict=True))

    def _validate(self, value: Any) -> Any:
        return self._adapter.validate_python(value)

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self._validate)

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> JsonSchemaValue:
        described: JsonSchemaValue = handler(self._adapter.core_schema)
        return described


def type_of(field: Any) -> Any:
    """The type of a pydantic field, that of a section loaded."""
    section = next((item for item in field.metadata if isinstance(item, Section)), None)
    return field.annotation if section is None else section.type
