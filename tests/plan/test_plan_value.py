"""Plans: their digest, and what makes an apply ask for more."""

from __future__ import annotations

from hypothesis import given

from lensops.evidence import Base, Finding, Outcome
from lensops.plan import Plan, make
from lensops.release import Release
from support.releases import release, releases


def plan(before: Release | None, after: Release, name: str = "staging") -> Plan:
    return Plan((make(name, before, after),))


def turned(one: Release) -> Release:
    """The same release with everything in another order."""
    return Release(
        one.project,
        dict(reversed(one.prompts.items())),
        dict(reversed(one.thresholds.items())),
        dict(reversed(one.bands.items())),
    )


@given(releases, releases)
def test_the_digest_does_not_depend_on_order(before: Release, after: Release) -> None:
    assert plan(before, after).digest == plan(turned(before), turned(after)).digest


@given(releases, releases)
def test_a_plan_is_in_sync_exactly_when_it_has_no_changes(before: Release, after: Release) -> None:
    made = plan(before, after)
    assert made.in_sync is (made.targets[0].changes == ())


def test_the_digest_does_not_depend_on_findings_or_the_base_commit() -> None:
    target = make("staging", release(a="v1"), release(a="v2"))
    note = Finding("history", "lensops.yaml", Outcome.NOTE, "cut at 1234")
    assert Plan((target,)).digest == Plan((target.noting(note),), (note,), Base("main", "c")).digest


def test_the_digest_does_not_depend_on_the_order_of_targets() -> None:
    one, two = make("a", None, release(x="v1")), make("b", None, release(x="v1"))
    assert Plan((one, two)).digest == Plan((two, one)).digest


def test_a_target_has_the_digest_of_a_plan_for_it_alone() -> None:
    one, two = make("a", None, release(x="v1")), make("b", None, release(x="v1"))
    assert Plan((one, two)).targets[0].digest == Plan((one,)).digest
    assert one.digest != two.digest


def test_the_digest_sees_the_observed_release_and_every_change() -> None:
    digests = {
        plan(None, release(a="v1")).digest,
        plan(release(), release(a="v1")).digest,
        plan(release(b="v1"), release(a="v1", b="v1")).digest,
        plan(release(), release(a="v2")).digest,
        plan(release(), release({"a": 0.1}, a="v1")).digest,
        plan(release(), release({"a": 0.2}, a="v1")).digest,
        plan(release(a="v1"), release(a="v1")).digest,
    }
    assert len(digests) == 7


def test_removing_many_prompts_is_noticed_from_ten_prompts_on() -> None:
    def removes(served: int, kept: int) -> bool:
        prompts = {f"p{i}": "v1" for i in range(served)}
        rest = dict(list(prompts.items())[:kept])
        return make("t", release(**prompts), release(**rest)).removes_many

    assert [removes(9, 0), removes(10, 7), removes(10, 6), removes(20, 14), removes(20, 13)] == [
        *(False, False, True),
        *(False, True),
    ]


def test_an_unsettled_target_is_not_in_sync_though_nothing_changes() -> None:
    same = release(a="v1")
    assert not make("t", same, same, settled=False).in_sync


def test_another_project_is_named() -> None:
    made = make("t", release(project="other", a="v1"), release(a="v1"))
    assert made.other_project == "other"
    assert not made.in_sync
    assert make("t", None, release()).other_project is None
