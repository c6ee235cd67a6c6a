"""Planted shifts: what the causes name, what only the bins tell, and that nothing wrong is named.

`python tests/drift/test_drift_plants.py` prints the table of the docs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from lensops.drift import PropensityDriftMonitor
from lensops.drift.results import FeatureDrift

Values = np.ndarray
Change = Callable[[np.random.Generator, Values], Values]
ROWS = 4000
FACTS = {"bins", "beyond", "chance", "outside", "not a number"}  # true of whatever moved


def _normal(rng: np.random.Generator) -> Values:
    return rng.normal(50, 10, ROWS)


def _lognormal(rng: np.random.Generator) -> Values:
    return rng.lognormal(3, 0.8, ROWS)


def _uniform(rng: np.random.Generator) -> Values:
    return rng.random(ROWS)


def _days(rng: np.random.Generator) -> Values:
    return rng.integers(0, 90, ROWS).astype(float)


def _likert(rng: np.random.Generator) -> Values:
    return rng.choice([1.0, 2.0, 3.0, 4.0, 5.0], ROWS, p=[0.1, 0.2, 0.4, 0.2, 0.1])


def _hours(rng: np.random.Generator) -> Values:
    return np.floor(rng.normal(14, 3, ROWS)) % 24


def _zeros(rng: np.random.Generator) -> Values:
    return np.where(rng.random(ROWS) < 0.6, 0.0, rng.exponential(20, ROWS))


def _celsius(rng: np.random.Generator) -> Values:
    return rng.normal(15, 8, ROWS).round(1)


def _flag(rng: np.random.Generator) -> Values:
    return (rng.random(ROWS) < 0.6).astype(float)


def _tiers(rng: np.random.Generator) -> Values:
    return rng.choice(["gold", "silver", "bronze"], ROWS, p=[0.2, 0.3, 0.5])


@dataclass(frozen=True)
class Plant:
    """A shift that is known: of which values, and the kind and text by which it is named."""

    draw: Callable[[np.random.Generator], Values]
    change: Change
    kind: str = "bins"
    text: str = ""


def _some(share: float, value: float) -> Change:
    return lambda rng, x: np.where(rng.random(x.size) < share, value, x)


PLANTS: dict[str, Plant] = {
    "+5 on N(50, 10)": Plant(_normal, lambda _, x: x + 5, "offset", "+5.0"),
    "-5": Plant(_normal, lambda _, x: x - 5, "offset", "-5.0"),
    "+0.19 on scores": Plant(_uniform, lambda _, x: x + 0.19, "offset", "+0.19"),
    "days +1": Plant(_days, lambda _, x: x + 1, "offset", "+1.0"),
    "days +7": Plant(_days, lambda _, x: x + 7, "offset", "+7.0"),
    "Likert +1": Plant(_likert, lambda _, x: x + 1, "offset", "+1.0"),
    "Likert +0.5": Plant(_likert, lambda _, x: x + 0.5, "offset", "+0.5"),
    "minutes to seconds, x60": Plant(_lognormal, lambda _, x: x * 60, "scale", "about 60"),
    "euros to cents, x100": Plant(_lognormal, lambda _, x: x * 100, "scale", "about 100"),
    "ms to s, x0.001": Plant(_lognormal, lambda _, x: x / 1000, "scale", "0.001"),
    "x1.3": Plant(_lognormal, lambda _, x: x * 1.3, "scale", "about 1.3"),
    "share to percent": Plant(_uniform, lambda _, x: x * 100, "scale", "about 100"),
    "inches to cm": Plant(_normal, lambda _, x: x * 2.54, "scale", "about 2.54"),
    "C to F": Plant(_celsius, lambda _, x: x * 1.8 + 32, "scale", "about 1.8, then shifted"),
    "C to K": Plant(_celsius, lambda _, x: x + 273.15, "offset", "+273"),
    "spread x1.5": Plant(_normal, lambda _, x: 50 + 1.5 * (x - 50), "scale", "1.5 times as wide"),
    "logarithm": Plant(_lognormal, lambda _, x: np.log(x), "transform", "natural logarithm"),
    "log(1 + x)": Plant(_lognormal, lambda _, x: np.log1p(x), "transform", "log"),
    "square root": Plant(_lognormal, lambda _, x: np.sqrt(x), "transform", "square root"),
    "opposite sign": Plant(_lognormal, lambda _, x: -x, "transform", "opposite sign"),
    "binary logarithm": Plant(_lognormal, lambda _, x: np.log2(x), "transform", "binary"),
    "cube root": Plant(_lognormal, lambda _, x: np.cbrt(x), "transform", "cube root"),
    "square": Plant(_normal, lambda _, x: x * x, "transform", "square of"),
    "reciprocal": Plant(_uniform, lambda _, x: 1 / x, "transform", "reciprocal"),
    "100 - x": Plant(_lognormal, lambda _, x: 100 - x, "transform", "100 minus"),
    "reversed answers, 6 - x": Plant(
        lambda rng: rng.choice([1.0, 2.0, 3.0, 4.0, 5.0], ROWS, p=[0.4, 0.3, 0.15, 0.1, 0.05]),
        lambda _, x: 6 - x,
        "transform",
        "6 minus",
    ),
    "2x + 3": Plant(_days, lambda _, x: 2 * x + 3, "scale", "about 2, then shifted by about +3.0"),
    "miles to km": Plant(_days, lambda _, x: x * 1.609344, "scale", "about 1.60934"),
    "km to m": Plant(_celsius, lambda _, x: x * 1000, "scale", "about 1000"),
    "whole minutes to seconds": Plant(_days, lambda _, x: x * 60, "scale", "about 60"),
    "prices x1.08": Plant(_normal, lambda _, x: x * 1.08, "scale", "about 1.08"),
    "capped at 60": Plant(_normal, lambda _, x: np.minimum(x, 60), "clipping", "above 60"),
    "raised to 40": Plant(_normal, lambda _, x: np.maximum(x, 40), "clipping", "below 40"),
    "clipped at both ends": Plant(
        _normal, lambda _, x: np.clip(x, 40, 60), "clipping", "and what was below 40"
    ),
    "days capped at 60": Plant(_days, lambda _, x: np.minimum(x, 60), "clipping", "above 60"),
    "hours +5": Plant(_hours, lambda _, x: (x + 5) % 24, "rotation", "+5 in a cycle of 24"),
    "hours +13": Plant(_hours, lambda _, x: (x + 13) % 24, "rotation", "-11 in a cycle of 24"),
    "rounded to integers": Plant(_lognormal, lambda _, x: np.round(x), "rounding", "of 1 now"),
    "rounded to quarters": Plant(
        _uniform, lambda _, x: np.round(x * 4) / 4, "rounding", "of 0.25 now"
    ),
    "rounded to twenties": Plant(
        _normal, lambda _, x: np.round(x / 20) * 20, "rounding", "of 20 now"
    ),
    "rounded to tens": Plant(_lognormal, lambda _, x: np.round(x, -1), "rounding", "of 10 now"),
    "cut off": Plant(_lognormal, lambda _, x: np.floor(x), "rounding", "of 1 now"),
    "upper half only": Plant(_uniform, lambda _, x: x[x > 0.5], "truncation", "below 0.5"),
    "nothing above 60": Plant(_normal, lambda _, x: x[x < 60], "truncation", "above 60"),
    "both ends cut": Plant(
        _normal, lambda _, x: x[(x > 40) & (x < 60)], "truncation", "or below 40"
    ),
    "zeros to -1": Plant(
        _zeros, lambda _, x: np.where(x == 0, -1, x), "replacement", "0 became -1"
    ),
    "zeros to -1,000,000": Plant(
        _zeros, lambda _, x: np.where(x == 0, -1e6, x), "replacement", "0 became -1000000"
    ),
    "20 % are 0": Plant(_normal, _some(0.2, 0.0), "spike", "the one value 0"),
    "5 % are 37": Plant(_normal, _some(0.05, 37.0), "spike", "the one value 37"),
    "5 % are -999": Plant(_normal, _some(0.05, -999.0), "spike", "the one value -999"),
    "25 % missing": Plant(_normal, _some(0.25, np.nan), "missing", "% are missing"),
    "all missing": Plant(_normal, lambda _, x: x * np.nan, "missing", "100 % are missing"),
    "10 % infinite": Plant(_normal, _some(0.1, np.inf), "infinite", "are infinite"),
    "numbering goes on": Plant(
        lambda _: np.arange(891.0), lambda _, x: np.arange(891.0, 1309), "beyond", "above 890"
    ),
    "flag 60 % to 37 %": Plant(_flag, lambda rng, x: (rng.random(x.size) < 0.37) * 1.0),
    "constant to N(5, 1)": Plant(
        lambda _: np.full(ROWS, 5.0), lambda rng, x: rng.normal(5, 1, x.size)
    ),
    "two humps": Plant(
        _normal, lambda rng, x: np.where(rng.random(x.size) < 0.5, x, x + 60), "bins"
    ),
    "normal to uniform": Plant(_normal, lambda rng, x: rng.uniform(20, 80, x.size)),
    "Likert to the ends": Plant(
        _likert, lambda rng, x: rng.choice([1.0, 5.0, 3.0], x.size, p=[0.3, 0.4, 0.3])
    ),
    "new tier": Plant(
        _tiers, lambda rng, x: np.where(rng.random(x.size) < 0.3, "jade", x), "new", "'jade'"
    ),
    "Gold to GOLD": Plant(_tiers, lambda _, x: np.char.upper(x), "respelling", "other capitals"),
    "names of another encoding": Plant(
        lambda rng: rng.choice(["München", "Köln", "Berlin"], ROWS),
        lambda _, x: np.array([str(v).encode().decode("latin-1") for v in x]),
        "respelling",
        "another encoding",
    ),
    "accents lost": Plant(
        lambda rng: rng.choice(["café", "thé", "eau"], ROWS),
        lambda _, x: np.char.replace(x, "é", "e"),
        "respelling",
        "other accents",
    ),
    "credit_card to credit card": Plant(
        lambda rng: rng.choice(["credit_card", "cash"], ROWS),
        lambda _, x: np.char.replace(x, "_", " "),
        "respelling",
        "punctuation",
    ),
    "letters lost": Plant(
        lambda rng: rng.choice(["München", "Köln", "Berlin"], ROWS),
        lambda _, x: np.array([str(v).encode("ascii", "replace").decode() for v in x]),
        "respelling",
        "another encoding",
    ),
    "half of them in capitals": Plant(
        _tiers,
        lambda rng, x: np.where(rng.random(x.size) < 0.5, np.char.upper(x), x),
        "respelling",
        "other capitals",
    ),
    "eu- before each": Plant(
        _tiers, lambda _, x: np.char.add("eu-", x), "respelling", "'eu-' before each"
    ),
    "cut off after four": Plant(
        _tiers, lambda _, x: np.array([v[:4] for v in x]), "respelling", "cut off after 4"
    ),
    "gold to premium": Plant(
        _tiers, lambda _, x: np.where(x == "gold", "premium", x), "renaming", "'gold' became 'pr"
    ),
    "silver and bronze merged": Plant(
        _tiers, lambda _, x: np.where(x == "gold", x, "basic"), "renaming", "became 'basic'"
    ),
    "silver into bronze": Plant(
        _tiers,
        lambda _, x: np.where(x == "silver", "bronze", x),
        "renaming",
        "'silver' became 'bronze'",
    ),
    "bronze split": Plant(
        _tiers,
        lambda rng, x: np.where(x == "bronze", rng.choice(["b1", "b2"], x.size), x),
        "renaming",
        "'bronze' became 'b",
    ),
    "tiers move": Plant(_tiers, lambda rng, x: np.where(rng.random(x.size) < 0.2, "gold", x)),
}


def plant(name: str, *, same_rows: bool) -> tuple[Plant, FeatureDrift]:
    """What is found of a plant, in the very same rows or in others of the same population."""
    planted = PLANTS[name]
    rng = np.random.default_rng(list(PLANTS).index(name))
    baseline = planted.draw(rng)
    source = baseline if same_rows else planted.draw(rng)
    current = planted.change(rng, source)
    report = PropensityDriftMonitor().check_drift({"x": baseline}, {"x": current})
    return planted, report.features[0]


def verdict(name: str, *, same_rows: bool) -> str:
    """`right`, `roughly` (the kind, another figure), `bins` (facts alone) or `wrong`."""
    planted, found = plant(name, same_rows=same_rows)
    named = [cause for cause in found.causes if cause.kind not in FACTS]
    right = [cause for cause in found.causes if cause.kind == planted.kind]
    if any(cause.kind not in {planted.kind, "new"} for cause in named):
        return "wrong"
    if right and all(planted.text in cause.text for cause in right):
        return "right"
    return "roughly" if right else "bins"


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_shift_is_named_right_in_the_same_rows(name: str) -> None:
    assert verdict(name, same_rows=True) == "right", plant(name, same_rows=True)[1].causes


@pytest.mark.parametrize("name", PLANTS)
def test_nothing_wrong_is_named_of_other_rows(name: str) -> None:
    assert verdict(name, same_rows=False) != "wrong", plant(name, same_rows=False)[1].causes


def test_a_named_cause_says_how_much_it_explains() -> None:
    for name in ("+5 on N(50, 10)", "20 % are 0", "zeros to -1"):
        planted, found = plant(name, same_rows=False)
        cause = next(cause for cause in found.causes if cause.kind == planted.kind)
        assert cause.explains is not None
        assert cause.explains > 0.8


def test_ordinary_ties_are_no_spike() -> None:
    rng = np.random.default_rng(5)
    for _ in range(40):
        sides = [rng.normal(10, 2, 31).round(1) for _ in range(2)]
        report = PropensityDriftMonitor().check_drift({"x": sides[0]}, {"x": sides[1]})
        assert not [c for c in report.features[0].causes if c.kind in {"spike", "replacement"}]


if __name__ == "__main__":
    for plant_name in PLANTS:
        results = [verdict(plant_name, same_rows=same) for same in (True, False)]
        print(f"| {plant_name} | {' | '.join(results)} |")
