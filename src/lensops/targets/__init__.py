"""Targets: the places where releases live, read and written without losing what was served."""

from lensops.targets.open import open_target
from lensops.targets.target import Observed, Target

__all__ = ["Observed", "Target", "open_target"]
