"""The ibis expression of each measure: a column's value, or what is derived of a text."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import ibis

from lensops.drift.binning import Measure
from lensops.drift.text import BEGINNING, FENCE, REFUSAL
from lensops.errors import UserError

LARGEST = sys.float_info.max
WHOLE = 1e16  # from here on files have whole numbers with an exponent, some engines sooner
DECIMAL, ZEROS = r"^[+-]?(0|[1-9][0-9]*)\.[0-9]+$", r"\.?0+$"
BLANK = " \t\n\r\f"  # written out: engines do not agree on what `\s` is
WORD, GAP = f"[^{BLANK}]+", f"[{BLANK}]+"
BOUNDARY: dict[str, str] = {"postgres": r"\y", "risingwave": r"\y"}  # where it is not `\b`


def _words(text: Any, _: str) -> Any:
    """Each word becomes one letter, each gap nothing: the letters are counted."""
    return text.re_replace(WORD, "x").re_replace(GAP, "").length()


def _refusal(text: Any, engine: str) -> Any:
    beginning = text.left(BEGINNING).lower().replace("\u2019", "'")
    return beginning.re_search(REFUSAL.replace(r"\b", BOUNDARY.get(engine, r"\b")))


DERIVED: dict[str, Callable[[Any, str], Any]] = {
    "length": lambda text, _: text.length(),
    "words": _words,
    "code_fence": lambda text, _: text.contains(FENCE),
    "refusal": _refusal,
    "empty": lambda text, _: ~text.fill_null("").re_search(WORD),
}  # `valid_json` and `repeated` are counted in ways of their own


def text(table: Any, column: str) -> Any:
    """A column as text."""
    value = table[column]
    return value if value.type().is_string() else value.cast("string")


def without_nan(table: Any, column: str) -> Any:
    """A column as text, NULL where it is NaN."""
    value = table[column]
    if not (value.type().is_floating() or value.type().is_decimal()):
        return text(table, column)
    return ibis.ifelse(value.cast("float64").isnan(), ibis.null("string"), text(table, column))


def category(table: Any, column: str) -> Any:
    """A column as text in the canonical spelling, NULL where it is blank; as for files."""
    value, kind = table[column], table[column].type()
    if kind.is_floating() or kind.is_decimal():
        return _number_as_category(value)
    written = text(table, column).strip()
    small, shorter = written.lower(), written.re_replace(ZEROS, "")
    boolean, decimal = small.isin(["true", "false"]), written.re_search(DECIMAL)
    return ibis.cases((boolean, small), (decimal, shorter), else_=written.nullif(""))


def _number_as_category(value: Any) -> Any:
    """Whole numbers without a point, others without ending zeros; NaN is no value."""
    double, written = value.cast("float64"), value.cast("string")
    whole = (double.abs() < WHOLE) & (double == double.floor())
    return ibis.cases(
        (value.isnull() | double.isnan(), ibis.null("string")),
        (double > LARGEST, "inf"),
        (double < -LARGEST, "-inf"),
        (whole, double.cast("int64").cast("string")),
        (written.re_search(DECIMAL), written.re_replace(ZEROS, "")),
        (written.contains("E"), _with_small_exponent(written)),
        else_=written,
    )


def _with_small_exponent(written: Any) -> Any:
    """A number as Spark writes it, `1.0E20`, `1.5E-7`, as files have it: `1e+20`, `1.5e-07`."""
    short = written.replace(".0E", "E")
    digits = short.replace("E-4", "").replace(".", "").replace("-", "")
    sign = ibis.ifelse(short.startswith("-"), "-", "")
    return ibis.cases(
        (short.endswith("E-4"), sign.concat("0.000", digits)),
        (short.re_search("E-[0-9]$"), short.replace("E-", "e-0")),
        (short.contains("E-"), short.replace("E-", "e-")),
        else_=short.replace("E", "e+"),
    )


def number(table: Any, measure: Measure, engine: str) -> Any:
    """A measure as a double, NULL where it is missing; narrower floats are plainly widened.

    Raises `UserError` for other types.
    """
    if not _is_plain(measure):
        return DERIVED[measure.derivation](text(table, measure.column), engine).cast("float64")
    value = table[measure.column]
    if value.type().is_boolean():
        return value.cast("int32").cast("float64")
    kind = value.type()
    if not (kind.is_numeric() or kind.is_unknown()):
        raise UserError(
            f"column {measure.column!r} holds no numbers but {kind}",
            "declare `kind: category`, or cast it in a view",
        )
    return value.cast("float64")


def floats_of(table: Any, measure: Measure) -> str:
    """The type of the floats that a measure is read from, as NumPy calls it; else nothing."""
    kind = table[measure.column].type()
    return str(kind.copy(nullable=True)) if _is_plain(measure) and kind.is_floating() else ""


def is_floating(table: Any, measure: Measure) -> bool:
    """Whether a measure can be NaN or infinite."""
    kind = table[measure.column].type()
    may = kind.is_floating() or kind.is_decimal() or kind.is_unknown()
    return bool(_is_plain(measure) and may)


def finite(value: Any, *, may_not_be: bool) -> Any:
    """A double, NULL where it is NaN or infinite."""
    if not may_not_be:
        return value
    inside = (value >= -LARGEST) & (value <= LARGEST)
    return ibis.ifelse(inside, value, ibis.null("float64"))


def is_infinite(value: Any) -> Any:
    """Whether a double is infinite; engines differ in what they compare NaN to."""
    return (value < -LARGEST) | ((value > LARGEST) & ~value.isnan())


def flag(table: Any, measure: Measure, engine: str) -> Any:
    """A derived flag, NULL where the text is missing."""
    return DERIVED[measure.derivation](text(table, measure.column), engine)


def _is_plain(measure: Measure) -> bool:
    """Whether it is the column's own value."""
    return measure.derivation == "value"
