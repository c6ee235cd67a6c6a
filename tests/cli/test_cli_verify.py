"""`lensops verify` and `lensops gc`: what was altered, what is left over, what stays."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lensops.release import read_record
from support import sample
from support.cli import lensops
from support.repo import Repo


@pytest.fixture
def shop(project: Repo) -> Repo:
    for version in ("v1", "v2", "v1"):
        project.commit(f"Use {version}", sample.manifest(version))
        assert lensops("apply", "--yes", cwd=project.root).code == 0
    return project


def verify(shop: Repo, *args: str) -> tuple[int, list[dict[str, Any]]]:
    result = lensops("verify", "staging", *args, "--format", "json", cwd=shop.root)
    return result.code, result.json["targets"][0]["findings"]


def edit(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def alter_record(live: Path) -> None:
    edit(live / "log/0000000002.json", actor="Eve")


def alter_last_record(live: Path) -> None:
    edit(live / "log/0000000003.json", actor="Eve")


def remove_record(live: Path) -> None:
    (live / "log/0000000002.json").unlink()


def damage_record(live: Path) -> None:
    (live / "log/0000000001.json").write_text("{")


def swap_prompts(live: Path) -> None:
    """The last record names the prompts of another release, its chain unbroken."""
    other = json.loads((live / "log/0000000002.json").read_text())
    edit(live / "log/0000000003.json", prompts=other["prompts"])


def alter_object(live: Path) -> None:
    path = next((live / "objects").iterdir())
    path.write_text(path.read_text().replace("warm", "cold").replace("punchy", "rude"))


def remove_object(live: Path) -> None:
    for path in (live / "objects").iterdir():
        path.unlink()


def alter_current(live: Path) -> None:
    path = live / "current.json"
    path.write_text(path.read_text().replace("warm", "cold"))


def claim_a_number(live: Path) -> None:
    edit(live / "current.json", sequence=99)


def claim_a_commit(live: Path) -> None:
    edit(live / "current.json", commit="d" * 40)


def claim_another_commit(live: Path) -> None:
    """The last record names a commit that asks for another release."""
    second = json.loads((live / "log/0000000002.json").read_text())
    edit(live / "log/0000000003.json", commit=second["commit"])


ATTACKS = [
    alter_record,
    alter_last_record,
    remove_record,
    damage_record,
    swap_prompts,
    alter_object,
    remove_object,
    alter_current,
    claim_a_number,
    claim_a_commit,
    claim_another_commit,
]


def test_a_whole_chain(shop: Repo) -> None:
    assert verify(shop) == (0, [])
    out = lensops("verify", cwd=shop.root).out
    assert out.count("the chain is whole") == 2
    assert "3 records, 2 releases" in out


@pytest.mark.parametrize("attack", ATTACKS)
def test_any_alteration_is_found(shop: Repo, attack: Callable[[Path], None]) -> None:
    attack(shop.root / "live/staging")

    code, findings = verify(shop)
    assert code == 1, findings
    assert any(finding["outcome"] == "fail" for finding in findings)


@pytest.mark.parametrize("attack", [claim_a_number, claim_a_commit])
def test_a_claim_of_current_json_is_drift(shop: Repo, attack: Callable[[Path], None]) -> None:
    attack(shop.root / "live/staging")

    found = lensops("status", "staging", "--format", "json", cwd=shop.root).json["targets"][0]
    assert found["state"] == "drifted"
    assert lensops("apply", "--yes", cwd=shop.root).code == 0
    body = json.loads((shop.root / "live/staging/current.json").read_text())
    assert (body["sequence"], body["commit"]) == (4, shop.head())


def test_a_commit_that_is_not_here_is_undecided(shop: Repo) -> None:
    live = shop.root / "live/staging"
    shop.commit("Use v2", sample.manifest("v2"))
    assert lensops("apply", "--yes", cwd=shop.root).code == 0
    edit(live / "log/0000000004.json", commit="d" * 40)
    edit(live / "current.json", commit="d" * 40)
    assert verify(shop, "--accept")[0] == 3


def test_what_this_clone_has_seen_can_be_forgotten(shop: Repo) -> None:
    live = shop.root / "live/staging"
    first = read_record((live / "log/0000000001.json").read_bytes())
    for number in (2, 3):
        (live / f"log/{number:010d}.json").unlink()
    body = json.loads((live / f"objects/{first.release[7:]}.json").read_text())
    body |= {"sequence": 1, "commit": first.commit}
    (live / "current.json").write_text(json.dumps(body))

    code, findings = verify(shop)
    assert (code, "has seen record 3" in findings[0]["message"]) == (1, True)
    assert verify(shop, "--accept") == (0, [])
    assert verify(shop) == (0, [])


class TestGc:
    def gc(self, shop: Repo, *args: str) -> dict[str, Any]:
        result = lensops("gc", "staging", *args, "--format", "json", cwd=shop.root)
        assert result.code == 0, result.err
        target: dict[str, Any] = result.json["targets"][0]
        return target

    def leave(self, shop: Repo, name: str, age: float = 7_200) -> Path:
        path = shop.root / "live/staging/objects" / name
        path.write_text("{}")
        when = time.time() - age
        os.utime(path, (when, when))
        return path

    def test_nothing_to_do(self, shop: Repo) -> None:
        assert self.gc(shop) == {"name": "staging", "objects": [], "removed": []}
        assert "nothing to remove" in lensops("gc", cwd=shop.root).out

    def test_it_lists_and_with_yes_removes(self, shop: Repo) -> None:
        path = self.leave(shop, "a" * 64 + ".json")
        before = sorted((shop.root / "live/staging").rglob("*"))

        assert self.gc(shop)["objects"] == [f"objects/{path.name}"]
        assert path.exists()
        assert verify(shop)[1][0]["rule"] == "unreferenced"
        assert self.gc(shop, "--yes")["removed"] == [f"objects/{path.name}"]
        assert sorted((shop.root / "live/staging").rglob("*")) == [p for p in before if p != path]
        assert verify(shop) == (0, [])

    def test_what_was_written_just_now_may_belong_to_an_apply(self, shop: Repo) -> None:
        path = self.leave(shop, "a" * 64 + ".json", age=10)
        assert self.gc(shop, "--yes")["removed"] == []
        assert path.exists()

    def test_statements_and_what_is_served_stay(self, shop: Repo) -> None:
        manifest = sample.MANIFEST.replace("after: staging", "after: staging, overrides: [after]")
        shop.commit("Allow, use v2", {"lensops.yaml": manifest.replace("v1 #", "v2 #")})
        assert lensops("apply", "--yes", cwd=shop.root).code == 0
        shop.commit("Use v1", {"lensops.yaml": manifest})
        override = ("--override", "after", "--reason", "now")
        result = lensops("apply", "--yes", "--target", "production", *override, cwd=shop.root)
        assert result.code == 0, result.err
        for path in (shop.root / "live/production/objects").iterdir():
            os.utime(path, (1, 1))

        result = lensops("gc", "production", "--yes", "--format", "json", cwd=shop.root)
        assert result.json["targets"][0]["removed"] == []
        log = lensops("log", "production", "--format", "json", cwd=shop.root).json
        assert log["targets"][0]["entries"][0]["override"]["reason"] == "now"

    @pytest.mark.parametrize("attack", [remove_record, damage_record, alter_record])
    def test_a_damaged_log_is_left_alone(self, shop: Repo, attack: Callable[[Path], None]) -> None:
        path = self.leave(shop, "a" * 64 + ".json")
        attack(shop.root / "live/staging")

        result = lensops("gc", "staging", "--yes", cwd=shop.root)
        assert (result.code, "what its records name is not known" in result.err) == (1, True)
        assert path.exists()


def test_gc_of_a_branch_is_a_commit(project: Repo) -> None:
    bare = Repo(project.root.parent / "remote.git", init=False)
    bare.root.mkdir()
    bare.git("init", "-q", "--bare")
    project.git("remote", "add", "origin", "../remote.git")
    head = sample.MANIFEST.split("targets:")[0]
    project.commit("T", {"lensops.yaml": head + "targets: {live: {git: origin, branch: live}}\n"})
    assert lensops("apply", "--yes", cwd=project.root).code == 0
    clone = Repo(project.root.parent / "clone", init=False)
    project.git("clone", "-q", "-b", "live", "../remote.git", str(clone.root))
    clone.commit("Leave something", {f"objects/{'a' * 64}.json": "{}"})
    clone.git("push", "-q", "origin", "live")
    before = bare.git("ls-tree", "-r", "--name-only", "live").splitlines()

    result = lensops("gc", "--yes", "--format", "json", cwd=project.root)

    assert result.json["targets"][0]["removed"] == [f"objects/{'a' * 64}.json"], result.err
    after = bare.git("ls-tree", "-r", "--name-only", "live").splitlines()
    assert after == [path for path in before if "a" * 64 not in path]
    assert bare.git("log", "-1", "--format=%s", "live").startswith("Remove 1 object")
    assert lensops("verify", cwd=project.root).code == 0
