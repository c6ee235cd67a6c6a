"""Nothing moves unseen: values that lie where no bin was, texts, severity, and columns' names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from lensops.drift.results import FeatureDrift
from lensops.errors import UserError
from support.drift import checked, feature, monitor, windows, write

ENDINGS = ["csv", "jsonl", "parquet"]


def compare(
    folder: Path, baseline: Any, current: Any, ending: str = "parquet", **settings: Any
) -> FeatureDrift:
    windows(folder, {"x": baseline}, {"x": current}, ending)
    files = {"baseline": f"baseline.{ending}", "current": f"current.{ending}"}
    return feature(folder, features={"x": settings}, **files)


def generator() -> np.random.Generator:
    return np.random.default_rng(12)


@pytest.mark.parametrize("step", [0.5, -0.5, 0.25])
@pytest.mark.parametrize("levels", [3, 5, 7])
def test_a_value_that_never_was_is_in_no_neighbours_bin(
    tmp_path: Path, step: float, levels: int
) -> None:
    answers = generator().integers(1, levels + 1, 3000).astype(float)
    found = compare(tmp_path, answers, answers + step)
    assert found.status == "critical"
    assert found.evidence == "confirmed"
    assert found.psi is not None
    assert found.psi > 5


@pytest.mark.parametrize("where", ["low", "high", "within"])
@pytest.mark.parametrize("target", ["near", "far"])
def test_a_mass_point_that_moves_is_seen(tmp_path: Path, where: str, target: str) -> None:
    rng = generator()
    point = {"low": 0.0, "high": 200.0, "within": 20.0}[where]
    values = np.where(rng.random(4000) < 0.6, point, rng.uniform(1, 199, 4000))
    moved = point - (1.0 if target == "near" else 1e6)
    found = compare(tmp_path, values, np.where(values == point, moved, values))
    assert found.status == "critical"
    assert found.psi is not None
    assert found.psi > 1
    assert f"{point:g} became" in found.causes[0].text


@pytest.mark.parametrize("ids", [900, 2000, 5000])
def test_ids_replaced_by_other_ids_are_new(tmp_path: Path, ids: int) -> None:
    rng = generator()
    names = np.char.add("a", rng.integers(0, ids, 10_000).astype(str))
    others = np.char.replace(names, "a", "b")
    found = compare(tmp_path, names, others)
    assert found.status == "critical"
    assert dict(zip(found.labels, found.current_counts, strict=True))["new"] == 10_000
    same = compare(tmp_path, names, np.char.add("a", rng.integers(0, ids, 10_000).astype(str)))
    assert same.figures is not None
    assert same.figures.p_value > 0.005


def test_more_values_than_are_listed_are_no_category(tmp_path: Path) -> None:
    names = np.char.add("id", np.arange(12_000).astype(str))
    found = compare(tmp_path, names, names[::-1])
    assert found.evidence == "inconclusive"
    assert "more than 10,000 different values" in found.unfit


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("odd", ["NA", "-", "n/a"])
@pytest.mark.parametrize("share", [0.001, 0.2, 0.9])
def test_numbers_among_texts_are_no_category_in_silence(
    tmp_path: Path, ending: str, odd: str, share: float
) -> None:
    rng = generator()
    texts = [f"{v:.4f}" for v in rng.normal(size=2000)]
    texts[: int(2000 * share)] = [odd] * int(2000 * share)
    with pytest.raises(UserError, match=r"% of its values are numbers") as raised:
        compare(tmp_path, texts, texts, ending)
    assert repr(odd) in raised.value.message
    shifted = [text if text == odd else f"{float(text) + 8:.4f}" for text in texts]
    found = compare(tmp_path, texts, shifted, ending, kind="number", missing=[odd])
    assert found.status == "critical"
    assert found.missing == (int(2000 * share),) * 2


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_decimal_comma_is_read_where_it_is_declared(tmp_path: Path, ending: str) -> None:
    texts = [f"{v:.3f}".replace(".", ",") for v in generator().normal(size=300)]
    found = compare(tmp_path, texts, texts, ending, kind="number", decimal=",")
    assert (found.recipe, found.psi) == ("quantile", 0.0)
    assert sum(found.baseline_counts) == 300


@pytest.mark.parametrize("recipe", [{}, {"range": [0, 1]}, {"recipe": "evidently"}])
@pytest.mark.parametrize("kind", ["number", "category"])
def test_severity_never_falls_as_more_is_missing(
    tmp_path: Path, recipe: dict[str, Any], kind: str
) -> None:
    rng, rank = generator(), ["ok", "warning", "critical"]
    baseline = rng.random(2000) if kind == "number" else np.array(["a", "b"] * 1000)
    settings = recipe if kind == "number" else {"kind": "category"}
    ranks = []
    for share in (0.0, 0.05, 0.5, 0.9995, 1.0):
        current: list[Any] = list(baseline)
        current[: round(2000 * share)] = [None] * round(2000 * share)
        windows(tmp_path, {"x": baseline, "y": baseline}, {"x": current, "y": baseline}, "jsonl")
        files = {"baseline": "baseline.jsonl", "current": "current.jsonl"}
        found = feature(tmp_path, features={"x": {**settings, "kind": kind}}, **files)
        ranks.append(rank.index(str(found.status)))
    assert ranks[-1] == 2
    if "recipe" not in recipe:  # which drops what is missing
        assert ranks == sorted(ranks)
    assert ranks[-1] >= max(ranks)


def test_a_range_that_fits_neither_window_tells_nothing(tmp_path: Path) -> None:
    scores = generator().uniform(0, 100, 2000)
    found = compare(tmp_path, scores, scores + 1, range=[0, 1])
    assert found.evidence == "inconclusive"
    assert "lie outside the declared range" in found.unfit
    left = compare(tmp_path, scores / 100, scores, range=[0, 1])
    assert (left.status, left.evidence) == ("critical", "confirmed")


def test_the_same_unreadable_rows_in_both_windows_are_no_warning_for_ever(tmp_path: Path) -> None:
    texts = ["a" if v % 20 == 0 else str(v % 97) for v in range(2000)]
    found = compare(tmp_path, texts, texts, kind="number")
    assert (found.status, found.psi) == ("ok", 0.0)
    assert [cause.text for cause in found.causes] == ["5 % are not numbers (5 % before)"]


def test_one_constant_flag_in_windows_of_other_sizes_has_no_psi(tmp_path: Path) -> None:
    windows(tmp_path, {"x": ["fine"] * 2000}, {"x": ["fine"] * 70}, "jsonl")
    files = {"baseline": "baseline.jsonl", "current": "current.jsonl"}
    report = checked(tmp_path, monitor(features={"x": {"kind": "text"}}, **files))
    assert {each.psi for each in report.features if each.kind == "flag"} == {0.0}


def test_a_shares_of_canned_answers_do_not_depend_on_the_size(tmp_path: Path) -> None:
    rng = generator()
    canned = [f"canned answer {number}" for number in range(2000)]
    sides = [[canned[i] for i in rng.integers(0, 2000, n)] for n in (8000, 300)]
    windows(tmp_path, {"x": sides[0]}, {"x": sides[1]}, "jsonl")
    files = {"baseline": "baseline.jsonl", "current": "current.jsonl"}
    found = feature(tmp_path, "x.repeated", features={"x": {"kind": "text"}}, **files)
    assert found.status == "ok"
    sides[1][:90] = ["I cannot help."] * 90
    windows(tmp_path, {"x": sides[0]}, {"x": sides[1]}, "jsonl")
    found = feature(tmp_path, "x.repeated", features={"x": {"kind": "text"}}, **files)
    assert (found.status, found.evidence) == ("critical", "confirmed")


def parquet(path: Path, query: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(f"SET TimeZone = 'UTC'; COPY ({query}) TO '{path}' (FORMAT parquet)")


def named(folder: Path, *names: str, **keys: Any) -> dict[str, FeatureDrift]:
    files = {"baseline": "b.parquet", "current": "b.parquet", **keys}
    report = checked(folder, monitor(features={name: {} for name in names}, **files))
    return {each.name: each for each in report.features}


def test_names_that_differ_in_capitals_are_columns_of_their_own(tmp_path: Path) -> None:
    folder = tmp_path
    with duckdb.connect() as connection:
        table = "SELECT i AS a, 1000 + i AS b FROM range(200) t(i)"
        connection.execute(f"COPY ({table}) TO '{folder / 'b.csv'}' (HEADER)")
    text = (folder / "b.csv").read_text()
    (folder / "b.csv").write_text(text.replace("a,b", "age,Age", 1))
    found = named(folder, "age", "Age", baseline="b.csv", current="b.csv")
    assert found["age"].edges[0] < 1000 <= found["Age"].edges[0]


def test_fields_of_a_struct_are_columns(tmp_path: Path) -> None:
    parquet(
        tmp_path / "b.parquet", "SELECT {'age': i, 'of': {'x': 2 * i}} AS user FROM range(99) t(i)"
    )
    found = named(tmp_path, "user.age", "user.of.x")
    assert found["user.of.x"].edges[-1] == 2 * float(found["user.age"].edges[-1])
    write(tmp_path / "b.jsonl", {"user": [{"age": v} for v in range(99)]})
    assert named(tmp_path, "user.age", baseline="b.jsonl", current="b.jsonl")["user.age"].psi == 0
    with pytest.raises(UserError, match="holds lists, objects or bytes"):
        named(tmp_path, "user")


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_folders_of_a_partition_are_a_column(tmp_path: Path, ending: str) -> None:
    for region, rows in (("eu", 150), ("us", 50)):
        path = tmp_path / f"b/region={region}/part.{ending}"
        write(path, {"x": list(range(rows))})
    found = named(tmp_path, "region", "x", baseline="b", current="b")
    assert found["region"].labels == ("eu", "us")
    assert found["region"].baseline_counts == (150, 50)


def test_timestamps_as_pandas_writes_them_are_times(tmp_path: Path) -> None:
    query = "SELECT i AS x, CAST(TIMESTAMPTZ '2026-01-01 00:00:00+00' + to_hours(i) AS {kind}) AS t"
    for kind in ("TIMESTAMPTZ", "TIMESTAMPTZ_NS"):
        parquet(tmp_path / "b.parquet", query.format(kind=kind) + " FROM range(480) t(i)")
        sides = {"baseline": {"to": "2026-01-11"}, "current": {"from": "2026-01-11"}}
        report = checked(tmp_path, monitor(data="b.parquet", time="t", features={"x": {}}, **sides))
        assert (report.n_baseline, report.n_current) == (240, 240)


def test_integers_beyond_the_exact_ones_are_noted(tmp_path: Path) -> None:
    parquet(tmp_path / "b.parquet", "SELECT 9007199254740993 + i AS x FROM range(99) t(i)")
    report = checked(
        tmp_path, monitor(features={"x": {}}, baseline="b.parquet", current="b.parquet")
    )
    assert any("integers beyond 2^53" in note for note in report.notes)


def test_booleans_are_the_same_as_zero_and_one(tmp_path: Path) -> None:
    flags = [v % 3 == 0 for v in range(300)]
    write(tmp_path / "b.parquet", {"x": np.array(flags)})
    write(tmp_path / "c.csv", {"x": [int(flag) for flag in flags]})
    for files in (("b.parquet", "c.csv"), ("c.csv", "b.parquet")):
        sides = dict(zip(("baseline", "current"), files, strict=True))
        for declared in ({}, {"kind": "category"}):
            assert feature(tmp_path, features={"x": declared}, **sides).psi == 0.0


def test_a_file_that_grows_while_it_is_read_is_stale(tmp_path: Path) -> None:
    from lensops.drift.engines.duckdb import DuckEngine
    from lensops.errors import Stale
    from lensops.files import Folder

    write(tmp_path / "b.csv", {"x": list(range(100))})
    engine = DuckEngine(Folder(tmp_path), [("b.csv",)])
    engine.files.require_unchanged()
    with (tmp_path / "b.csv").open("a") as file:
        file.write("1\n")
    with pytest.raises(Stale, match=r"b.csv was changed while it was read"):
        engine.files.require_unchanged()
    engine.close()


DRESSED = {
    "decimal comma": "{0},{1:02d}",
    "thousands": "{0},{1:03d}.50",
    "money": "${0}.{1:02d}",
    "money behind": "{0},{1:02d} €",
    "percent": "{0} %",
    "brackets for a loss": "({0}.{1:02d})",
}


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("dress", DRESSED)
def test_numbers_as_people_write_them_are_no_category_in_silence(
    tmp_path: Path, dress: str, ending: str
) -> None:
    texts = [DRESSED[dress].format(i % 89 + 10, i % 97) for i in range(300)]
    with pytest.raises(UserError, match="holds numbers as people write them") as caught:
        compare(tmp_path, texts, texts, ending)
    assert "kind: category" in (caught.value.hint or "")
    assert compare(tmp_path, texts, texts, ending, kind="category").psi == 0.0


SAME_VALUE = {
    "zones": ("2026-03-03 02:00:00+01:00", "2026-03-03T01:00:00Z"),
    "half-hour zones": ("2026-03-03 05:30:00.25+05:30", "2026-03-03 00:00:00.250+00"),
    "composed letters": ("Zu\u0308rich", "Z\u00fcrich"),
    "bare decimals": (".0070", "0.007"),
    "a nought of many digits": ("0E-10", "0"),
    "infinity": ("Infinity", "inf"),
    "exponents": ("1E+022", "1e+22"),
}


@pytest.mark.parametrize("value", SAME_VALUE)
def test_one_value_of_several_writers_is_one_category(tmp_path: Path, value: str) -> None:
    first, second = SAME_VALUE[value]
    sides = [[side, "other"] * 200 for side in (first, second)]
    windows(tmp_path, {"x": sides[0]}, {"x": sides[1]})
    assert feature(tmp_path, features={"x": {"kind": "category"}}).psi == 0.0


@pytest.mark.parametrize("ending", ENDINGS)
def test_nan_among_texts_is_no_number(tmp_path: Path, ending: str) -> None:
    names = ["nan" if i % 9 == 0 else f"name {i % 4}" for i in range(300)]
    found = compare(tmp_path, names, names, ending)
    assert (found.kind, found.psi) == ("category", 0.0)
    numbers = ["nan" if i % 9 == 0 else str(i % 40) for i in range(300)]
    found = compare(tmp_path, numbers, numbers, ending)
    assert (found.kind, found.missing) == ("number", (34, 34))


@pytest.mark.parametrize("share", [0.01, 0.03])
@pytest.mark.parametrize("where", ["above", "below"])
@pytest.mark.parametrize("settings", [{}, {"range": [0, 1]}])
def test_rows_beyond_all_that_was_are_not_explained_by_chance(
    tmp_path: Path, settings: dict[str, Any], where: str, share: float
) -> None:
    """Few rows at the ends move neither deciles nor ranks, however far out they are."""
    rng = generator()
    baseline, current = rng.random(3000), rng.random(3000)
    sign = 1 if where == "above" else -1
    moved = rng.random(3000) < share
    current[moved] = sign * rng.uniform(1e3, 1e6, moved.sum())
    found = compare(tmp_path, baseline, current, **settings)
    assert found.evidence in {"confirmed", "real but small"}, found
    assert not any(cause.kind == "chance" for cause in found.causes)


def test_a_move_outside_of_a_range_that_does_not_fit_is_inconclusive(tmp_path: Path) -> None:
    rng = generator()
    found = compare(tmp_path, rng.normal(-50, 1, 900), rng.normal(-60, 1, 900), range=[0, 1])
    assert found.evidence == "inconclusive"
    assert "outside the declared range" in found.unfit
    assert not any("chance" in cause.text for cause in found.causes)


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_nan_of_a_column_of_numbers_is_no_category(tmp_path: Path, ending: str) -> None:
    values = np.array([np.nan if i % 9 == 0 else float(i % 5) for i in range(300)])
    write(tmp_path / "b.parquet", {"x": values})
    write(tmp_path / f"c.{ending}", {"x": [None if np.isnan(v) else v for v in values.tolist()]})
    files = {"baseline": "b.parquet", "current": f"c.{ending}"}
    found = feature(tmp_path, features={"x": {"kind": "category"}}, **files)
    assert (found.psi, found.missing) == (0.0, (34, 34))
