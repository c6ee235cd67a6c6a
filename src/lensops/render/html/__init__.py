"""A document as one self-contained page: inline style and drawings, no script, nothing fetched."""

from lensops.render.html.blocks import render_blocks
from lensops.render.html.image import with_images
from lensops.render.html.page import html, style

__all__ = ["html", "render_blocks", "style", "with_images"]
