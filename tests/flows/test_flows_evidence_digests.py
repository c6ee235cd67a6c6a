"""Evidence names the bytes that a snapshot has read, whatever lies on disk afterwards."""

from __future__ import annotations

import pytest

from lensops.flows.evidence_digests import evidence_digests
from lensops.flows.project import open_project
from lensops.flows.window_files import window_files
from lensops.manifest.drift import Monitor
from lensops.manifest.locate import ProjectRef
from support.evaluated import own_sample
from support.repo import Repo

FILES = {
    "cases": "evals/offer_copy/cases.jsonl",
    "recordings": "evals/offer_copy/recordings/v2.jsonl",
    "schemas": "schemas/offer_copy.json",
    "data": "data/current.csv",
}


@pytest.mark.parametrize(("name", "path"), FILES.items())
def test_an_edit_changes_one_digest_and_only_of_a_later_snapshot(
    repo: Repo, name: str, path: str
) -> None:
    own_sample(repo)
    project = open_project(ProjectRef(repo.root))
    original = evidence_digests(project)

    (repo.root / path).write_bytes((repo.root / path).read_bytes().replace(b"a", b"e"))

    edited = evidence_digests(open_project(ProjectRef(repo.root)))
    assert evidence_digests(project) == original
    assert {key for key in original if original[key] != edited[key]} == {name}


def test_every_setting_of_evals_drift_and_rules_but_limits_is_covered(repo: Repo) -> None:
    own_sample(repo)
    manifest = repo.root / "llmops.yaml"
    original = evidence_digests(open_project(ProjectRef(repo.root)))
    text = manifest.read_text()

    manifest.write_text(text.replace("margin: 0.02", "margin: 0.03"))
    assert (
        evidence_digests(open_project(ProjectRef(repo.root)))["thresholds"]
        != original["thresholds"]
    )
    manifest.write_text(
        text.replace("threshold: 0.75", "threshold: 0.75\n    limits: {retries: 9}")
    )
    assert evidence_digests(open_project(ProjectRef(repo.root))) == original


def test_data_that_is_not_here_is_not_demanded(repo: Repo) -> None:
    own_sample(repo)
    (repo.root / "data/current.csv").unlink()

    assert "data" not in evidence_digests(open_project(ProjectRef(repo.root)))


def monitor(**keys: object) -> Monitor:
    return Monitor.model_validate({"features": {"x": {}}, **keys})


@pytest.mark.parametrize(
    ("keys", "files"),
    [
        ({"baseline": "a.csv", "current": "b.csv"}, ["a.csv", "b.csv"]),
        (
            {"baseline": "months", "current": "b.csv"},
            ["b.csv", "months/deep/3.csv", "months/1.csv"],
        ),
        ({"baseline": "months/*.csv", "current": "b.csv"}, ["b.csv", "months/1.csv"]),
        (
            {"baseline": "m*/**/*.csv", "current": "b.csv"},
            ["b.csv", "months/1.csv", "months/deep/3.csv"],
        ),
        (
            {"baseline": ["a.csv", "b.csv"], "current": "absent.csv"},
            ["a.csv", "absent.csv", "b.csv"],
        ),
        ({"profile": "p.json", "baseline": "a.csv", "current": "b.csv"}, ["b.csv", "p.json"]),
        ({"profile": "later.json", "baseline": "a.csv", "current": "b.csv"}, ["a.csv", "b.csv"]),
        (
            {
                "data": "a.csv",
                "time": "t",
                "baseline": {"to": "2026-01-01"},
                "current": {"last": "7d"},
            },
            ["a.csv"],
        ),
        ({"connection": "postgres://h/d", "table": "t", "baseline": {}, "current": {}}, []),
    ],
)
def test_the_files_of_windows(repo: Repo, keys: dict[str, object], files: list[str]) -> None:
    names = ["a.csv", "b.csv", "p.json", "months/1.csv", "months/.2.csv", "months/deep/3.csv"]
    repo.commit("Begin", {name: name for name in names} | {"lensops.yaml": MINIMAL})

    assert sorted(
        window_files(open_project(ProjectRef(repo.root)).tree, monitor(**keys))
    ) == sorted(files)


MINIMAL = "version: 1\nproject: p\nprompts: {}\n"
