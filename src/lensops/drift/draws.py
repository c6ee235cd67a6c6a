"""Which rows are drawn where there are too many: by a hash of a row's number, alike everywhere.

Rows a fixed step apart would all stand in one place of what repeats itself, such as hours of a day.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MASK = 2**32 - 1
FIRST, SECOND = 1_640_531_527, 73_244_475  # odd; products stay within 63 bits
SHIFT = 15


def draw_limit(step: int) -> int:
    """The hash below which a row is drawn, so that one in `step` is."""
    return (MASK + 1) // step


def drawn_rows(rows: int, step: int) -> NDArray[np.int64]:
    """The numbers, from 0 on, of the rows that are drawn: about one in `step`."""
    numbers = np.arange(rows, dtype=np.int64)
    if step == 1:
        return numbers
    mixed = (numbers & MASK) * FIRST & MASK
    return numbers[(mixed ^ (mixed >> SHIFT)) * SECOND & MASK < draw_limit(step)]
