"""Targets: where releases live, read and written without losing what was served."""

from lensops.targets.kind import KINDS, kind_of, open_target, target_problems
from lensops.targets.receipt import Receipt
from lensops.targets.served import Garbage, ServedAt, TargetLog, Verification
from lensops.targets.target import Log, Observed, Target

__all__ = [
    "KINDS",
    "Garbage",
    "Log",
    "Observed",
    "Receipt",
    "ServedAt",
    "Target",
    "TargetLog",
    "Verification",
    "kind_of",
    "open_target",
    "target_problems",
]
