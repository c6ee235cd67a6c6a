"""A baseline's profile: bins, counts and shapes in a few KB, so that later runs read no rows."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from lensops.drift.binning import Binning, Counts, Measure, Tally, vector
from lensops.drift.features import Watched, measures_of
from lensops.drift.prepare import Baseline, FeatureBaseline, refuse_profile
from lensops.drift.shape import Shape
from lensops.errors import UserError
from lensops.manifest.drift import Monitor
from lensops.prompts import digest

SCHEMA: Final = "lensops/profile/v3"
_MEASURE, _BINNING = TypeAdapter(Measure), TypeAdapter(Binning)
_SHAPE = TypeAdapter(Shape)
_COUNTS: TypeAdapter[Counts] = TypeAdapter(Counts)
_UNSOUND = (
    ValidationError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)


def settings_digest(monitor: Monitor) -> str:
    """The digest of what a profile depends on: the window, the filter, the features' bins."""
    parts = {"data", "baseline", "time", "timezone", "where", "by", "connection", "table"}
    body = monitor.model_dump(mode="json", by_alias=True, include=parts)
    body["features"] = {
        name: feature.model_dump(mode="json", exclude={"bands"})
        for name, feature in monitor.features.items()
    }
    return digest("profile", body)


def dump_profile(name: str, monitor: Monitor, baseline: Baseline) -> bytes:
    """The profile of a monitor's baseline as JSON."""
    body = {
        "schema": SCHEMA,
        "monitor": name,
        "settings": settings_digest(monitor),
        "rows": baseline.rows,
        "date": baseline.date,
        "fingerprint": baseline.fingerprint,
        "segments": list(baseline.segments),
        "features": [_feature_data(feature) for feature in baseline.features],
        "tallies": [
            [segment, {measure: asdict(counts) for measure, counts in tally.items()}]
            for segment, tally in baseline.tallies.items()
        ],
    }
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return (_broken_lines(text) + "\n").encode()


def load_profile(data: bytes, path: str, monitor: Monitor) -> Baseline:
    """The baseline that a profile holds.

    Raises `UserError` when it is no profile, or one of other settings than the monitor's.
    """
    again = "write it anew with `lensops drift profile`"
    try:
        body = json.loads(data)
        if not isinstance(body, dict) or body.get("schema") != SCHEMA:
            raise UserError(f"{path} is no profile of a baseline, or one of another version", again)
        if body["settings"] != settings_digest(monitor):
            problem = f"{path} was made for another window or other features than the manifest has"
            raise UserError(problem, again)
        return _baseline(body, monitor)
    except _UNSOUND:
        raise UserError(f"{path} is no sound profile of a baseline", again) from None


def _broken_lines(text: str) -> str:
    """The JSON text with each feature and each tally on a line of its own."""
    for start in ('{"binning"', '"features"', '"tallies"', '"fingerprint"'):
        text = text.replace(f" {start}", f"\n{start}")
    return text


def _feature_data(feature: FeatureBaseline) -> dict[str, Any]:
    return {
        "measure": asdict(feature.measure),
        "binning": asdict(feature.binning) if feature.binning else None,
        "shape": asdict(feature.shape) if feature.shape else None,
    }


def _baseline(body: dict[str, Any], monitor: Monitor) -> Baseline:
    features = tuple(_feature(data, monitor) for data in body["features"])
    tallies: dict[str | None, Tally] = {
        segment: {name: _COUNTS.validate_python(counts) for name, counts in tally.items()}
        for segment, tally in body["tallies"]
    }
    for feature in features:
        for tally in tallies.values():
            if feature.binning is not None:
                vector(tally[feature.measure.name], feature.binning)  # raises where they do not fit
    return Baseline(
        rows=int(body["rows"]),
        features=features,
        tallies=tallies,
        segments=tuple(body["segments"]),
        date=body["date"],
        fingerprint=str(body["fingerprint"]),
    )


def _feature(body: dict[str, Any], monitor: Monitor) -> FeatureBaseline:
    measure = _MEASURE.validate_python(body["measure"])
    declared = measure.name in monitor.features
    name = measure.name if declared else measure.name.rpartition(".")[0]
    feature = monitor.features[name]
    if measure not in measures_of(name, feature, measure.kind if declared else "text"):
        raise ValueError(measure.name)
    watched = Watched(measure, feature, feature.bands or monitor.bands)
    refuse_profile(watched)
    binning, shape = body["binning"], body["shape"]
    return FeatureBaseline(
        watched,
        _BINNING.validate_python(binning) if binning else None,
        _SHAPE.validate_python(shape) if shape else None,
    )
