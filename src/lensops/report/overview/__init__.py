"""The project's state as one page: what is live, scores, drift, prompts, history."""

from lensops.report.overview.document import document
from lensops.report.overview.value import ActivePrompt, Declared, Overview

__all__ = ["ActivePrompt", "Declared", "Overview", "document"]
