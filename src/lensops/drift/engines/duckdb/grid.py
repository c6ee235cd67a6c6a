"""Which bin a number lies in: by its cell in a fine grid where that decides, else by its cuts.

A cell is found in three operations, a place among forty cuts in six comparisons: for most rows the
cell is enough. Either way the row gets a small integer, its code, and codes are counted.
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lensops.drift.engines.duckdb.sql import Statement

CELLS = 4_000  # some forty cuts leave one row in a hundred that a cell does not decide
SMALLEST = 1e-300  # width of a cell, whose inverse is finite
SHARED = 2  # cuts in one cell; where more of them meet, a grid decides little


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells of equal width, the first and the last without a cut: all beyond is counted there.

    Rounding keeps the order of numbers, so that all rows of a cell without a cut lie on one side of
    every cut. `places` are the cells of the cuts; whole numbers with a cell each need no look at
    the values in them.
    """

    low: float
    high: float
    scale: float
    places: tuple[int, ...] = ()
    whole: bool = False

    @property
    def cells(self) -> int:
        return self.cell(self.high) + 1

    def cell(self, number: float) -> int:
        """As `cell_sql` does it: two operations, and halves to even."""
        return round((number - self.low) * self.scale)

    def cell_sql(self, number: str, statement: Statement) -> str:
        low, high = (f"{statement.bind(end)}::DOUBLE" for end in (self.low, self.high))
        scale = f"{statement.bind(self.scale)}::DOUBLE"
        return f"CAST((least(greatest({number}, {low}), {high}) - {low}) * {scale} AS SMALLINT)"


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes of numbers between cuts.

    With a grid NULL is coded as below all cuts, NaN as above them; without one they have no code.
    With a grid the code is the cell, of each cell with cuts there are as many more as cuts that a
    number there may have passed. Without a grid it is the number of passed cuts. Expressions are of
    columns `x`, a DOUBLE, `x_cell`, and `x_1`, `x_2` of the tables.
    """

    cuts: tuple[float, ...]
    grid: Grid | None

    def tables(self, x: str, statement: Statement) -> list[str]:
        """The first cut of each cell and the second one, as columns: literals are built anew for
        each vector of rows."""
        if self.grid is None or self.grid.whole:
            return []
        lists = [[math.inf] * self.grid.cells for _ in range(SHARED)]
        for index, (cell, cut) in enumerate(zip(self.grid.places, self.cuts, strict=True)):
            lists[index - bisect_left(self.grid.places, cell)][cell] = cut
        return [f"{statement.bind(cuts)}::DOUBLE[] AS {x}_{n}" for n, cuts in enumerate(lists, 1)]

    def cell_sql(self, x: str, statement: Statement) -> list[str]:
        return [f"{self.grid.cell_sql(x, statement)} AS {x}_cell"] if self.grid else []

    def sql(self, x: str, statement: Statement) -> str:
        if self.grid is None:
            place = _place_sql(x, self.cuts, statement)
            return f"CASE WHEN isfinite({x}) THEN ({place})::SMALLINT END"
        if self.grid.whole:
            return f"{x}_cell"
        held = set(self.grid.places)
        bits = statement.bind("".join("01"[cell in held] for cell in range(self.grid.cells)))
        passed = " + ".join(
            f"({x} >= list_extract({x}_{n}, {x}_cell + 1))::INTEGER" for n in range(1, SHARED + 1)
        )
        code = f"(({passed}) * {self.grid.cells} + {x}_cell)::SMALLINT"
        return f"CASE WHEN get_bit({bits}::BIT, {x}_cell) = 1 THEN {code} ELSE {x}_cell END"

    def bins(self, rows: Mapping[int, int]) -> list[int]:
        """The rows between the cuts from the rows of each code."""
        bins = [0] * (len(self.cuts) + 1)
        for code, count in rows.items():
            bins[self._bin(code)] += int(count)
        return bins

    def _bin(self, code: int) -> int:
        if self.grid is None:
            return code
        if self.grid.whole:
            return bisect_right(self.grid.places, code)
        passed, cell = divmod(code, self.grid.cells)
        return bisect_left(self.grid.places, cell) + passed


def codes_between(cuts: Sequence[float], *, whole: bool) -> Codes:
    """The codes of numbers, `whole` ones or any."""
    if len(cuts) < 2:
        return Codes(tuple(cuts), None)
    near = whole and cuts[-1] - cuts[0] < CELLS
    return Codes(tuple(cuts), _whole_grid(cuts) if near else _even_grid(cuts))


def _place_sql(number: str, cuts: Sequence[float], statement: Statement, first: int = 0) -> str:
    """The number of cuts that are not above a number, by halving."""
    if not cuts:
        return str(first)
    middle = len(cuts) // 2
    cut = f"{statement.bind(cuts[middle])}::DOUBLE"
    above = _place_sql(number, cuts[middle + 1 :], statement, first + middle + 1)
    below = _place_sql(number, cuts[:middle], statement, first)
    return f"CASE WHEN {number} >= {cut} THEN {above} ELSE {below} END"


def _whole_grid(cuts: Sequence[float]) -> Grid:
    low = math.floor(cuts[0]) - 1.0
    places = tuple(int(math.ceil(cut) - low) for cut in cuts)
    return Grid(low, low + places[-1] + 1, 1.0, places, whole=True)


def _even_grid(cuts: Sequence[float]) -> Grid | None:
    """None where it would not decide most rows: few values sit where the cuts are."""
    width = (cuts[-1] - cuts[0]) / CELLS
    low, high = cuts[0] - 2 * width, cuts[-1] + 2 * width
    if not (math.isfinite(high - low) and width > SMALLEST) or _around_values(cuts):
        return None
    grid = Grid(low, high, 1 / width)
    grid = replace(grid, places=tuple(grid.cell(cut) for cut in cuts))
    is_open = grid.places[0] > 0 and grid.places[-1] < grid.cells - 1
    return grid if is_open and max(Counter(grid.places).values()) <= SHARED else None


def _around_values(cuts: Sequence[float]) -> bool:
    """Whether most cuts come in pairs that hold one value between them."""
    pairs = sum(b == math.nextafter(a, math.inf) for a, b in itertools.pairwise(cuts))
    return 4 * pairs > len(cuts)
