"""A document as one self-contained page: inline style and drawings, no script, nothing fetched."""

from lensops.render.html.page import html

__all__ = ["html"]
