"""The receipt of an apply at one target."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lensops.plan import TargetPlan
    from lensops.release import Entry, Record


class Receipt(NamedTuple):
    """What an apply did at one target; `entry` is None when there was nothing to do."""

    plan: TargetPlan
    where: str
    entry: Entry | None = None

    @property
    def record(self) -> Record | None:
        """The record that was written."""
        return self.entry.record if self.entry else None
