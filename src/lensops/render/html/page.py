"""The page around the blocks: style, navigation, a policy under which nothing is fetched."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from lensops.render.html.blocks import anchor, render_blocks, text
from lensops.report.document import Document, Heading

POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def html(document: Document, title: str) -> str:
    """The page. It has no script, so that a strict content policy may show it."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(title)}</title>\n<style>\n{style()}</style>\n</head>\n"
        f'<body class="lensops">\n{_navigation(document)}<main>\n'
        f"{render_blocks(document.blocks)}</main>\n</body>\n</html>\n"
    )


@cache
def style() -> str:
    """The rules that the report and the dashboard share."""
    return (files("lensops.render.html") / "style.css").read_text("utf-8")


def _navigation(document: Document) -> str:
    titles = [b.text for b in document.blocks if isinstance(b, Heading) and b.level == 2]
    links = "".join(f'<li><a href="#{anchor(title)}">{text(title)}</a></li>' for title in titles)
    return f'<nav aria-label="Sections"><ul>{links}</ul></nav>\n' if links else ""
