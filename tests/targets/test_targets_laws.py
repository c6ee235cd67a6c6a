"""Laws of targets: what was applied is served, in order, and nothing of it is ever lost."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from lensops.plan import make
from lensops.release import Kind, Release
from lensops.targets import layout
from lensops.targets.directory import Directory
from support.releases import DRAFT, releases


@settings(max_examples=25)
@given(st.lists(releases, min_size=1, max_size=4))
def test_apply_then_plan_is_empty_and_the_log_holds_all(sequence: list[Release]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        target = Directory("t", folder, "t")
        for each in sequence:
            target.write(each, DRAFT, target.observe())
            observed = target.observe()
            plan = make("t", observed.release, each, settled=observed.settled)
            assert plan.changes == ()
            assert plan.in_sync
        records, problems = target.log()
        assert problems == []
        assert [record.release for record in records] == [each.digest for each in sequence]
        tree = target._tree
        assert [layout.release_at(tree, r.release) for r in records] == sequence


@settings(max_examples=15)
@given(releases, releases)
def test_a_b_a_ends_in_a_rollback(a: Release, b: Release) -> None:
    with tempfile.TemporaryDirectory() as name:
        target = Directory("t", Path(name), "t")
        kinds = [target.write(each, DRAFT, target.observe()).kind for each in (a, b, a)]
        expected = Kind.APPLY if a.digest == b.digest else Kind.ROLLBACK
        assert kinds == [Kind.APPLY, Kind.APPLY, expected]
