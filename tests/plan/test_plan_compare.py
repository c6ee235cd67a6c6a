"""Changes: known answers, and what must be left alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from lensops.plan import Action, Kind, changes, make
from lensops.release import Release
from support.releases import prompt, release, releases


def rows(before: Release | None, after: Release) -> list[tuple[str, str, str, bool]]:
    return [(c.kind.value, c.name, c.action.value, c.loosened) for c in changes(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, release(a="v1"), [("prompt", "a", "create", False)]),
        (release(), release(a="v1"), [("prompt", "a", "create", False)]),
        (release(a="v1"), release(a="v2"), [("prompt", "a", "update", False)]),
        (release(a="v1"), release(), [("prompt", "a", "delete", False)]),
        (
            release(a="v1", b="v1"),
            release(b="v2", c="v1"),
            [
                ("prompt", "a", "delete", False),
                ("prompt", "b", "update", False),
                ("prompt", "c", "create", False),
            ],
        ),
        (release(), release({"a": 0.5}), [("threshold", "a", "create", False)]),
        (release({"a": 0.5}), release({"a": 0.6}), [("threshold", "a", "update", False)]),
        (release({"a": 0.6}), release({"a": 0.5}), [("threshold", "a", "update", True)]),
        (release({"a": 0.6}), release(), [("threshold", "a", "delete", True)]),
        (
            release(bands={"m.critical": 0.2}),
            release(bands={"m.critical": 0.3}),
            [("band", "m.critical", "update", True)],
        ),
        (
            release(bands={"m.critical": 0.3}),
            release(bands={"m.critical": 0.2}),
            [("band", "m.critical", "update", False)],
        ),
        (
            release(bands={"m.critical": 0.3}),
            release(),
            [("band", "m.critical", "delete", True)],
        ),
    ],
)
def test_changes(
    before: Release | None, after: Release, expected: list[tuple[str, str, str, bool]]
) -> None:
    assert rows(before, after) == expected


@pytest.mark.parametrize(
    ("own_before", "own_after", "loosened"),
    [
        (None, 0.3, True),  # the monitor's 0.2 held before
        (None, 0.1, False),
        (0.1, None, True),  # the monitor's 0.2 holds now
        (0.3, None, False),
    ],
)
def test_a_band_of_a_feature_is_compared_with_that_of_its_monitor(
    own_before: float | None, own_after: float | None, loosened: bool
) -> None:
    def with_own(own: float | None) -> Release:
        feature = {} if own is None else {"m/f.critical": own}
        return release(bands={"m.critical": 0.2, **feature})

    (change,) = changes(with_own(own_before), with_own(own_after))
    assert change.name == "m/f.critical"
    assert change.loosened is loosened


def test_a_feature_with_a_dot_is_compared_with_its_monitor_alone() -> None:
    bands = {"m.critical": 0.5, "m/a.critical": 0.05}
    (change,) = changes(release(bands={**bands, "m/a.b.critical": 0.1}), release(bands=bands))
    assert change.loosened  # its monitor's 0.5 holds now, not the 0.05 of another feature


def test_another_version_with_the_same_content_is_a_change() -> None:
    before = Release("demo", {"a": prompt("v1", "Hello")})
    after = Release("demo", {"a": prompt("v2", "Hello")})
    (change,) = changes(before, after)
    assert change.action is Action.UPDATE


def test_the_same_version_with_another_content_is_a_change() -> None:
    before = Release("demo", {"a": prompt("v1", "Hello")})
    after = Release("demo", {"a": prompt("v1", "Hello!")})
    (change,) = changes(before, after)
    assert (change.kind, change.action) == (Kind.PROMPT, Action.UPDATE)


@pytest.mark.parametrize("same", [release(), release(a="v1"), release({"a": 0.1}, {"m.x": 0.2})])
def test_equal_releases_have_no_changes(same: Release) -> None:
    assert changes(same, replace(same)) == ()
    assert make("t", same, replace(same)).in_sync


def test_the_order_of_prompts_in_a_manifest_is_no_change() -> None:
    assert changes(release(a="v1", b="v1"), release(b="v1", a="v1")) == ()


@given(releases)
def test_a_release_against_itself_is_empty(one: Release) -> None:
    assert changes(one, one) == ()


@given(releases, releases)
def test_changes_lead_from_one_release_to_the_other(before: Release, after: Release) -> None:
    parts = {
        Kind.PROMPT: dict(before.prompts),
        Kind.THRESHOLD: dict(before.thresholds),
        Kind.BAND: dict(before.bands),
    }
    for change in changes(before, after):
        if change.new is None:
            del parts[change.kind][change.name]
        else:
            parts[change.kind][change.name] = change.new
    made = Release("demo", parts[Kind.PROMPT], parts[Kind.THRESHOLD], parts[Kind.BAND])
    assert made.digest == after.digest
