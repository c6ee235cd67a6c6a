"""Edges of times, names, sizes and types: told in words, or counted as what they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from lensops.drift import PropensityDriftMonitor
from lensops.drift.engines.warehouse.connection import open_warehouse
from lensops.drift.two_sample import table_p_value as p_value
from lensops.errors import UserError
from support.cli import Result, lensops

GOOD = "x\n" + "".join(f"{number % 97}\n" for number in range(300))


def project(folder: Path, files: dict[str, str], **keys: Any) -> None:
    declared = {"baseline": "b.csv", "current": "c.csv", "features": {"x": {}}, **keys}
    manifest = {
        "version": 1,
        "project": "edges",
        "prompts": {"p": {"active": "v1"}},
        "drift": {"m": declared},
    }
    every = {"prompts/p/v1.yaml": "user: hi\n", "b.csv": GOOD, "c.csv": GOOD, **files}
    for name, text in {"lensops.yaml": json.dumps(manifest), **every}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def drift(folder: Path, *args: str) -> Result:
    return lensops("drift", *args, cwd=folder)


def test_a_recipe_over_both_windows_has_no_profile(tmp_path: Path) -> None:
    feature = {"recipe": "evidently"}
    moved = "x\n" + "".join(f"{number + 500}\n" for number in range(300))
    project(tmp_path, {"c.csv": moved}, features={"x": feature}, profile="kept.json")
    assert drift(tmp_path).code != 0, "it moved"
    refused = drift(tmp_path, "profile")
    assert refused.code == 2
    assert "x: the recipe evidently takes its bins from both windows" in refused.err
    assert "hint: name another, or no `profile:`" in refused.err
    assert not (tmp_path / "kept.json").exists()


def _measure(body: Any) -> dict[str, Any]:
    found: dict[str, Any] = body["features"][0]["measure"]
    return found


DAMAGE = {
    "renamed": lambda body: _measure(body).update(name="y.z"),
    "another column": lambda body: _measure(body).update(column="y"),
    "unknown part": lambda body: _measure(body).update(derivation="nonsense"),
    "tally a list": lambda body: body["tallies"][0].__setitem__(1, []),
    "endless rows": lambda body: body.update(rows=float("inf")),
    "fewer cells": lambda body: body["tallies"][0][1]["x"]["bins"].pop(),
    "group of no cell": lambda body: body["features"][0]["binning"].update(groups=[99] * 10),
    "no tally": lambda body: body["tallies"][0][1].clear(),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_profile_is_no_sound_one(tmp_path: Path, damage: str) -> None:
    project(tmp_path, {}, profile="kept.json")
    assert drift(tmp_path, "profile").code == 0
    body = json.loads((tmp_path / "kept.json").read_text())
    DAMAGE[damage](body)
    (tmp_path / "kept.json").write_text(json.dumps(body))
    result = drift(tmp_path)
    assert (result.code, "kept.json is no sound profile" in result.err) == (2, True), result.err


def test_bands_of_a_text_within_another_name(tmp_path: Path) -> None:
    texts = "a,a.b\n" + "".join(f"text {number},other {number}\n" for number in range(200))
    own = {"kind": "text", "bands": {"warning": 0.5, "critical": 0.9}}
    features = {"a": {"kind": "text"}, "a.b": own}
    project(tmp_path, {"b.csv": texts, "c.csv": texts}, features=features, profile="kept.json")
    assert drift(tmp_path, "profile").code == 0
    (monitor,) = json.loads(drift(tmp_path, "--format", "json").out)["monitors"]
    told = {each["name"]: each["bands"]["critical"] for each in monitor["features"]}
    assert told["a.b.length"] == 0.9
    assert told["a.length"] == 0.2


def test_bands_need_the_column_of_times(tmp_path: Path) -> None:
    project(tmp_path, {"c.csv": "t,x\n2026-01-01,1\n"}, time="t", timezone="UTC")
    result = drift(tmp_path, "calibrate")
    assert result.code == 2
    assert "has no column 't'" in result.err


def test_two_features_of_one_name(tmp_path: Path) -> None:
    both = "note,y\n" + "".join(f"text {number},{number}\n" for number in range(200))
    features = {"note": {"kind": "text"}, "note.length": {"column": "y"}}
    project(tmp_path, {"b.csv": both, "c.csv": both}, features=features)
    result = drift(tmp_path)
    assert result.code == 2
    assert "two features are called 'note.length'" in result.err


ROWS = "t,x\n" + "".join(f"2026-01-{1 + number % 28:02d},{number}\n" for number in range(300))


def test_a_window_may_reach_before_all_times(tmp_path: Path) -> None:
    windows = {"baseline": {"to": "2026-01-15"}, "current": {"last": "999999d"}}
    project(tmp_path, {"rows.csv": ROWS}, data="rows.csv", time="t", timezone="UTC", **windows)
    assert drift(tmp_path).code in {0, 1, 3}


def test_a_bound_outside_of_all_times(tmp_path: Path) -> None:
    windows = {"baseline": {"from": "0001-01-01"}, "current": {"last": "7d"}}
    zone = "Europe/Berlin"
    project(tmp_path, {"rows.csv": ROWS}, data="rows.csv", time="t", timezone=zone, **windows)
    result = drift(tmp_path)
    assert result.code == 2
    assert "0001-01-01 is no time of the years 1 to 9999 in UTC" in result.err


@pytest.mark.parametrize("moment", ["12000-01-01", "9999-12-31 23:59:59.999999"])
def test_a_row_outside_of_all_times(tmp_path: Path, moment: str) -> None:
    windows = {"baseline": {"to": "2026-01-15"}, "current": {"last": "7d"}}
    project(tmp_path, {}, data="rows.parquet", time="t", timezone="UTC", **windows)
    with duckdb.connect() as connection:
        rows = f"SELECT TIMESTAMP '{moment}' AS t, i AS x FROM range(300) AS r(i)"
        connection.execute(f"COPY ({rows}) TO '{tmp_path / 'rows.parquet'}' (FORMAT parquet)")
    result = drift(tmp_path)
    assert result.code == 2
    assert "a row has a time outside of the years 1 to 9999" in result.err


@pytest.mark.parametrize("password", ["pa[ss", "s3cr\u2100t"])
def test_a_password_that_breaks_its_url_is_not_said(password: str) -> None:
    with pytest.raises(UserError, match="no sound URL") as raised:
        open_warehouse(f"postgres://user:{password}@host/database")
    assert password not in f"{raised.value.message}{raised.value.hint}"
    assert raised.value.__suppress_context__


def test_windows_of_more_rows_than_numpy_splits() -> None:
    same = p_value(np.array([600_000_000, 2]), np.array([600_000_000, 1]))
    assert 0.05 < same <= 1.0
    assert p_value(np.array([2 * 10**9, 0]), np.array([5, 6])) < 0.01


def test_what_is_masked_is_missing() -> None:
    scores = np.linspace(0, 1, 200)
    half = np.ma.MaskedArray(scores, mask=np.arange(200) % 2 == 0)
    (found,) = PropensityDriftMonitor().check_drift(scores, half).features
    assert found.psi is not None
    assert found.psi > 1
    assert any("missing" in cause.text for cause in found.causes)


def test_times_have_no_psi() -> None:
    times = np.arange("2026-01-01", "2026-03-01", dtype="datetime64[D]").astype("datetime64[ns]")
    with pytest.raises(UserError, match="values are times"):
        PropensityDriftMonitor().check_drift({"t": times}, {"t": times})


def test_na_of_pandas_is_missing() -> None:
    pandas = pytest.importorskip("pandas")
    words = pandas.Series(["a", "b", None, "a"] * 60, dtype="string")
    (found,) = PropensityDriftMonitor().check_drift({"w": words}, {"w": words}).features
    assert found.psi == 0


def test_a_split_looks_at_the_cells_that_the_psi_does(tmp_path: Path) -> None:
    """Missing is no cell of this recipe: rows without a value are no other mix of it."""
    lines = [f"{number % 40},{'ab'[number % 2]}" for number in range(2000)]
    fewer = [line if line.endswith("a") else f",{line[-1]}" for line in lines]
    files = {"b.csv": "\n".join(["x,s", *lines, ""]), "c.csv": "\n".join(["x,s", *fewer, ""])}
    project(tmp_path, files, by="s", features={"x": {"recipe": "evidently"}})
    (monitor,) = json.loads(drift(tmp_path, "--format", "json").out)["monitors"]
    (found,) = monitor["features"]
    split = found["split"]
    assert split["mix"] == pytest.approx(found["psi"]), "within `a` nothing moved"
    assert split["within"] == pytest.approx(0, abs=1e-9)
