"""The order of releases: what was served never gives way to something older."""

from __future__ import annotations

from lensops.client.errors import Unreadable
from lensops.client.prompt import Origin
from lensops.client.shape import MAX_JUMP


def check_order(origin: Origin, served: Origin | None) -> None:
    """Raise `Unreadable` unless a release may follow the one that is served.

    Every apply, a rollback too, is a record with a higher number, so a lower one was put there by
    something else. An equal one may be a target that is made anew for each release, as in an
    image. A number that jumps by millions would block all that is to come.
    """
    number = origin.sequence
    last = (served.sequence if served else None) or 0
    if number is None and last:
        raise Unreadable(f"it has no sequence, and {last} was served; {_way_on(last)}")
    if number is not None and number < last:
        raise Unreadable(f"its sequence {number} is older than the {last} served; {_way_on(last)}")
    if number is not None and number > last + MAX_JUMP:
        raise Unreadable(f"its sequence {number} is no number that this log can have reached")


def _way_on(last: int) -> str:
    return (
        "if the target's log was lost or restored, run "
        f"`lensops apply --target NAME --resume-after {last}`; "
        "if `keep` names a copy from another target, delete it"
    )
