"""What is stated beside a record: kept as an object, covered by the chain, read by old readers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lensops.files import Folder
from lensops.manifest import Target as Settings
from lensops.release import NOTHING_STATED, Override, Promotion, Statement
from lensops.targets import KINDS, Target, kind_of, open_target
from lensops.targets.directory import Directory
from support.releases import DRAFT, release
from support.repo import Repo

A, B = release(offer="v1"), release(offer="v2")
HOTFIX = DRAFT._replace(evidence="sha256:" + "e" * 64, override=Override("after", "prices wrong"))
KEYS_OF_0_1 = {
    *("sequence", "kind", "release", "prompts", "actor", "time", "commit", "evidence"),
    *("previous", "schema"),
}


def opened(kind: str, repo: Repo) -> Target:
    repo.commit("Begin", {"a.txt": "a"})
    bare = Repo(repo.root.parent / "remote.git", init=False)
    bare.root.mkdir()
    bare.git("init", "-q", "--bare")
    repo.git("remote", "add", "origin", "../remote.git")
    return open_target("t", Settings.model_validate(kind_of(kind).example), Folder(repo.root))


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_read_back_by_every_kind(kind: str, repo: Repo) -> None:
    target = opened(kind, repo)
    promoted = DRAFT._replace(promoted=Promotion("staging", 7, "sha256:" + "f" * 64))
    for desired, draft in ((A, DRAFT), (B, HOTFIX), (A, promoted)):
        target.write(desired, draft, target.observe())

    log = target.log()
    assert log.problems == ()
    assert [e.statement for e in log.entries] == [
        NOTHING_STATED,
        Statement(HOTFIX.evidence, HOTFIX.override),
        Statement(promoted=promoted.promoted),
    ]
    assert target.observe().statement == Statement(promoted=promoted.promoted)


def test_a_record_has_the_keys_that_0_1_reads(tmp_path: Path) -> None:
    """0.1 refuses a record with other keys; to it `evidence` is a digest like any other."""
    target = Directory("t", tmp_path, "t")
    record = target.write(A, HOTFIX, target.observe())

    body = json.loads((tmp_path / "log/0000000001.json").read_text())
    assert set(body) == KEYS_OF_0_1
    assert body["evidence"] == record.evidence == HOTFIX.statement.reference


def test_plain_evidence_needs_no_object(tmp_path: Path) -> None:
    target = Directory("t", tmp_path, "t")
    target.write(A, DRAFT._replace(evidence=HOTFIX.evidence), target.observe())

    assert len(list((tmp_path / "objects").iterdir())) == 1
    assert target.log().entries[0].statement == Statement(HOTFIX.evidence)


def test_an_altered_statement_is_damage(tmp_path: Path) -> None:
    target = Directory("t", tmp_path, "t")
    record = target.write(A, HOTFIX, target.observe())
    path = tmp_path / f"objects/{(record.evidence or '')[7:]}.json"
    path.write_text(path.read_text().replace("prices wrong", "all fine"))

    (problem,) = target.log().problems
    assert "not the statement that the record names" in problem
    assert target.observe().digest == A.digest
