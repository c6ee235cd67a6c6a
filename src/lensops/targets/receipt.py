"""The receipt of an apply at one target."""

from __future__ import annotations

from dataclasses import dataclass

from lensops.plan import TargetPlan
from lensops.release import Entry, Record


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an apply did at one target; `entry` is None when there was nothing to do."""

    plan: TargetPlan
    where: str
    entry: Entry | None = None

    @property
    def record(self) -> Record | None:
        """The record that was written."""
        return self.entry.record if self.entry else None
