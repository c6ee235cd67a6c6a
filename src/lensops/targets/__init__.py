"""Targets: where releases live, read and written without losing what was served."""

from typing import TYPE_CHECKING

from lensops.lazy import load_names

if TYPE_CHECKING:
    from lensops.targets.kind import KINDS, kind_of, open_target, target_problems
    from lensops.targets.target import Log, Observed, Receipt, Target

__all__ = [
    "KINDS",
    "Log",
    "Observed",
    "Receipt",
    "Target",
    "kind_of",
    "open_target",
    "target_problems",
]

__getattr__ = load_names(
    __name__,
    {
        "kind": ("KINDS", "kind_of", "open_target", "target_problems"),
        "target": ("Log", "Observed", "Receipt", "Target"),
    },
)
