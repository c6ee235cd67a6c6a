"""Logs that were taken back, lost or forged: compared with this clone's memory and with git."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lensops.manifest.locate import ProjectRef
from lensops.release import Release, read_record, served_prompts
from support import sample
from support.cli import lensops
from support.repo import Repo
from support.served import shop

GIT = """\
targets:
  staging: {git: origin, branch: live}
"""


def apply(project: Repo, *args: str) -> None:
    result = lensops("apply", "--yes", "--target", "staging", *args, cwd=project.root)
    assert result.code == 0, result.err


def prompts_of(release: Release) -> dict[str, Any]:
    return {
        name: {"version": served.version, "digest": served.digest}
        for name, served in served_prompts(release).items()
    }


def status(project: Repo) -> dict[str, Any]:
    result = lensops("status", "staging", "--format", "json", cwd=project.root)
    assert result.code == 0, result.err
    target: dict[str, Any] = result.json["targets"][0]
    return target


def twice(project: Repo) -> None:
    for version in ("v1", "v2"):
        text = (project.root / "lensops.yaml").read_text()
        manifest = text.replace("active: v1", f"active: {version}")
        project.commit(f"Use {version}", {"lensops.yaml": manifest})
        apply(project)


class TestDirectory:
    @pytest.fixture
    def live(self, project: Repo) -> Path:
        twice(project)
        return project.root / "live/staging"

    def test_nothing_is_said_of_a_log_that_goes_on(self, project: Repo, live: Path) -> None:
        assert status(project)["problems"] == []
        other = Repo(project.root.parent / "other", init=False)
        shutil.copytree(project.root, other.root)
        for version in ("v1", "v2", "v1"):
            other.commit(f"Use {version}", sample.manifest(version))
            apply(other)
        shutil.rmtree(live)
        shutil.copytree(other.root / "live/staging", live)
        assert not any("has seen" in p for p in status(project)["problems"])

    def test_a_removed_log(self, project: Repo, live: Path) -> None:
        shutil.rmtree(live / "log")
        assert (
            "its log is empty, and this clone has seen record 2" in status(project)["problems"][0]
        )
        plan = lensops("plan", cwd=project.root)
        assert "this clone has seen record 2" in plan.out

    def test_a_log_that_was_taken_back(self, project: Repo, live: Path) -> None:
        backup = live.with_name("backup")
        shutil.copytree(live, backup)
        project.commit("Use v1", sample.manifest("v1"))
        apply(project)
        shutil.rmtree(live)
        backup.rename(live)

        problem = status(project)["problems"][0]
        assert "its log ends with record 2, and this clone has seen record 3" in problem
        apply(project)
        body = json.loads((live / "current.json").read_text())
        assert body["sequence"] == 4  # applications refuse what is not above 3

    def test_a_log_written_anew_under_the_same_numbers(self, project: Repo, live: Path) -> None:
        shutil.rmtree(live)
        other = Repo(project.root.parent / "other", init=False)
        shutil.copytree(project.root, other.root)
        shutil.rmtree(other.root / ".git/lensops")
        for version in ("v1", "v2", "v1"):
            other.commit(f"Use {version} again", sample.manifest(version))
            apply(other)
        shutil.copytree(other.root / "live/staging", live)

        problem = status(project)["problems"][0]
        assert "record 2 of its log is not the one that this clone has seen" in problem

    def test_a_damaged_memory_is_none(self, project: Repo, live: Path) -> None:
        for path in (project.root / ".git/lensops/seen").iterdir():
            path.write_text("[[[")
        assert status(project)["problems"] == []


class TestBranch:
    @pytest.fixture
    def remote(self, project: Repo) -> Repo:
        bare = Repo(project.root.parent / "remote.git", init=False)
        bare.root.mkdir()
        bare.git("init", "-q", "--bare")
        project.git("remote", "add", "origin", "../remote.git")
        text = sample.MANIFEST.split("targets:")[0] + GIT
        project.commit("Targets", {"lensops.yaml": text})
        twice(project)
        return bare

    def test_a_branch_that_was_rewound(self, project: Repo, remote: Repo) -> None:
        remote.git("update-ref", "refs/heads/live", "live~1")
        problem = status(project)["problems"][0]
        assert "its log ends with record 1, and this clone has seen record 2" in problem
        apply(project)
        assert json.loads(remote.git("show", "live:current.json"))["sequence"] == 3

    def test_a_branch_that_was_deleted(self, project: Repo, remote: Repo) -> None:
        remote.git("update-ref", "-d", "refs/heads/live")
        assert (
            "its log is empty, and this clone has seen record 2" in status(project)["problems"][0]
        )


class TestForged:
    """A record with the right chain, in the name of Ada, at a time of choice."""

    def forge(self, live: Path, **changes: Any) -> None:
        evil = replace(shop(copy="v1"), project="loyalty-offers")
        last = max((live / "log").iterdir())
        body = json.loads(last.read_text())
        record = body | {
            "sequence": body["sequence"] + 1,
            "previous": read_record(last.read_bytes()).digest,
            "actor": "Ada Lovelace",
            "time": "2026-01-01T00:00:00Z",
            "release": evil.digest,
            "prompts": prompts_of(evil),
            **changes,
        }
        number = record["sequence"]
        (live / f"log/{number:010d}.json").write_text(json.dumps(record))
        (live / f"objects/{evil.digest[7:]}.json").write_text(json.dumps(evil.body()))
        current = evil.body() | {"sequence": number, "commit": record["commit"]}
        (live / "current.json").write_text(json.dumps(current))

    @pytest.mark.parametrize(
        ("changes", "problem"),
        [
            ({}, "was not made of commit"),
            ({"commit": None}, "names no commit, and this clone did not write it"),
            ({"commit": "d" * 40}, "this clone does not have it"),
            ({"commit": "--all"}, "names commit"),
        ],
    )
    def test_is_drifted(self, project: Repo, changes: dict[str, Any], problem: str) -> None:
        apply(project)
        self.forge(project.root / "live/staging", **changes)

        found = status(project)
        assert found["state"] == "drifted"
        assert problem in found["problems"][0]
        assert "(claimed)" in lensops("status", cwd=project.root).out
        apply(project)
        assert status(project)["state"] == "synced"

    def test_that_brings_an_earlier_release_back_is_drifted(self, project: Repo) -> None:
        """Release, object and commit are real, and only the record is made up."""
        first = project.head()
        apply(project)
        project.commit("Use v2", sample.manifest("v2"))
        apply(project)
        live = project.root / "live/staging"
        old = json.loads((live / "log/0000000001.json").read_text())
        self.forge(live, commit=first, release=old["release"], prompts=old["prompts"])
        current = json.loads((live / f"objects/{old['release'][7:]}.json").read_text())
        current |= {"sequence": 3, "commit": first}
        (live / "current.json").write_text(json.dumps(current))

        found = status(project)
        assert found["state"] == "drifted"
        assert "goes back from commit" in found["problems"][0]
        assert lensops("verify", "staging", cwd=project.root).code == 3

    def test_a_revert_is_no_forgery(self, project: Repo) -> None:
        apply(project)
        project.commit("Use v2", sample.manifest("v2"))
        apply(project)
        project.tick()
        project.git("revert", "--no-edit", "HEAD")
        apply(project)
        project.commit("Use v2 again", sample.manifest("v2"))

        assert (status(project)["state"], status(project)["problems"]) == ("pending", [])
        assert lensops("verify", "staging", cwd=project.root).code == 0

    def test_without_the_evidence_that_its_manifest_requires(self, project: Repo) -> None:
        apply(project)
        text = sample.MANIFEST.replace(
            "{directory: live/staging}", "{directory: live/staging, require_gate: true}"
        )
        commit = project.commit("Require a gate", {"lensops.yaml": text.replace("v1 #", "v2 #")})
        project.commit("Back", {"lensops.yaml": text})
        from lensops.flows.candidate import project_at_commit
        from lensops.flows.project import open_project

        release = project_at_commit(open_project(ProjectRef(project.root)), commit).desired
        self.forge(
            project.root / "live/staging",
            commit=commit,
            release=release.digest,
            prompts=prompts_of(release),
        )
        assert (
            "names no evidence, which its own manifest requires" in status(project)["problems"][0]
        )

    def test_uncommitted_files_of_this_clone_are_no_forgery(self, project: Repo) -> None:
        apply(project)
        project.write(sample.manifest("v2"))
        apply(project, "--allow-dirty")
        project.write(sample.manifest("v1"))

        found = status(project)
        assert (found["state"], found["problems"]) == ("pending", [])

    def test_a_promoted_release_is_vouched_for_by_the_commit_it_came_from(
        self, project: Repo
    ) -> None:
        apply(project)
        project.commit("Use v2", sample.manifest("v2"))
        assert lensops("promote", "staging", "production", "--yes", cwd=project.root).code == 0

        found = lensops("status", "production", "--format", "json", cwd=project.root).json
        assert found["targets"][0]["state"] == "pending"
