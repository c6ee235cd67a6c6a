"""Models: the edge where writers and judges answer; needs the extra `lensops[llm]`."""

from lensops.models.factory import open_generator, open_judge

__all__ = ["open_generator", "open_judge"]
