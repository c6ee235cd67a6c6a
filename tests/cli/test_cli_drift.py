"""`lensops drift`: what it prints, writes and exits with; profiles and calibrated bands."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lensops.cli.progress import CountingBar
from support import sample
from support.cli import Result, lensops, process
from support.drift import write
from support.repo import Repo

MONITOR = """
drift:
  propensity: # how the scores lie
    baseline: data/baseline.csv
    current: data/current.csv
    features:
      score: {range: [0, 1]}
      recency_days: {}
    bands: {warning: 0.10, critical: 0.20} # as everybody has them
"""


def table(seed: int, shift: float = 0.0, rows: int = 3000) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    scores = np.clip(rng.beta(2, 5, rows) + shift, 0, 1).round(4)
    return {"score": scores, "recency_days": rng.integers(0, 90, rows)}


@pytest.fixture
def watched(project: Repo) -> Path:
    """The sample project with a monitor whose windows are alike."""
    manifest = sample.files()["lensops.yaml"]
    (project.root / "lensops.yaml").write_text(manifest + MONITOR)
    write(project.root / "data/baseline.csv", table(1))
    write(project.root / "data/current.csv", table(2))
    return project.root


def replace(folder: Path, before: str, after: str) -> None:
    path = folder / "lensops.yaml"
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))


def critical(folder: Path) -> None:
    write(folder / "data/current.csv", table(3, shift=0.2))


def test_alike_windows_are_ok(watched: Path) -> None:
    result = lensops("drift", cwd=watched)
    assert result.code == 0
    first, *rest = result.out.splitlines()
    assert first.startswith("✅ Drift PSI=0.00")
    assert first.endswith(" status=OK")
    assert any("recency_days" in line and "ok" in line for line in rest)
    assert result.err == ""


def test_a_critical_shift_exits_with_1_and_says_why(watched: Path) -> None:
    critical(watched)
    result = lensops("drift", cwd=watched)
    assert result.code == 1
    assert result.out.startswith("🚨 Drift PSI=")
    assert "status=CRITICAL" in result.out.splitlines()[0]
    assert "✗ score: critical" in result.out
    assert "shifted by about +0.2" in " ".join(result.out.split())


def test_a_warning_is_no_failure_unless_the_manifest_says_so(watched: Path) -> None:
    write(watched / "data/current.csv", table(3, shift=0.05))
    result = lensops("drift", cwd=watched)
    assert (result.code, result.out.splitlines()[0].split()[-1]) == (0, "status=WARNING")
    assert result.out.startswith("⚠️ Drift")
    replace(watched, "    bands:", "    gate: {on: warning}\n    bands:")
    assert lensops("drift", cwd=watched).code == 1


def test_few_rows_are_inconclusive_whatever_the_band_says(watched: Path) -> None:
    write(watched / "data/current.csv", table(3, rows=30))
    result = lensops("drift", cwd=watched)
    assert result.code == 3
    assert result.out.startswith("❔ Drift PSI=")
    assert result.out.splitlines()[0].endswith("status=INCONCLUSIVE")
    assert "rows a window are needed" in " ".join(result.out.split())


def test_the_constant_offset_of_recency_is_named(watched: Path) -> None:
    """The classic failure: every customer's recency moved by a day, PSI says 0.005."""
    base = table(1)
    write(watched / "data/current.csv", {**base, "recency_days": base["recency_days"] + 1})
    result = lensops("drift", cwd=watched)
    assert result.code == 0
    assert "recency_days: shifted by about +1.0" in " ".join(result.out.split())


def test_the_report_has_the_promised_keys(watched: Path) -> None:
    body = lensops("drift", "--format", "json", cwd=watched).json
    assert body["schema"] == "lensops/drift/v1"
    assert {"psi", "status", "monitors"} <= set(body)
    monitor = body["monitors"][0]
    promised = "name psi status baseline_date current_date n_baseline n_current feature_breakdown"
    assert {*promised.split(), "features"} <= set(monitor)
    feature = monitor["features"][0]
    promised = (
        "name type recipe edges baseline_counts current_counts psi status evidence p_value noise "
        "rows_needed missing causes"
    )
    assert set(promised.split()) <= set(feature)
    assert body["psi"] == max(monitor["feature_breakdown"].values())
    assert str(watched) not in json.dumps(body)


