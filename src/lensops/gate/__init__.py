"""The gate: readings, limits and findings in, one verdict out; it knows no screen and no git."""

from lensops.gate.loosened import CaseFacts, Cases, loosened

__all__ = ["CaseFacts", "Cases", "loosened"]
