"""What all readers of releases share: strict values, and one sentence for what does not fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Number = Annotated[float, Field(allow_inf_nan=False)]


class Read(BaseModel):
    """A part of a release; keys of later versions are passed over."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, defer_build=True)


T = TypeVar("T", bound=Read)


def validate(model: type[T], body: Mapping[str, Any]) -> T:
    """The body as a model. Raises `ValueError` with the first thing that does not fit."""
    try:
        return model.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        raise ValueError(f"not a release: {where}: {first['msg'].lower()}") from None
