"""Laws of targets, for every kind in the dict: what was applied is served, in order, and kept."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings

from lensops.errors import Stale
from lensops.files import Folder
from lensops.manifest import Target as Settings
from lensops.plan import make
from lensops.release import Kind, Release
from lensops.targets import KINDS, Log, Target, kind_of, open_target
from support.releases import DRAFT, release, releases
from support.repo import Repo

A, B = release(offer="v1"), release(offer="v2")
every_kind = pytest.mark.parametrize("kind", KINDS)
FEW = settings(max_examples=6)  # a kind may start processes


@contextmanager
def project() -> Iterator[Path]:
    """A work tree whose remote `origin` is an empty repository beside it."""
    with tempfile.TemporaryDirectory() as name:
        bare = Repo(Path(name) / "remote.git", init=False)
        bare.root.mkdir()
        bare.git("init", "-q", "--bare")
        repo = Repo(Path(name) / "work")
        repo.commit("Begin", {"a.txt": "a"})
        repo.git("remote", "add", "origin", "../remote.git")
        yield repo.root


def opened(kind: str, root: Path) -> Target:
    return open_target("t", Settings.model_validate(kind_of(kind).example), Folder(root))


def apply(target: Target, *desired: Release) -> list[Kind]:
    return [target.write(each, DRAFT, target.observe()).kind for each in desired]


@every_kind
def test_an_empty_target_serves_nothing(kind: str) -> None:
    with project() as root:
        observed = opened(kind, root).observe()

        assert (observed.release, observed.record, observed.sequence) == (None, None, 0)
        assert (observed.problems, observed.is_settled) == ((), True)
        assert opened(kind, root).log() == Log()


@every_kind
@FEW
@given(first=releases, second=releases)
def test_apply_then_plan_is_empty_and_the_log_holds_all(
    kind: str, first: Release, second: Release
) -> None:
    with project() as root:
        target = opened(kind, root)
        for desired in (first, second):
            apply(target, desired)
            observed = opened(kind, root).observe()
            plan = make("t", observed.release, desired, settled=observed.is_settled)
            assert (plan.changes, plan.in_sync) == ((), True)
        records, problems = target.log().records, target.log().problems
        assert problems == ()
        assert [record.release for record in records] == [first.digest, second.digest]
        assert [record.sequence for record in records] == [1, 2]
        assert records[1].previous == records[0].digest


@every_kind
def test_back_to_an_earlier_release_is_a_rollback(kind: str) -> None:
    with project() as root:
        assert apply(opened(kind, root), A, B, A) == [Kind.APPLY, Kind.APPLY, Kind.ROLLBACK]


@every_kind
def test_of_two_writers_who_saw_the_same_one_is_stale(kind: str) -> None:
    with project() as root:
        first, second = opened(kind, root), opened(kind, root)
        observed = second.observe()
        apply(first, A)

        with pytest.raises(Stale, match="from record 0 to record 1"):
            second.write(B, DRAFT, observed)
        assert opened(kind, root).observe().digest == A.digest


@every_kind
def test_its_keys_are_those_of_the_manifest(kind: str) -> None:
    settings = Settings.model_validate(kind_of(kind).example)

    assert settings.kind == kind
    with project() as root:
        target = open_target("t", settings, Folder(root))
        assert target.name == "t"
        assert target.where
        assert isinstance(target.needs_commit, bool)
