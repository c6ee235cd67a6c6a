"""Cells of numbers: closed rows of intervals with two outer cells, and rows with open ends."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np

from lensops.drift.layout import Layout


def closed(recipe: str, edges: Sequence[float]) -> Layout:
    """Cells [a, b) between the edges, the last one closed, and cells for below and above."""
    edges = tuple(float(edge) for edge in edges)
    cells = [f"[{a:.6g}, {b:.6g})" for a, b in itertools.pairwise(edges)]
    cells[-1] = cells[-1][:-1] + "]"
    outside = (f"below {edges[0]:.6g}", f"above {edges[-1]:.6g}")
    count = len(cells)
    return Layout(
        recipe,
        "number",
        labels=(*cells, *outside),
        groups=(count, *range(count), count + 1),
        fixed=count,
        cut=(*edges[:-1], after(edges[-1])),
        edges=edges,
        outside=outside,
    )


def open_ended(recipe: str, inner: Sequence[float]) -> Layout:
    """Cells [a, b) between inner edges; the first and the last one have no end."""
    inner = tuple(float(edge) for edge in inner)
    middle = [f"[{a:.6g}, {b:.6g})" for a, b in itertools.pairwise(inner)]
    cells = [f"< {inner[0]:.6g}", *middle, f"≥ {inner[-1]:.6g}"]
    groups, count = tuple(range(len(cells))), len(cells)
    return Layout(recipe, "number", tuple(cells), groups, count, cut=inner, edges=inner)


def around(recipe: str, value: float) -> Layout:
    """Three cells: below one value, the value, above it."""
    labels = (f"< {value:.6g}", f"= {value:.6g}", f"> {value:.6g}")
    cut = (value, after(value))
    return Layout(recipe, "number", labels, (0, 1, 2), 3, cut=cut, edges=(value,))


def even(low: float, high: float, cells: int) -> list[float]:
    """The edges of cells of equal width. Halved meanwhile: the largest numbers stay finite."""
    return [2 * float(edge) for edge in np.linspace(low / 2, high / 2, cells + 1)]


def after(value: float) -> float:
    """The next number above."""
    return math.nextafter(value, math.inf)
