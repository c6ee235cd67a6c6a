"""Numbers of pull requests in commit messages."""

from __future__ import annotations

import pytest

from lensops.history.log import pull_request


@pytest.mark.parametrize(
    ("message", "number"),
    [
        ("Punchy copy (#13)", 13),
        ("Punchy copy (#13) and more", None),
        ("Merge pull request #12 from ada/topic\n\nPunchy", 12),
        ("Merge branch 'x' into 'main'\n\nSee merge request shop/offers!45", 45),
        ("Merged in topic (pull request #9)", 9),
        ("Merged PR 77: Punchy", 77),
        ('Revert "Punchy copy (#13)"', None),
        ('Revert "Punchy copy (#13)" (#14)', 14),
        ("Fix #12", None),
        ("", None),
    ],
)
def test_pull_request_numbers(message: str, number: int | None) -> None:
    assert pull_request(message) == number
