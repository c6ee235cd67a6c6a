"""The frame of a drawing: its size and margins, and the figure around it with words for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Frame:
    """The size of a drawing in its own units, and the room at its sides for words."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int

    @property
    def inner_width(self) -> int:
        return self.width - self.left - self.right

    @property
    def inner_height(self) -> int:
        return self.height - self.top - self.bottom

    @property
    def floor(self) -> int:
        """The y of the lowest value."""
        return self.height - self.bottom


def figure(
    frame: Frame,
    name: str,
    summary: str,
    drawn: str,
    text: Callable[[str], str],
    *,
    small: bool = False,
) -> str:
    """The drawing with its name above and its figures in words for those who do not see it."""
    label = f"{text(name)}. {text(summary)}"
    svg = f'<svg viewBox="0 0 {frame.width} {frame.height}" role="img" aria-label="{label}">'
    caption = "" if small else f"<figcaption>{text(name)}</figcaption>"
    kind = "spark" if small else "chart"
    return f'<figure class="{kind}">{caption}{svg}{drawn}</svg></figure>'


def text_at(x: float, y: float, content: str, *, anchor: str = "start", kind: str = "") -> str:
    """A piece of text; the caller has escaped it."""
    style = f' class="{kind}"' if kind else ""
    return f'<text{style} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{content}</text>'
