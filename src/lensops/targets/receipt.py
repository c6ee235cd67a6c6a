"""The receipt of an apply at one target."""

from __future__ import annotations

from dataclasses import dataclass

from lensops.plan import TargetPlan
from lensops.release import Record


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an apply did at one target; `record` is None when there was nothing to do."""

    plan: TargetPlan
    where: str
    record: Record | None = None
