"""Drawings as images, for a page that takes no inline SVG: the figures in words become the text."""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache

from lensops.render.html.page import style

_SVG = re.compile(
    r'<svg viewBox="0 0 (\d+) (\d+)" role="img" aria-label="([^"]*)">(.*?)</svg>', re.DOTALL
)
_VARIABLES = re.compile(r"--[a-z-]+: [^;]+;")


def with_images(html: str) -> str:
    """The same HTML with each drawing in an `img`; nothing in an image can run or be fetched."""
    return _SVG.sub(_image, html)


def _image(match: re.Match[str]) -> str:
    width, height, label, drawn = match.groups()
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}"><style>{_rules()}</style>{drawn}</svg>'
    )
    data = b64encode(svg.encode()).decode()
    return f'<img src="data:image/svg+xml;base64,{data}" alt="{label}" title="{label}">'


@cache
def _rules() -> str:
    """The variables and the rules of drawings out of the style of the page."""
    variables = " ".join(_VARIABLES.findall(style()))
    rules = [line for line in style().splitlines() if line.startswith(".lensops svg")]
    drawn = "\n".join(rules).replace(".lensops svg ", "")
    return f":root {{ color-scheme: light dark; {variables} }}\n{drawn}"