def test_the_report_is_written_whole_and_is_read_back(watched: Path) -> None:
    out = watched / "drift_report.json"
    out.write_text("older")
    assert lensops("drift", "--output", "drift_report.json", cwd=watched).code == 0
    assert json.loads(out.read_text())["status"] == "ok"
    assert [p.name for p in watched.glob("drift_report*")] == ["drift_report.json"]
    page = lensops("report", "--output", "page.html", cwd=watched)
    assert page.code == 0
    assert "recency_days" in (watched / "page.html").read_text()


def test_two_runs_give_the_same_report(watched: Path) -> None:
    runs = [lensops("drift", "--format", "json", cwd=watched).json for _ in range(2)]
    assert [run.pop("time") for run in runs]
    assert runs[0] == runs[1]


def test_markdown_has_the_worst_features_first_and_folds_the_rest(watched: Path) -> None:
    rng = np.random.default_rng(4)
    columns = {f"f{at:02}": rng.random(800) for at in range(20)}
    write(watched / "data/baseline.csv", columns)
    columns["f13"] = columns["f13"] / 2
    write(watched / "data/current.csv", columns)
    features = "\n".join(f"      {name}: {{}}" for name in columns)
    replace(watched, "      score: {range: [0, 1]}\n      recency_days: {}", features)
    result = lensops("drift", "--format", "markdown", cwd=watched)
    assert result.code == 1
    lines = [line for line in result.out.splitlines() if line.startswith("| f")]
    assert lines[0].startswith("| f13")
    assert len(lines) == 20
    assert "<summary>5 more features" in result.out


def test_segments_have_a_report_each(watched: Path) -> None:
    for name, seed in (("baseline", 1), ("current", 2)):
        made = table(seed)
        made["region"] = ["north", "south"] * 1500
        write(watched / f"data/{name}.csv", made)
    replace(watched, "    bands:", "    by: region\n    bands:")
    result = lensops("drift", "--format", "json", cwd=watched)
    assert result.code == 0
    segments = result.json["monitors"][0]["segments"]
    assert [(each["segment"], each["n_current"]) for each in segments] == [
        ("north", 1500),
        ("south", 1500),
    ]
    assert [len(each["features"]) for each in segments] == [2, 2]
    assert "region = north: 1,500 → 1,500 rows" in lensops("drift", cwd=watched).out


def test_the_gate_fails_on_what_drift_fails_on(watched: Path) -> None:
    assert "drift propensity: PSI 0.0" in lensops("gate", cwd=watched).out
    critical(watched)
    result = lensops("gate", "--format", "json", cwd=watched)
    assert (result.code, result.json["verdict"]) == (1, "fail")
    finding = next(each for each in result.json["findings"] if each["rule"] == "drift")
    assert (finding["outcome"], finding["limit"]) == ("fail", 0.2)
    assert "shifted by about +0.2" in finding["message"]


def test_one_monitor_can_be_chosen_and_an_unknown_one_is_an_error(watched: Path) -> None:
    assert lensops("drift", "--monitor", "propensity", cwd=watched).code == 0
    result = lensops("drift", "--monitor", "propensty", cwd=watched)
    assert result.code == 2
    assert "propensity" in result.err


def test_without_a_monitor_it_says_how_to_declare_one(project: Repo) -> None:
    result = lensops("drift", cwd=project.root)
    assert result.code == 2
    assert "declares no drift monitor" in result.err


def test_as_a_process_it_writes_utf8_and_nothing_on_stderr(watched: Path) -> None:
    result = process("drift", cwd=watched, env={"PYTHONWARNINGS": "error"})
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("✅")


def test_options_before_a_subcommand_are_refused_and_not_ignored(watched: Path) -> None:
    result = lensops("drift", "--monitor", "propensity", "profile", cwd=watched)
    assert result.code == 2
    assert "write them behind it: `lensops drift profile …`" in result.err
    assert not (watched / "drift").exists()


def with_profile(folder: Path) -> Result:
    replace(folder, "    features:", "    profile: drift/propensity.profile.json\n    features:")
    return lensops("drift", "profile", cwd=folder)


def test_a_profile_stands_in_for_the_baseline(watched: Path) -> None:
    before = lensops("drift", "--format", "json", cwd=watched).json
    assert with_profile(watched).out == "wrote drift/propensity.profile.json\n"
    assert (watched / "drift/propensity.profile.json").stat().st_size < 20_000
    (watched / "data/baseline.csv").unlink()
    after = lensops("drift", "--format", "json", cwd=watched)
    assert after.code == 0
    assert after.json | {"time": None} == before | {"time": None}


