"""Find the threshold that agrees with people, on one part of the ratings, tried on the other."""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lensops.errors import Undecided
from lensops.evals.agreement import Agreement, agreement, kappa, kendall, rate, spearman

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rated:
    """One output: its score in [0, 1], what people gave it, whether that counts as accepted."""

    id: str
    score: float
    rating: float
    accepted: bool
    group: str


@dataclass(frozen=True, slots=True)
class Aim:
    """What a threshold shall do: bound the false pass rate, or (None) agree best."""

    max_false_pass: float | None = None
    confidence: float = 0.95
    held_out: float = 0.5
    seed: int = 12345


@dataclass(frozen=True, slots=True)
class Calibration:
    """A threshold, how it did where it was found, and how it does where it was not."""

    threshold: float
    aim: Aim
    n: int
    groups: int
    spearman: float
    kendall: float
    development: Agreement
    held_out: Agreement
    present: Agreement | None = None  # the manifest's own threshold, on the held-out part


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A calibration, of what, and where its threshold was written."""

    suite: str | None
    scores: str
    accepted: str
    present: float | None
    calibration: Calibration
    notes: tuple[str, ...] = ()
    written: str | None = None


def calibrate(rated: Sequence[Rated], aim: Aim, present: float | None = None) -> Calibration:
    """The threshold that `aim` asks for, found on a development part and held against the rest.

    Both parts consist of whole groups. Raises `Undecided` when a part lacks accepted or rejected
    outputs, or when no threshold does what is asked for.
    """
    import numpy as np

    scores = np.array([row.score for row in rated], dtype=np.float64)
    ratings = np.array([row.rating for row in rated], dtype=np.float64)
    accepted = np.array([row.accepted for row in rated], dtype=np.bool_)
    groups = [row.group for row in rated]
    test = held_out(groups, aim.held_out, aim.seed)
    for part, name in ((~test, "development"), (test, "held-out")):
        _has_both(accepted[part], name)
    threshold_found = threshold(scores[~test], accepted[~test], aim)
    tested = scores[test], accepted[test]
    return Calibration(
        threshold_found,
        aim,
        len(rated),
        len(set(groups)),
        spearman(scores, ratings),
        kendall(scores, ratings),
        agreement(scores[~test], accepted[~test], threshold_found, aim.confidence),
        agreement(*tested, threshold_found, aim.confidence),
        None if present is None else agreement(*tested, present, aim.confidence),
    )


def held_out(groups: Sequence[str], share: float, seed: int) -> Bools:
    """Which rows are held out: whole groups in a seeded order until `share` of rows is reached."""
    import numpy as np

    names, member = np.unique(np.array(groups, dtype=str), return_inverse=True)
    sizes = np.bincount(member)
    order = np.random.default_rng(seed).permutation(len(names))
    rows_before = np.cumsum(sizes[order]) - sizes[order]
    chosen = np.zeros(len(names), dtype=np.bool_)
    chosen[order[rows_before < share * len(groups)]] = True
    rows: Bools = chosen[member]
    return rows


def threshold(scores: Floats, accepted: Bools, aim: Aim) -> float:
    """The threshold that `aim` asks for, between two neighbouring scores, rounded.

    To agree best is the largest Cohen's kappa, of equals the strictest. To bound the false pass
    rate is the lowest threshold at which the upper confidence limit of the rate is at or under the
    bound. Raises `Undecided` when no threshold does.
    """
    cuts, right, wrong = passing_counts(scores, accepted)
    good, bad = int(accepted.sum()), int((~accepted).sum())
    if (max_rate := aim.max_false_pass) is None:
        kappas = [
            (kappa(yes, no, good - yes, bad - no), cut)
            for cut, yes, no in zip(cuts, right, wrong, strict=True)
        ]
        best = max(kappas, default=(0.0, math.nan))
        if best[0] <= 0:
            raise Undecided("no threshold agrees with the ratings better than chance", _USELESS)
        return best[1]

    # fewer bad outputs pass as the cut rises, so the first cut that does is found by halving
    def is_bounded(passing: int) -> bool:
        return rate(passing, bad, aim.confidence).high <= max_rate

    place = bisect.bisect_left(wrong, True, key=is_bounded)
    if place == len(cuts):
        raise _unbounded_error(bad, max_rate, aim.confidence)
    return cuts[place]


def passing_counts(scores: Floats, accepted: Bools) -> tuple[list[float], list[int], list[int]]:
    """Each cut between neighbouring scores, and how many accepted and rejected ones pass it."""
    import numpy as np

    values, member = np.unique(scores, return_inverse=True)
    good = np.bincount(member, weights=accepted, minlength=len(values))
    bad = np.bincount(member, weights=~accepted, minlength=len(values))
    right, wrong = (row.sum() - np.cumsum(row)[:-1] for row in (good, bad))
    cuts = [_round_between(float(low), float(high)) for low, high in itertools.pairwise(values)]
    return cuts, [int(yes) for yes in right], [int(no) for no in wrong]


_USELESS = "the score does not tell what people accept from what they reject: look at the rubric"


def _round_between(low: float, high: float) -> float:
    """The number with fewest decimals in (low, high], near the middle."""
    middle = (low + high) / 2
    for digits in range(2, 17):
        cut = round(middle, digits)
        if low < cut <= high:
            return cut
    return high


def _has_both(accepted: Bools, name: str) -> None:
    good = int(accepted.sum())
    if 0 < good < len(accepted):
        return
    message = f"the {name} part has {good} accepted and {len(accepted) - good} rejected outputs"
    raise Undecided(message, "rate more outputs, good ones and bad ones")


def _unbounded_error(rejected: int, max_rate: float, confidence: float) -> Undecided:
    """Even with no false pass at all, so few rejected outputs do not bound the rate."""
    tail = (1 - confidence) / 2
    needed = math.ceil(math.log(tail) / math.log1p(-max_rate)) if 0 < max_rate < 1 else 0
    message = f"no threshold keeps the false pass rate at or under {max_rate:g} with confidence"
    if rejected < needed:
        hint = (
            f"{needed} rejected outputs in the development part can show it, there are {rejected}"
        )
    else:
        hint = _USELESS
    return Undecided(message, hint)
