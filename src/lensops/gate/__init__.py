"""The gate: readings, limits and findings in, one verdict out; it knows no screen and no git."""

from lensops.gate.decide import decide
from lensops.gate.loosened import CaseFacts, Cases, Digests, loosened

__all__ = ["CaseFacts", "Cases", "Digests", "decide", "loosened"]
