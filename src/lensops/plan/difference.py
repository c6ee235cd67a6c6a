"""What differs between two forms of one prompt, each with the name that it was asked for by."""

from __future__ import annotations

from dataclasses import dataclass

from lensops.plan.textdiff import SectionChange


@dataclass(frozen=True, slots=True)
class Difference:
    """A prompt's sections that differ; `before` and `after` name its forms, such as `v2@main`.

    `same_content`: both have one digest, so what differs in their files, if anything, is layout.
    """

    prompt: str
    before: str
    after: str
    sections: tuple[SectionChange, ...]
    same_content: bool
    layout_differs: bool = False
