"""Windows: which rows they hold, by time in UTC, by filter and by segment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lensops.drift.results import DriftReport
from lensops.errors import UserError
from support.drift import checked, monitor, write

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 30


def hourly(form: str = "%Y-%m-%dT%H:%M:%SZ", days: int = DAYS) -> dict[str, list[Any]]:
    """One row an hour; `x` counts the hours."""
    hours = range(days * 24)
    return {
        "t": [(BEGIN + timedelta(hours=at)).strftime(form) for at in hours],
        "x": list(hours),
        "region": ["north" if at % 3 else "south" for at in hours],
    }


def windowed(
    folder: Path, table: dict[str, list[Any]], ending: str = "csv", **keys: Any
) -> DriftReport:
    """A monitor whose windows are both cut from one file."""
    write(folder / f"all.{ending}", table)
    declared = {"data": f"all.{ending}", "time": "t", **keys}
    return checked(folder, monitor(**declared))


BOUNDS = [  # window, its rows
    ({"from": "2026-01-02", "to": "2026-01-03"}, 24),
    ({"from": "2026-01-02T00:00:00Z", "to": "2026-01-02T01:00:00Z"}, 1),
    ({"from": "2026-01-02T01:00:00+01:00", "to": "2026-01-03"}, 24),
    ({"to": "2026-01-02"}, 24),
    ({"from": "2026-01-30"}, 24),
    ({"last": "7d"}, 7 * 24),
    ({"last": "24h"}, 24),
    ({"last": "1w"}, 7 * 24),
    ({"last": "9w"}, DAYS * 24),
]


@pytest.mark.parametrize(("window", "rows"), BOUNDS)
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_windows_are_half_open_in_utc(
    tmp_path: Path, window: dict[str, str], rows: int, ending: str
) -> None:
    report = windowed(tmp_path, hourly(), ending, baseline={"to": "2026-01-08"}, current=window)
    assert (report.n_baseline, report.n_current) == (7 * 24, rows)
    assert report.baseline_date == "2026-01-07"


def test_naive_times_are_read_in_the_declared_zone(tmp_path: Path) -> None:
    """Midnight in Berlin is 23:00 UTC in winter."""
    table = hourly("%Y-%m-%d %H:%M:%S")
    keys = {"baseline": {"to": "2026-01-08"}, "current": {"from": "2026-01-10", "to": "2026-01-11"}}
    for zone in ("UTC", "Europe/Berlin"):
        report = windowed(tmp_path, table, timezone=zone, **keys)
        assert (report.n_baseline, report.n_current) == (7 * 24, 24)
    bound = {"from": "2026-01-10T00:00:00Z", "to": "2026-01-10T01:00:00Z"}
    report = windowed(
        tmp_path, table, timezone="Europe/Berlin", baseline={"to": "2026-01-08"}, current=bound
    )
    assert report.features[0].current_counts[-1] == 1
    assert sum(report.features[0].current_counts) == 1  # 01:00 of Berlin


def test_naive_timestamps_of_parquet_need_a_zone_too(tmp_path: Path) -> None:
    times = np.datetime64("2026-01-01T00", "us") + np.arange(48).astype("m8[h]")
    table: dict[str, Any] = {"t": times, "x": np.arange(48)}
    keys = {"baseline": {"to": "2026-01-02"}, "current": {"from": "2026-01-02"}}
    with pytest.raises(UserError, match="do not say their time zone"):
        windowed(tmp_path, table, "parquet", **keys)
    report = windowed(tmp_path, table, "parquet", timezone="UTC", **keys)
    assert (report.n_baseline, report.n_current) == (24, 24)


def test_dates_are_days_of_the_zone(tmp_path: Path) -> None:
    table = hourly("%Y-%m-%d")
    keys = {"baseline": {"to": "2026-01-08"}, "current": {"last": "2d"}}
    report = windowed(tmp_path, table, timezone="UTC", **keys)
    assert (report.n_current, report.current_date) == (2 * 24, "2026-01-30")


def test_a_baseline_without_an_end_stops_where_the_current_window_begins(tmp_path: Path) -> None:
    report = windowed(tmp_path, hourly(), baseline={"from": "2026-01-01"}, current={"last": "7d"})
    assert report.n_current == 7 * 24
    assert report.n_baseline == (DAYS - 7) * 24


def test_rows_without_a_time_are_said(tmp_path: Path) -> None:
    table = hourly()
    table["t"][5:8] = ["", "soon", "2026-13-99T00:00:00Z"]
    report = windowed(tmp_path, table, baseline={"to": "2026-01-08"}, current={"last": "7d"})
    assert report.n_baseline == 7 * 24 - 3
    assert report.notes == ("3 rows of all.csv have no readable time and are in no window",)


FILTERS = [
    ({"region": "south"}, 240),
    ({"region": ["south", "north"]}, 720),
    ({"region": "west"}, 0),
    ({"x": {"min": 10, "max": 19}}, 10),
    ({"x": 7}, 1),
    ({"region": "south", "x": {"max": 29}}, 10),
    ({"t": {"min": "2026-01-29", "max": "2026-01-30"}}, 24),
]


@pytest.mark.parametrize(("where", "rows"), FILTERS)
@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_a_filter_keeps_rows_by_value_list_or_bounds(
    tmp_path: Path, where: dict[str, Any], rows: int, ending: str
) -> None:
    write(tmp_path / f"all.{ending}", hourly())
    keys = {"baseline": f"all.{ending}", "current": {"data": f"all.{ending}", "where": where}}
    assert checked(tmp_path, monitor(**keys)).n_current == rows
    keys = {"baseline": f"all.{ending}", "current": f"all.{ending}", "where": where}
    assert checked(tmp_path, monitor(**keys)).n_baseline == rows


def _segmented(folder: Path, current: dict[str, list[Any]]) -> DriftReport:
    rng = np.random.default_rng(1)
    x = rng.normal(0, 1, 2000)
    write(folder / "baseline.csv", {"x": x, "region": ["north", "south"] * 1000})
    write(folder / "current.csv", current)
    return checked(folder, monitor(by="region"))


def test_each_segment_has_its_report(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(0, 1, 2002)
    x[1:2000:2] += 2
    regions: list[Any] = [*["north", "south"] * 1000, "west", None]
    report = _segmented(tmp_path, {"x": x.tolist(), "region": regions})
    found = {
        each.segment: (each.n_baseline, each.n_current, each.status) for each in report.segments
    }
    assert found["north"] == (1000, 1000, "ok")
    assert found["south"] == (1000, 1000, "critical")
    assert found["others"][:2] == (0, 1)
    assert found["missing"][:2] == (0, 1)
    assert sum(each.n_current for each in report.segments) == report.n_current == 2002


def test_a_shift_within_segments_is_told_from_another_mix(tmp_path: Path) -> None:
    """The same values in other shares of segments are mix; other values are within."""
    rng = np.random.default_rng(3)
    north, south = rng.normal(-1, 1, 1000), rng.normal(1, 1, 1000)
    write(
        tmp_path / "baseline.csv",
        {"x": np.concatenate([north, south]), "region": ["north"] * 1000 + ["south"] * 1000},
    )
    mixed = {
        "x": np.concatenate([north[:400], south, south]),
        "region": ["north"] * 400 + ["south"] * 2000,
    }
    moved = {
        "x": np.concatenate([north + 1, south + 1]),
        "region": ["north"] * 1000 + ["south"] * 1000,
    }
    for table, larger in ((mixed, "mix"), (moved, "within")):
        write(tmp_path / "current.csv", table)
        found = checked(tmp_path, monitor(by="region")).features[0]
        assert found.split is not None
        assert found.psi == pytest.approx(found.split.mix + found.split.within)
        part = getattr(found.split, larger)
        assert part > 0.9 * found.psi


def test_a_segment_named_like_the_rest_is_told_once(tmp_path: Path) -> None:
    table = {"x": list(range(100)), "region": ["others", "missing"] * 50}
    write(tmp_path / "baseline.csv", table)
    write(tmp_path / "current.csv", table)
    names = [each.segment for each in checked(tmp_path, monitor(by="region")).segments]
    assert names == ["missing", "others"]


def test_text_features_are_counted(tmp_path: Path) -> None:
    baseline = ["A plain answer.", "Another one!", "```py\nx\n```", '{"a": 1}', "", None] * 40
    current = ["I'm sorry, I cannot help."] * 120 + ["A plain answer."] * 120
    for name, texts in (("baseline", baseline), ("current", current)):
        write(tmp_path / f"{name}.jsonl", {"answer": texts})
    files = {"baseline": "baseline.jsonl", "current": "current.jsonl"}
    report = checked(tmp_path, monitor(**files, features={"answer": {"kind": "text"}}))
    flags = {
        each.name: (each.baseline_counts[1], each.current_counts[1])
        for each in report.features
        if each.kind == "flag"
    }
    assert flags == {
        "answer.code_fence": (40, 0),
        "answer.valid_json": (40, 0),
        "answer.refusal": (0, 120),
        "answer.empty": (80, 0),
        "answer.repeated": (200, 240),
    }
    assert {each.name for each in report.features if each.kind == "number"} == {
        "answer.length",
        "answer.words",
    }
