"""Metrics: figures of a text against its references, one file each and one line below."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Protocol, cast

from lensops.errors import UserError
from lensops.manifest import suggestion

GROUP = "lensops.metrics"  # the entry point group through which packages add metrics
_HERE = "lensops.evals.metrics"
BUILT_IN = {  # loaded when a manifest weighs them
    "bleu": f"{_HERE}.bleu",
    "rouge_l": f"{_HERE}.rouge_l",
    "rouge_1": f"{_HERE}.rouge:rouge_1",
    "rouge_2": f"{_HERE}.rouge:rouge_2",
    "rouge_lsum": f"{_HERE}.rouge:rouge_lsum",
    "chrf": f"{_HERE}.chrf",
    "ter": f"{_HERE}.ter",
}
PARTS = ("judge", "checks")  # weighted like metrics, but made elsewhere


@dataclass(frozen=True, slots=True)
class Unscored:
    """There is no figure, which is not zero; `reason` gives why and what fixes it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Flawed:
    """The output is not what was asked for, such as text in place of JSON: every figure is 0."""

    reason: str


class Metric(Protocol):
    """A module of this folder, an object in one, or an object that a package registers."""

    @property
    def needs_reference(self) -> bool:
        """Whether cases must have a reference."""

    def signature(self, tokenizer: str) -> str:
        """Name, settings and version: two figures with equal signatures may be compared."""

    def score(self, text: str, references: Sequence[str], tokenizer: str) -> float | Unscored:
        """The figure from 0 to 1, or why there is none."""


def metric_names() -> tuple[str, ...]:
    """All names that `weights` may hold, without loading any package."""
    added = {point.name for point in entry_points(group=GROUP)}
    return (*BUILT_IN, *PARTS, *sorted(added - set(BUILT_IN)))


def metric_fault(name: str) -> tuple[str, str] | None:
    """What is wrong with a name in `weights`, and what fixes it."""
    if name in BUILT_IN or name in PARTS:
        return None
    names = metric_names()
    if name in names:
        return None
    return f"there is no metric {name!r}", suggestion(name, names) or "known: " + ", ".join(names)


def find_metrics(names: Iterable[str]) -> dict[str, Metric]:
    """The metrics of a suite by name. Raises `UserError` for one that is unknown or broken."""
    return {name: _find(name) for name in names if name not in PARTS}


def figure_of(metric: Metric, text: str, references: Sequence[str], tokenizer: str) -> Any:
    """The figure of a metric as a float, or `Unscored`; never NaN, never outside 0 to 1."""
    if metric.needs_reference and not references:
        return Unscored("the case has no reference")
    figure = metric.score(text, references, tokenizer)
    if isinstance(figure, Unscored) or (type(figure) is float and 0.0 <= figure <= 1.0):
        return figure
    if not math.isfinite(figure) or not -1e-9 <= figure <= 1 + 1e-9:
        return Unscored(f"the metric gave {figure}, which is not between 0 and 1")
    return min(max(float(figure), 0.0), 1.0)


def _find(name: str) -> Metric:
    if name in BUILT_IN:
        return _load(EntryPoint(name, BUILT_IN[name], GROUP))
    if fault := metric_fault(name):
        raise UserError(*fault)
    return _load(next(point for point in entry_points(group=GROUP) if point.name == name))


def _load(point: EntryPoint) -> Metric:
    try:
        return cast("Metric", point.load())
    except Exception as error:  # noqa: BLE001  # a package's code may fail in any way
        raise UserError(
            f"metric {point.name!r} of {point.value} cannot be loaded: {error}",
            "fix or update the package that registers it",
        ) from None
