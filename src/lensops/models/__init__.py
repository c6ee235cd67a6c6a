"""Models: the edge where writers and judges answer; needs the extra `lensops[llm]`."""

from lensops.models.opening import open_judge, open_writer

__all__ = ["open_judge", "open_writer"]
