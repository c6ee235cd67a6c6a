"""Evidence: readings, findings and the verdict, as values."""

from lensops.evidence.value import Finding, Outcome, Reading, Verdict

__all__ = ["Finding", "Outcome", "Reading", "Verdict"]
