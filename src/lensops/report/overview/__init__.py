"""The project's state as one page: targets, prompts, verdict, scores, drift, history."""

from lensops.report.overview.document import document
from lensops.report.overview.value import ActivePrompt, Overview

__all__ = ["ActivePrompt", "Overview", "document"]
