"""Evidence: readings, findings and the verdict, as values, and the file that carries them."""

from lensops.evidence.accept import refusals
from lensops.evidence.value import Finding, Outcome, Reading, Verdict, join_outcomes

__all__ = ["Finding", "Outcome", "Reading", "Verdict", "join_outcomes", "refusals"]
