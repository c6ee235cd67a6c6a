"""`lensops status` in real repositories: every state, and targets that cannot be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support import sample
from support.cli import lensops
from support.repo import Repo


def status(project: Repo, target: str = "staging") -> dict[str, Any]:
    result = lensops("status", "--format", "json", cwd=project.root)
    assert result.code == 0, result.err
    return next(each for each in result.json["targets"] if each["name"] == target)


def apply(project: Repo) -> None:
    result = lensops("apply", "--yes", cwd=project.root)
    assert result.code == 0, result.err


def current(project: Repo) -> Path:
    return project.root / "live/staging/current.json"


def test_the_json_has_the_promised_keys(project: Repo) -> None:
    apply(project)
    found = status(project)
    assert found["state"] == "synced"
    assert (found["sequence"], found["commit"]) == (1, project.head())
    assert found["applied_at"].endswith("Z")
    assert found["prompts"]["offer_copy"] == {
        "state": "synced",
        "version": "v1",
        "desired": "v1",
    }


def test_missing(project: Repo) -> None:
    found = status(project)
    assert (found["state"], found["sequence"], found["commit"]) == ("missing", None, None)
    assert found["prompts"]["offer_copy"]["state"] == "missing"
    assert not (project.root / "live").exists()


def test_pending(project: Repo) -> None:
    apply(project)
    project.commit("Use v2", sample.manifest("v2"))
    found = status(project)
    assert found["state"] == "pending"
    assert found["prompts"]["offer_copy"] == {
        "state": "pending",
        "version": "v1",
        "desired": "v2",
    }


def test_drifted(project: Repo) -> None:
    apply(project)
    current(project).write_text(current(project).read_text().replace("warm", "cold"))
    found = status(project)
    assert (found["state"], found["prompts"]["offer_copy"]["state"]) == ("drifted", "drifted")


def test_drifted_beside_the_prompts(project: Repo) -> None:
    apply(project)
    text = current(project).read_text().replace('"thresholds": {', '"more": {}, "thresholds": {')
    current(project).write_text(text)
    found = status(project)
    assert (found["state"], found["prompts"]["offer_copy"]["state"]) == ("drifted", "synced")


def test_conflict(project: Repo) -> None:
    apply(project)
    current(project).write_text(current(project).read_text().replace("warm", "cold"))
    project.commit("Use v2", sample.manifest("v2"))
    found = status(project)
    assert (found["state"], found["prompts"]["offer_copy"]["state"]) == ("conflict", "conflict")


def test_orphan(project: Repo) -> None:
    apply(project)
    text = sample.MANIFEST.replace("offer_copy", "other_copy")
    project.commit("Replace", {"lensops.yaml": text, "prompts/other_copy/v1.yaml": sample.V1})
    prompts = status(project)["prompts"]
    assert {name: each["state"] for name, each in prompts.items()} == {
        "offer_copy": "orphan",
        "other_copy": "missing",
    }


def test_exit_codes(project: Repo) -> None:
    assert lensops("status", "--exit-code", cwd=project.root).code == 10
    apply(project)
    assert lensops("status", "--exit-code", cwd=project.root).code == 0
    project.commit("Use v2", sample.manifest("v2"))
    assert lensops("status", "--exit-code", cwd=project.root).code == 10
    assert lensops("status", cwd=project.root).code == 0


def test_for_people(project: Repo) -> None:
    apply(project)
    out = lensops("status", cwd=project.root).out
    assert "staging: synced" in out
    assert "production: synced" in out
    assert "record 1" in out
    assert "by Ada" in out


def test_one_target_that_cannot_be_reached_does_not_hide_the_others(
    project: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lensops.git.remotes.PAUSES", ())
    apply(project)
    text = sample.MANIFEST.replace("{directory: live/staging}", "{git: ../gone, branch: live}")
    project.commit("Move", {"lensops.yaml": text})
    result = lensops("status", "--format", "json", cwd=project.root)
    assert result.code == 5
    staging, production = result.json["targets"]
    assert (staging["state"], production["state"]) == ("unknown", "synced")
    assert "cannot reach" in staging["problems"][0]


def test_a_damaged_log_is_said(project: Repo) -> None:
    apply(project)
    (project.root / "live/staging/log/0000000001.json").write_text("{")
    result = lensops("status", cwd=project.root)
    assert result.code == 0
    assert "log/0000000001.json is damaged" in result.out


def test_of_many_prompts_those_in_sync_are_counted(repo: Repo) -> None:
    prompts = "".join(f"  p{number:02d}: {{active: v1}}\n" for number in range(40))
    files = {f"prompts/p{number:02d}/v1.yaml": sample.V1 for number in range(40)}
    files |= {"prompts/p07/v2.yaml": sample.V2}
    manifest = f"version: 1\nproject: many\nprompts:\n{prompts}"
    repo.commit("Many", {**files, "lensops.yaml": manifest, ".gitignore": ".lensops/\n"})
    apply(repo)
    assert "40 prompts in sync" in lensops("status", cwd=repo.root).out
    repo.commit(
        "Use v2", {"lensops.yaml": manifest.replace("p07: {active: v1", "p07: {active: v2")}
    )
    out = lensops("status", cwd=repo.root).out
    assert "p07" in out
    assert "39 prompts in sync" in out


def test_a_project_without_targets_has_a_local_one(repo: Repo) -> None:
    text = sample.MANIFEST.split("targets:")[0]
    repo.commit("Begin", {**sample.files(), "lensops.yaml": text})
    apply(repo)
    assert status(repo, "local")["state"] == "synced"
    assert (repo.root / ".lensops/live/local/current.json").exists()
