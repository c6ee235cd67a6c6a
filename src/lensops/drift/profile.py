"""A baseline's profile: edges, counts and shapes in a few KB, so that later runs read no rows."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from lensops.drift import text
from lensops.drift.baseline import Baseline, Ready, refuse_alone
from lensops.drift.features import Watched
from lensops.drift.layout import Counts, Layout, Measure
from lensops.drift.shape import Shape
from lensops.errors import UserError
from lensops.manifest.drift import Monitor
from lensops.prompts import digest

SCHEMA: Final = "lensops/profile/v1"
_MEASURE, _LAYOUT = TypeAdapter(Measure), TypeAdapter(Layout)
_UNSOUND = (
    ValidationError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)
_SHAPE, _COUNTS = TypeAdapter(Shape), TypeAdapter(Counts)


def settings(monitor: Monitor) -> str:
    """The digest of what a profile depends on: the window, the filter, the features' cells."""
    parts = {"data", "baseline", "time", "timezone", "where", "by", "connection", "table"}
    body = monitor.model_dump(mode="json", by_alias=True, include=parts)
    body["features"] = {
        name: feature.model_dump(mode="json", exclude={"bands"})
        for name, feature in monitor.features.items()
    }
    return digest("profile", body)


def dumped(name: str, monitor: Monitor, baseline: Baseline) -> bytes:
    """The profile of a monitor's baseline as JSON."""
    body = {
        "schema": SCHEMA,
        "monitor": name,
        "settings": settings(monitor),
        "rows": baseline.rows,
        "date": baseline.date,
        "fingerprint": baseline.fingerprint,
        "segments": list(baseline.segments),
        "features": [_feature(ready) for ready in baseline.features],
        "tallies": [
            [segment, {measure: asdict(counts) for measure, counts in tally.items()}]
            for segment, tally in baseline.tallies.items()
        ],
    }
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1)
    return (text + "\n").encode()


def loaded(data: bytes, path: str, monitor: Monitor) -> Baseline:
    """The baseline that a profile holds.

    Raises `UserError` when it is no profile, or one of other settings than the monitor's.
    """
    again = "write it anew with `lensops drift profile`"
    try:
        body = json.loads(data)
        if not isinstance(body, dict) or body.get("schema") != SCHEMA:
            raise UserError(f"{path} is no profile of a baseline", again)
        if body["settings"] != settings(monitor):
            words = f"{path} was made for another window or other features than the manifest has"
            raise UserError(words, again)
        return _baseline(body, monitor)
    except _UNSOUND:
        raise UserError(f"{path} is no sound profile of a baseline", again) from None


def _feature(ready: Ready) -> dict[str, Any]:
    return {
        "measure": asdict(ready.measure),
        "layout": asdict(ready.layout) if ready.layout else None,
        "shape": asdict(ready.shape) if ready.shape else None,
    }


def _baseline(body: dict[str, Any], monitor: Monitor) -> Baseline:
    features = tuple(_ready(each, monitor) for each in body["features"])
    tallies = {
        segment: {name: _COUNTS.validate_python(each) for name, each in tally.items()}
        for segment, tally in body["tallies"]
    }
    for ready in features:
        for tally in tallies.values():
            if ready.layout is not None:
                tally[ready.measure.name].vector(ready.layout)  # raises where they do not fit
    return Baseline(
        rows=int(body["rows"]),
        features=features,
        tallies=tallies,
        segments=tuple(body["segments"]),
        date=body["date"],
        fingerprint=str(body["fingerprint"]),
    )


def _ready(body: dict[str, Any], monitor: Monitor) -> Ready:
    measure = _MEASURE.validate_python(body["measure"])
    own = measure.name in monitor.features
    name = measure.name if own else measure.name.rpartition(".")[0]
    feature = monitor.features[name]
    column = feature.column or name
    known = [Measure(name, column, measure.kind)] if own else text.measures(name, column)
    if measure not in known:
        raise ValueError(measure.name)
    watched = Watched(measure, feature, feature.bands or monitor.bands)
    refuse_alone(watched)
    layout, shape = body["layout"], body["shape"]
    return Ready(
        watched,
        _LAYOUT.validate_python(layout) if layout else None,
        _SHAPE.validate_python(shape) if shape else None,
    )
