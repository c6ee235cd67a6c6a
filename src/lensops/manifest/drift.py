"""The `drift:` section of the manifest: windows of data, features, recipes and bands."""

from __future__ import annotations

import itertools
from datetime import datetime
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from lensops.manifest.entries import Name
from lensops.manifest.strict import Number, RelativePath, Strict


def _moment(value: str) -> str:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("must be a date or an ISO timestamp, such as 2026-01-31") from None
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):  # a folder of zones is an OSError
        raise ValueError("must be a time zone, such as UTC or Europe/Berlin") from None
    return value


Limit = Annotated[Number, Field(gt=0)]
Moment = Annotated[str, AfterValidator(_moment)]
Zone = Annotated[str, AfterValidator(_zone)]
Scalar = str | int | float | bool
OneOf = Annotated[tuple[Scalar, ...], Field(strict=False, min_length=1)]
Files = RelativePath | Annotated[tuple[RelativePath, ...], Field(strict=False, min_length=1)]


class _Strict(Strict):
    model_config = ConfigDict(populate_by_name=True)


class Bands(_Strict):
    """PSI above `warning` warns, above `critical` is critical."""

    warning: Limit = 0.10
    critical: Limit = 0.20

    @model_validator(mode="after")
    def _limits_rise(self) -> Self:
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
    bins: Annotated[int, Field(ge=2, le=1000)] = Field(
        10, description="Cells of uniform and quantile; the most categories with a cell (50)."
    )
    missing: tuple[str, ...] = Field(
        (), strict=False, description="Texts that stand for no value, such as NA."
    )
    decimal: Literal[".", ","] = Field(".", description="The decimal sign of numbers in texts.")
    bands: Bands | None = None

    @model_validator(mode="after")
    def _numbers_rise(self) -> Self:
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

    @model_validator(mode="after")
    def _nothing_is_ignored(self) -> Self:
        for key, readers in _READERS.items():
            if key in self.model_fields_set and self.chosen not in readers:
                raise ValueError(f"`{key}` means nothing to {self._recipe_text}")
        if self.kind == "text" and self.recipe is not None:
            raise ValueError("`recipe` means nothing to kind text")
        if self.kind == "text" and (self.missing or self.decimal != "."):
            raise ValueError("`missing` and `decimal` mean nothing to kind text")
        if (self.kind, self.chosen) in _MISMATCHED:
            raise ValueError(f"recipe {self.chosen} does not count kind {self.kind}")
        return self

    @property
    def chosen(self) -> str | None:
        """The recipe that is declared, or follows from the other keys; None: from the data."""
        by_key = {"uniform": self.range is not None, "edges": self.edges is not None}
        implied = next((name for name, declared in by_key.items() if declared), None)
        return self.recipe or implied or _OF_KIND.get(self.kind or "")

    @property
    def _recipe_text(self) -> str:
        return "kind text" if self.kind == "text" else f"recipe {self.chosen}"


_OF_KIND = {"number": "quantile", "category": "categories", "text": "text"}
_READERS = {
    "range": ("uniform",),
    "edges": ("edges",),
    "bins": ("uniform", "quantile", "categories", "text", None),
}
_MISMATCHED = {
    ("number", "categories"),
    *(("category", recipe) for recipe in ("uniform", "quantile", "edges")),
    *(("text", recipe) for recipe in ("uniform", "edges")),
}


class Window(_Strict):
    """Some rows of the data: by time, by a filter, or both; half-open in UTC, from ≤ t < to."""

    data: Files | None = Field(None, description="Files of this window; default: `data`.")
    table: str | None = Field(
        None, min_length=1, description="The table of this window; default: `table`."
    )
    start: Moment | None = Field(None, alias="from")
    to: Moment | None = None
    last: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,5}[hdw]$")] | None = Field(
        None, description="Counted back from the newest row: `7d`, `24h`, `4w`."
    )
    where: dict[str, Scalar | OneOf | Span] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.last is not None and (self.start is not None or self.to is not None):
            raise ValueError("has `last` or `from` and `to`, not both")
        return self

    @property
    def timed(self) -> bool:
        """Whether a column of timestamps decides."""
        return self.last is not None or self.start is not None or self.to is not None


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

    data: Files | None = Field(None, description="Files that windows are cut from.")
    connection: str | None = Field(None, description="URL of another engine; ${NAME} allowed.")
    table: str | None = Field(
        None, min_length=1, description="The table to read over `connection`."
    )
    baseline: Files | Window | None = None
    current: Files | Window | None = None
    profile: RelativePath | None = Field(
        None, description="Baseline profile written by `drift profile`."
    )
    time: str | None = Field(None, description="The column of timestamps.")
    timezone: Zone | None = Field(None, description="Zone of naive timestamps, such as UTC.")
    where: dict[str, Scalar | OneOf | Span] = Field(
        default_factory=dict, description="Only these rows: a value, a list of values, or bounds."
    )
    by: str | None = Field(None, description="The column whose values are segments.")
    features: dict[str, Feature] = Field(min_length=1)
    bands: Bands = Bands.model_construct()
    gate: DriftGate = DriftGate.model_construct()
    inconclusive: Literal["warn", "fail"] = "warn"
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95

    @property
    def paths(self) -> tuple[str, ...]:
        """The files, folders and patterns that it reads."""
        windows = (w.data if isinstance(w, Window) else w for w in (self.baseline, self.current))
        declared = [files for files in (self.data, self.profile, *windows) if files is not None]
        return tuple(
            path for files in declared for path in ([files] if isinstance(files, str) else files)
        )

    @model_validator(mode="after")
    def _two_windows(self) -> Self:
        if self.baseline is None and self.profile is None:
            raise ValueError("needs `baseline` (or a `profile` of it)")
        if self.current is None:
            raise ValueError("needs `current`")
        return self

    @model_validator(mode="after")
    def _windows_have_their_source(self) -> Self:
        cut = [w for w in (self.baseline, self.current) if isinstance(w, Window)]
        if any(window.timed for window in cut) and self.time is None:
            raise ValueError("windows by time need `time: <column>`")
        tables = [self.table, *(window.table for window in cut)]
        if self.connection is None and any(tables):
            raise ValueError("`table` needs `connection`")
        if self.connection is not None and not self._all_tables():
            raise ValueError("`connection` needs `table`, of the monitor or of each window")
        if self.connection is None and any(w.data is None for w in cut) and self.data is None:
            raise ValueError("this window needs `data: <files>` (or `connection` and `table`)")
        return self

    def _all_tables(self) -> bool:
        windows = [w for w in (self.baseline, self.current) if w is not None]
        return self.table is not None or all(
            isinstance(window, Window) and window.table is not None for window in windows
        )


MONITORS = dict[Name, Monitor]  # by name
