"""The features that a monitor watches: declared ones, and what is derived of texts."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from lensops.drift import text
from lensops.drift.engine import NUMBER, TEXT, TIME, Engine, Rows
from lensops.drift.layout import Measure
from lensops.errors import UserError
from lensops.manifest.drift import Bands, Feature, Monitor

MOSTLY = 0.9  # the share of readable numbers from which a text column is one of numbers
ANY_KIND = (None, "evidently")  # what is declared of a feature whose kind follows from the data


@dataclass(frozen=True, slots=True)
class Watched:
    """One measure with the feature of the manifest that asks for it, and its bands."""

    measure: Measure
    feature: Feature
    bands: Bands


def watched(monitor: Monitor, engine: Engine, rows: Rows) -> list[Watched]:
    """The measures of a monitor; kinds that are not declared follow from the baseline's data.

    Raises `UserError` for a column that is not there or holds no values that can be counted.
    """
    kinds = require(monitor, engine, rows, "the baseline")
    undecided = [
        column
        for name, feature in monitor.features.items()
        if feature.kind is None
        and feature.chosen in ANY_KIND
        and kinds[column := feature.column or name] == TEXT
    ]
    readable = engine.readable(rows, list(dict.fromkeys(undecided)))
    numeric = {name for name, (filled, ok) in readable.items() if filled and ok >= MOSTLY * filled}
    found: list[Watched] = []
    for name, feature in monitor.features.items():
        column = feature.column or name
        kind = _kind(feature, kinds[column], column, column in numeric)
        bands = feature.bands or monitor.bands
        made = text.measures(name, column) if kind == TEXT else [Measure(name, column, kind)]
        found += [Watched(measure, feature, bands) for measure in made]
    names = Counter(one.measure.name for one in found)
    if twice := [name for name, count in names.items() if count > 1]:
        words = f"two features are called {twice[0]!r}: one is a part of a text"
        raise UserError(words, "give the other one another name, with `column:`")
    return found


def require(monitor: Monitor, engine: Engine, rows: Rows, window: str) -> dict[str, str]:
    """The kinds of a window's columns, after a look that every column is there."""
    kinds = dict(engine.columns(rows))
    features = {f.column or name for name, f in monitor.features.items()}
    conditions = [name for name, _ in rows.where]
    others = [name for name in (rows.time, monitor.by) if name is not None]
    for name in (*sorted(features), *conditions, *others):
        if name not in kinds:
            raise _no_column(name, kinds, rows, window)
    return kinds


def _kind(feature: Feature, kind: str, column: str, numeric: bool) -> str:
    if feature.kind is not None:
        return feature.kind
    if feature.chosen in {"uniform", "quantile", "edges"}:
        return "number"
    if feature.chosen == "categories":
        return "category"
    if kind == TIME:
        raise UserError(
            f"column {column!r} holds timestamps",
            "watch numbers, categories or texts, or declare `kind: category`",
        )
    return "number" if kind == NUMBER or numeric else "category"


def _no_column(name: str, kinds: Iterable[str], rows: Rows, window: str) -> UserError:
    near = difflib.get_close_matches(name, list(kinds), n=1, cutoff=0.5)
    some = ", ".join(sorted(kinds)[:8])
    hint = f"did you mean {near[0]!r}?" if near else f"columns are: {some}"
    return UserError(f"{window} ({', '.join(rows.source)}) has no column {name!r}", hint)
