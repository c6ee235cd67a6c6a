"""Evidence: readings, findings and the verdict, as values, and the file that carries them."""

from typing import TYPE_CHECKING

from lensops.lazy import load_names

if TYPE_CHECKING:
    from lensops.evidence.finding import Finding, Outcome, join_outcomes
    from lensops.evidence.value import Base, Conditions, Reading, Verdict, refusals

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

__getattr__ = load_names(
    __name__,
    {
        "finding": ("Finding", "Outcome", "join_outcomes"),
        "value": ("Base", "Conditions", "Reading", "Verdict", "refusals"),
    },
)
