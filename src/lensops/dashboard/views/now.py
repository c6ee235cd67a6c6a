"""Now: the first screen of the report, and everything that needs a person."""

from __future__ import annotations

from lensops.dashboard.draw import draw, draw_title
from lensops.report.document import Heading, Paragraph
from lensops.report.overview import Overview
from lensops.report.overview.answers import answers, figures
from lensops.report.overview.document import notice_blocks, origin
from lensops.report.overview.prompts import prompt_table


def page(overview: Overview) -> None:
    """What is live where, may it go, the four figures, the prompts."""
    draw_title(overview.project)
    draw(
        Paragraph(origin(overview)),
        answers(overview),
        figures(overview),
        Heading("Active prompts"),
        prompt_table(overview),
        *notice_blocks(overview),
    )
