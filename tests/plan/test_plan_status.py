"""States: the whole table of desired, applied and live."""

from __future__ import annotations

import pytest

from lensops.plan import State, prompt_states, release_state
from lensops.plan.status import state
from lensops.release import next_record
from support.releases import DRAFT, release

TABLE = [
    # desired, applied, live: state
    ("a", "a", "a", State.SYNCED),
    ("a", None, "a", State.SYNCED),
    ("a", "b", "a", State.SYNCED),
    ("b", "a", "a", State.PENDING),
    ("a", "a", "b", State.DRIFTED),
    ("a", "b", "c", State.CONFLICT),
    ("a", None, "b", State.CONFLICT),
    ("a", None, None, State.MISSING),
    ("a", "a", None, State.MISSING),
    ("a", "b", None, State.MISSING),
    (None, "a", "a", State.ORPHAN),
    (None, None, "a", State.ORPHAN),
    (None, "a", None, None),
    (None, None, None, None),
]


@pytest.mark.parametrize(("desired", "applied", "live", "expected"), TABLE)
def test_state(
    desired: str | None, applied: str | None, live: str | None, expected: State | None
) -> None:
    assert state(desired, applied, live) is expected


@pytest.mark.parametrize(
    ("desired", "applied", "live", "intact", "expected"),
    [
        ("a", "a", "a", True, State.SYNCED),
        ("a", "a", "a", False, State.DRIFTED),  # something beside the prompts was edited
        ("a", None, None, True, State.MISSING),
        ("a", "a", None, True, State.DRIFTED),  # what was applied is gone
        ("a", "b", None, True, State.CONFLICT),
        ("b", "a", "a", True, State.PENDING),
    ],
)
def test_release_state(
    desired: str, applied: str | None, live: str | None, intact: bool, expected: State
) -> None:
    assert release_state(desired, applied, live, intact=intact) is expected


def test_prompts_of_all_three_sides() -> None:
    desired = release(new="v1", same="v1", next="v2", edited="v1")
    applied = release(same="v1", next="v1", edited="v1", gone="v1")
    live = release(same="v1", next="v1", edited="v9", gone="v1", extra="v1")
    record = next_record(applied, DRAFT, [], 1, None)
    found = prompt_states(desired, record, live)
    assert {name: (s.state.value, s.version, s.desired) for name, s in found.items()} == {
        "new": ("missing", None, "v1"),
        "same": ("synced", "v1", "v1"),
        "next": ("pending", "v1", "v2"),
        "edited": ("drifted", "v9", "v1"),
        "gone": ("orphan", "v1", None),
        "extra": ("orphan", "v1", None),
    }
