"""The features that a monitor watches: declared ones, and what is derived of texts."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lensops.drift import text
from lensops.drift.binning import Measure
from lensops.drift.engine import DURATION, NESTED, NUMBER, TEXT, TIME, UNKNOWN, Engine, Rows
from lensops.drift.readability import Readability, kind_of_texts
from lensops.errors import UserError
from lensops.manifest.drift import Bands, Feature, Monitor

ANY_KIND = (None, "evidently")  # what is declared of a feature whose kind follows from the data


@dataclass(frozen=True, slots=True)
class Watched:
    """One measure with the feature of the manifest that declares it, and its bands."""

    measure: Measure
    feature: Feature
    bands: Bands


def watch_features(monitor: Monitor, engine: Engine, rows: Rows) -> list[Watched]:
    """The measures of a monitor; kinds that are not declared follow from the baseline's data.

    Raises `UserError` for a column that is not there, or whose kind the data leaves open.
    """
    kinds = require_columns(monitor, engine, rows, "the baseline")
    open_kinds = [
        column_measure(name, feature, NUMBER)
        for name, feature in monitor.features.items()
        if _kind_is_open(feature) and kinds[feature.column or name] == TEXT
    ]
    readable = engine.readable(rows, open_kinds) if open_kinds else {}
    watched: list[Watched] = []
    for name, feature in monitor.features.items():
        kind = _kind(name, feature, kinds[feature.column or name], readable)
        bands = feature.bands or monitor.bands
        watched += [
            Watched(measure, feature, bands) for measure in measures_of(name, feature, kind)
        ]
    _require_distinct_names(watched)
    return watched


def measures_of(name: str, feature: Feature, kind: str) -> list[Measure]:
    """The measures of a feature: itself, or what is derived of its texts."""
    if kind == TEXT:
        return text.text_measures(name, feature.column or name)
    return [column_measure(name, feature, kind)]


def column_measure(name: str, feature: Feature, kind: str) -> Measure:
    """A column's own values."""
    column, missing = feature.column or name, tuple(feature.missing)
    return Measure(name, column, kind, missing=missing, decimal=feature.decimal)


def require_columns(monitor: Monitor, engine: Engine, rows: Rows, window: str) -> dict[str, str]:
    """The kinds of a window's columns, after a look that every column is there."""
    kinds = dict(engine.columns(rows))
    features = {f.column or name for name, f in monitor.features.items()}
    conditions = [name for name, _ in rows.where]
    extra = [name for name in (rows.time, monitor.by) if name is not None]
    for name in (*sorted(features), *conditions, *extra):
        if name not in kinds:
            raise _no_column(name, kinds, rows, window)
    return kinds


def _kind_is_open(feature: Feature) -> bool:
    return feature.kind is None and feature.chosen in ANY_KIND


def _require_values(column: str, column_kind: str) -> None:
    """Raise `UserError` for a column of what has no spelling to count it by."""
    if column_kind == NESTED:
        raise UserError(
            f"column {column!r} holds lists, objects or bytes",
            "watch what can be counted of them, such as a field (`user.age`) or a length",
        )
    if column_kind == DURATION:
        raise UserError(
            f"column {column!r} holds durations, which each format writes in its own way",
            "write them as numbers, such as seconds, or make such a column in a view",
        )


def _kind(
    name: str, feature: Feature, column_kind: str, readable: Mapping[str, Readability]
) -> str:
    _require_values(feature.column or name, column_kind)
    if feature.kind is not None:
        return feature.kind
    if feature.chosen in {"uniform", "quantile", "edges"}:
        return "number"
    if feature.chosen == "categories":
        return "category"
    if column_kind == TIME:
        raise UserError(
            f"column {feature.column or name!r} holds timestamps",
            "watch numbers, categories or texts, or declare `kind: category`",
        )
    if column_kind == UNKNOWN:
        raise UserError(
            f"column {feature.column or name!r} has a type that lensops does not know",
            "declare `kind: number` or `kind: category`, or cast it in a view",
        )
    if column_kind == TEXT:
        return kind_of_texts(feature.column or name, readable[name])
    return "number" if column_kind == NUMBER else "category"


def _require_distinct_names(watched: list[Watched]) -> None:
    names = Counter(item.measure.name for item in watched)
    if repeated := [name for name, count in names.items() if count > 1]:
        message = f"two features are called {repeated[0]!r}: one is a part of a text"
        raise UserError(message, "give the other one another name, with `column:`")


def _no_column(name: str, kinds: Iterable[str], rows: Rows, window: str) -> UserError:
    near = difflib.get_close_matches(name, list(kinds), n=1, cutoff=0.5)
    some = ", ".join(sorted(kinds)[:8])
    hint = f"did you mean {near[0]!r}?" if near else f"columns are: {some}"
    return UserError(f"{window} ({', '.join(rows.source)}) has no column {name!r}", hint)
