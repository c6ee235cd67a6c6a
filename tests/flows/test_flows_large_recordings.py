"""Recordings in Git LFS: git has the digest, the content lies beside it, nothing goes unchecked."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from lensops.files import pointer_oid
from support.cli import lensops
from support.evaluated import small
from support.provider import Said, provider, verdict
from support.repo import Repo

RECORDED = "evals/copy/recordings/v1.jsonl"


def pointer_to(content: bytes) -> str:
    oid = hashlib.sha256(content).hexdigest()
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {len(content)}\n"


def store(repo: Repo, content: bytes) -> Path:
    """Where Git LFS keeps a file."""
    oid = hashlib.sha256(content).hexdigest()
    path = repo.root / ".git/lfs/objects" / oid[:2] / oid[2:4] / oid
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.fixture
def recorded(repo: Repo) -> bytes:
    """The content of recordings that main has as a pointer and the work tree as they are."""
    with provider(
        lambda asked, _: (
            verdict("Warm.", tone=4)
            if asked["model"] == "judge"
            else Said("Come in for " + asked["messages"][-1]["content"].split()[-1])
        )
    ) as server:
        small(repo, server.url)
        assert lensops("eval", "--record", cwd=repo.root).code == 0
    content = (repo.root / RECORDED).read_bytes()
    repo.commit("Record", {RECORDED: pointer_to(content)})
    (repo.root / RECORDED).write_bytes(content)
    repo.git("switch", "-q", "-c", "topic")
    return content


def gate(repo: Repo) -> tuple[int, str]:
    result = lensops("gate", "--replay", "--base", "main", cwd=repo.root)
    return result.code, result.out + result.err


class TestBase:
    def test_the_same_recordings_need_no_content_of_the_base(
        self, repo: Repo, recorded: bytes
    ) -> None:
        assert recorded
        code, text = gate(repo)
        assert (code, "loosened" in text) == (0, False), text

    def test_others_are_read_from_the_store(self, repo: Repo, recorded: bytes) -> None:
        """A row that the branch changed is found against the base's content."""
        store(repo, recorded)
        first, *rest = recorded.splitlines()
        row = json.loads(first)
        row["output"] = "Come in, come in, whatever it is for."
        changed = b"\n".join([json.dumps(row).encode(), *rest]) + b"\n"
        (repo.root / RECORDED).write_bytes(changed)
        _, text = gate(repo)
        assert "tea" in text
        assert "recorded" in text

    def test_without_the_content_nothing_is_decided(self, repo: Repo, recorded: bytes) -> None:
        (repo.root / RECORDED).write_bytes(recorded + recorded.splitlines()[0] + b"\n")
        code, text = gate(repo)
        assert code == 2
        assert "is a pointer of Git LFS" in text
        assert "git lfs fetch origin" in text

    def test_a_damaged_store_is_refused_with_both_digests(
        self, repo: Repo, recorded: bytes
    ) -> None:
        store(repo, recorded).write_bytes(recorded.replace(b"Come", b"Gone"))
        (repo.root / RECORDED).write_bytes(recorded + recorded.splitlines()[0] + b"\n")
        code, text = gate(repo)
        assert code == 2
        assert text.count("sha256:") == 2
        assert "git lfs fsck" in text


def test_a_pointer_in_the_work_tree_is_named(repo: Repo, recorded: bytes) -> None:
    (repo.root / RECORDED).write_text(pointer_to(recorded))
    for command in (("eval", "--replay"), ("gate", "--replay")):
        result = lensops(*command, cwd=repo.root)
        assert result.code == 2
        assert "git lfs pull" in result.out + result.err


@pytest.mark.parametrize(
    ("data", "is_pointer"),
    [
        (pointer_to(b"x").encode(), True),
        (pointer_to(b"x").encode().replace(b"\noid", b"\next-0-a sha256:0\noid"), True),
        (pointer_to(b"x").encode() + b"more", False),
        (b" " + pointer_to(b"x").encode(), False),
        (pointer_to(b"x").upper().encode(), False),
        (b"", False),
        (b'{"key": 1}\n', False),
    ],
)
def test_only_a_whole_pointer_is_one(data: bytes, *, is_pointer: bool) -> None:
    assert (pointer_oid(data) is not None) == is_pointer