def test_a_profile_of_other_settings_is_refused(watched: Path) -> None:
    with_profile(watched)
    replace(watched, "{range: [0, 1]}", "{range: [0, 2]}")
    result = lensops("drift", cwd=watched)
    assert result.code == 2
    assert "made for another window or other features" in result.err
    replace(watched, "{range: [0, 2]}", "{range: [0, 1]}")
    replace(watched, "critical: 0.20", "critical: 0.30")
    assert lensops("drift", cwd=watched).code == 0


def test_a_profile_of_data_that_has_changed_is_said(watched: Path) -> None:
    with_profile(watched)
    write(watched / "data/baseline.csv", table(9))
    words = " ".join(lensops("drift", cwd=watched).out.split())
    assert "profile.json was made of other data than data/baseline.csv holds now" in words


def test_a_profile_that_is_not_there_yet_is_no_obstacle(watched: Path) -> None:
    replace(watched, "    features:", "    profile: drift/none.json\n    features:")
    assert lensops("drift", cwd=watched).code == 0
    replace(watched, "    baseline: data/baseline.csv\n", "")
    result = lensops("drift", cwd=watched)
    assert result.code == 2
    assert "there is no profile drift/none.json" in result.err


def seasonal(folder: Path) -> None:
    """Sixty days of scores that rise and fall by the week, then one day more."""
    rng = np.random.default_rng(5)
    days = np.repeat(np.arange(61), 400)
    season = 0.25 * np.sin(2 * np.pi * days / 7)
    scores = np.clip(0.5 + season + rng.normal(0, 0.1, days.size), 0, 1)
    rows = {"score": scores.round(4), "recency_days": rng.integers(0, 90, days.size)}
    write(folder / "data/baseline.csv", {n: v[days < 60] for n, v in rows.items()})
    write(folder / "data/current.csv", {n: v[days == 60] for n, v in rows.items()})


def test_calibration_finds_the_bands_that_a_season_needs(watched: Path) -> None:
    seasonal(watched)
    assert lensops("drift", cwd=watched).code == 1
    before = (watched / "lensops.yaml").read_text()
    result = lensops("drift", "calibrate", "--format", "json", cwd=watched)
    assert result.code == 0
    found = result.json["monitors"][0]
    assert found["windows"] == 60
    score, recency = found["features"]
    assert len(score["psis"]) == 60
    assert 0.2 < score["bands"]["warning"] <= score["bands"]["critical"]
    assert recency["bands"]["critical"] < 0.2
    assert (watched / "lensops.yaml").read_text() == before


def test_calibrated_bands_are_written_feature_by_feature_and_nothing_else(watched: Path) -> None:
    seasonal(watched)
    before = (watched / "lensops.yaml").read_text().splitlines()
    result = lensops("drift", "calibrate", "--write", cwd=watched)
    assert result.code == 0
    assert "written into lensops.yaml" in result.out
    after = (watched / "lensops.yaml").read_text().splitlines()
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert [line.split(" {")[0].strip() for line in changed] == ["recency_days:"]
    assert changed[0].strip().startswith("recency_days: {bands: {warning: 0.")
    assert "score: no band is written, for ordinary windows differ too much" in result.out
    assert "standard deviations; compare longer windows" in " ".join(result.out.split())
    again = lensops("drift", "calibrate", "--write", cwd=watched)
    assert (again.code, (watched / "lensops.yaml").read_text().splitlines()) == (0, after)


def test_a_baseline_that_is_too_short_cannot_be_calibrated_on(watched: Path) -> None:
    result = lensops("drift", "calibrate", cwd=watched)
    assert result.code == 3
    assert "window of 3,000 rows, 8 are needed" in result.err


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_is_shown_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    with CountingBar() as bar:
        bar.monitor("second", 1, 2)
        time.sleep(0.1)
    assert "counting second" in screen.getvalue()


def test_the_file_is_written_though_nobody_reads_the_rest(watched: Path) -> None:
    command = f"{sys.executable} -m lensops drift --output drift_results/new.json | head -1"
    shell = ["bash", "-c", command]
    done = subprocess.run(shell, cwd=watched, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("✅ Drift PSI=")
    assert json.loads((watched / "drift_results/new.json").read_text())["status"] == "ok"
