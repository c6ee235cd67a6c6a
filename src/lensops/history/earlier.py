"""What was active before: the step back that undoes the activation of the active version."""

from __future__ import annotations

from collections.abc import Sequence

from lensops.history.events import Event, Kind


def earlier(events: Sequence[Event]) -> tuple[Event, str | None]:
    """The activation to undo, and the version that this restores; None when there is none.

    `events` are those of one prompt, newest first, at least one. Versions that were rolled back
    from are stepped over: the line of versions is walked as a stack.
    """
    line: list[Event] = []
    for event in reversed(events):
        if event.kind is Kind.ROLLBACK:
            while line and line[-1].digest != event.digest:
                line.pop()
        elif event.kind is not Kind.REMOVE:
            line = [each for each in line if each.digest != event.digest] + [event]
    before = line[-2].version if len(line) > 1 else None
    return (line[-1] if line else events[0]), before
