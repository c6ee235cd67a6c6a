"""Evidence: readings, findings and the verdict, as values, and the file that carries them."""

from lensops.evidence.accept import refusals
from lensops.evidence.value import (
    Base,
    Conditions,
    Finding,
    Outcome,
    Reading,
    Verdict,
    join_outcomes,
)

__all__ = [
    "Base",
    "Conditions",
    "Finding",
    "Outcome",
    "Reading",
    "Verdict",
    "join_outcomes",
    "refusals",
]
