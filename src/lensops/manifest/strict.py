"""What all parts of the manifest share: strict values, and numbers that are numbers."""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict


class Strict(BaseModel):
    """A part of the manifest: unknown keys and wrong types are errors, values do not change.

    Its validator is built when it is first used, most often as a part of the whole manifest's.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("must be a number, not NaN or infinity")
    return value


Number = Annotated[float, AfterValidator(_finite)]
