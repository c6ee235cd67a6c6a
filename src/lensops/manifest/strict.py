"""What all parts of the manifest share: strict values, numbers that are numbers, paths inside."""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

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
