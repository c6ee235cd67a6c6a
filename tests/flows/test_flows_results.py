"""Saved results carry their time and release; a file's own date is never believed."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lensops.flows.project import open_project
from lensops.flows.results import load_results, result_time, save_result
from lensops.manifest.locate import ProjectRef
from support import results
from support.repo import Repo

DRIFT = {"psi": 0.02, "status": "ok", "monitors": []}


def test_what_is_saved_states_its_time_and_release(project: Repo) -> None:
    opened = open_project(ProjectRef(project.root))
    written = save_result(opened, "drift", DRIFT)
    (file,) = (project.root / "drift_results").glob("*.json")
    assert json.loads(file.read_text()) == {"schema": "lensops/drift/v1", **written}
    assert written["release"] == opened.desired.digest
    age = datetime.now(UTC) - datetime.fromisoformat(written["time"])
    assert age.total_seconds() < 60
    assert project.git("status", "--porcelain") == ""


def test_runs_of_one_second_are_all_kept(project: Repo) -> None:
    opened = open_project(ProjectRef(project.root))
    for _ in range(5):
        save_result(opened, "eval", {"evals": []})
    assert len(list((project.root / "eval_results").glob("eval_*.json"))) == 5


def test_a_clone_shows_results_as_old_as_they_are(project: Repo, tmp_path: Path) -> None:
    old = {"schema": "lensops/drift/v1", "time": "2026-03-01T08:00:00Z", **DRIFT}
    (project.root / "drift_report.json").write_text(json.dumps(old))
    clone = tmp_path / "clone"
    shutil.copytree(project.root, clone, copy_function=shutil.copyfile)
    (stored,) = load_results(clone).drifts
    assert stored.time == datetime(2026, 3, 1, 8, tzinfo=UTC)


def test_a_report_without_a_time_has_none(project: Repo) -> None:
    file = project.root / "drift_report.json"
    file.write_text(json.dumps(DRIFT))
    os.utime(file, (1_700_000_000, 1_700_000_000))
    (stored,) = load_results(project.root).drifts
    assert stored.time is None


@pytest.mark.parametrize(
    ("name", "written", "hour"),
    [
        ("eval_20260101T090000Z.json", None, 9),
        ("eval_20260101T090000Z_2.json", None, 9),
        ("eval_20260101T090000Z.json", datetime(2026, 1, 1, 7, tzinfo=UTC), 7),
        ("drift_20261399T999999Z.json", None, None),
        ("drift_report.json", None, None),
    ],
)
def test_the_document_states_the_time_before_its_name(
    name: str, written: datetime | None, hour: int | None
) -> None:
    time = result_time(name, written)
    assert (time.hour if time else None) == hour


def test_results_are_read_oldest_first_and_faulty_ones_named(project: Repo) -> None:
    results.evals(project.root, 3)
    results.drift(project.root, 2)
    folder = project.root / "eval_results"
    (folder / "eval_20270101T000000Z.json").write_text("{")
    (folder / "eval_20270102T000000Z.json").write_text('{"evals": [{"name": "x"}]}')
    loaded = load_results(project.root)
    times = [stored.time for stored in loaded.evals]
    assert len(times) == 3
    assert times == sorted(times, key=str)
    assert loaded.broken == (
        "eval_results/eval_20270101T000000Z.json: not JSON",
        "eval_results/eval_20270102T000000Z.json: not a result",
    )


def test_the_report_that_output_wrote_beside_the_kept_one_counts_once(project: Repo) -> None:
    written = save_result(open_project(ProjectRef(project.root)), "drift", DRIFT)
    (project.root / "drift_report.json").write_text(json.dumps(written))
    assert len(load_results(project.root).drifts) == 1
