"""The `drift:` section of the manifest: windows of data, features, recipes and bands."""

from __future__ import annotations

import itertools
import math
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from lensops.manifest.paths import RelativePath


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("must be a number, not NaN or infinity")
    return value


Number = Annotated[float, AfterValidator(_finite)]
Limit = Annotated[float, AfterValidator(_finite), Field(gt=0)]
Scalar = str | int | float | bool
OneOf = Annotated[tuple[Scalar, ...], Field(strict=False, min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True)


class Bands(_Strict):
    """PSI above `warning` warns, above `critical` is critical."""

    warning: Limit = 0.10
    critical: Limit = 0.20

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.warning > self.critical:
            raise ValueError("warning must not be above critical")
        return self


class Feature(_Strict):
    """One column and the recipe of its cells; `{}` finds the kind and uses deciles."""

    column: str | None = Field(None, description="The column's name; default: the feature's.")
    kind: Literal["number", "category", "text"] | None = None
    recipe: Literal["uniform", "quantile", "edges", "categories", "evidently"] | None = None
    range: tuple[Number, Number] | None = Field(None, strict=False)
    edges: tuple[Number, ...] | None = Field(None, strict=False, min_length=2)
    bins: Annotated[int, Field(ge=2, le=1000)] = 10
    bands: Bands | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        numbers = self.edges or self.range or ()
        if any(low >= high for low, high in itertools.pairwise(numbers)):
            raise ValueError("edges and range must rise")
        return self

    @model_validator(mode="after")
    def _recipe_has_its_numbers(self) -> Self:
        if self.range is not None and self.edges is not None:
            raise ValueError("has `range` or `edges`, not both")
        if self.recipe == "uniform" and self.range is None:
            raise ValueError("recipe uniform needs `range: [low, high]`")
        if self.recipe == "edges" and self.edges is None:
            raise ValueError("recipe edges needs `edges: [...]`")
        return self


class Between(_Strict):
    """Half-open in UTC: from ≤ t < to; dates or ISO timestamps."""

    start: str | None = Field(None, alias="from")
    to: str | None = None


class Last(_Strict):
    """The newest stretch of time, counted back from the newest row: `7d`, `24h`, `4w`."""

    last: Annotated[str, Field(pattern=r"^[1-9][0-9]*[hdw]$")]


class Span(_Strict):
    """A condition of `where`: bounds, both included."""

    min: Scalar | None = None
    max: Scalar | None = None


class DriftGate(_Strict):
    """When drift fails the gate."""

    on: Literal["critical", "warning"] = "critical"
    evidence: Literal["confirmed", "any"] = "confirmed"


class Monitor(_Strict):
    """One comparison of a baseline window with a current one."""

    data: RelativePath | None = Field(
        None, description="Files that windows by `time` are cut from."
    )
    connection: str | None = Field(None, description="URL of another engine; ${NAME} allowed.")
    table: str | None = Field(None, description="The table to read over `connection`.")
    baseline: RelativePath | Between | None = None
    current: RelativePath | Between | Last | None = None
    profile: RelativePath | None = Field(
        None, description="Baseline profile written by `drift profile`."
    )
    time: str | None = Field(None, description="The column of timestamps.")
    timezone: str | None = Field(None, description="Zone of naive timestamps, such as UTC.")
    where: dict[str, Scalar | OneOf | Span] = Field(
        default_factory=dict, description="Only these rows: a value, a list of values, or bounds."
    )
    by: str | None = Field(None, description="The column whose values are segments.")
    features: dict[str, Feature] = Field(min_length=1)
    bands: Bands = Bands()
    gate: DriftGate = DriftGate()
    inconclusive: Literal["warn", "fail"] = "warn"
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95

    @model_validator(mode="after")
    def _two_windows(self) -> Self:
        if self.baseline is None and self.profile is None:
            raise ValueError("needs `baseline` (or a `profile` of it)")
        if self.current is None:
            raise ValueError("needs `current`")
        return self

    @model_validator(mode="after")
    def _windows_have_their_source(self) -> Self:
        cut = [w for w in (self.baseline, self.current) if w is not None and not isinstance(w, str)]
        if cut and self.time is None:
            raise ValueError("windows by time need `time: <column>`")
        if cut and self.data is None and self.table is None:
            raise ValueError("windows by time need `data: <files>` (or `connection` and `table`)")
        if (self.connection is None) != (self.table is None):
            raise ValueError("`connection` and `table` belong together")
        return self
