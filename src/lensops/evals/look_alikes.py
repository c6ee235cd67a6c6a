"""Look-alikes: texts that differ in characters which a reader cannot tell apart."""

from __future__ import annotations

import unicodedata

_QUOTES = str.maketrans("‘’‚‛′“”„‟″«»‹›`´", "'''''\"\"\"\"\"\"\"''''")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))
# letters of Cyrillic and Greek that look like Latin ones
_LETTERS = str.maketrans(
    "асеорхуіјѕһԁԛԝАВСЕНІЈКМОРЅТХУαονΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aceopxyijshdqwABCEHIJKMOPSTXYaovABEZHIKMNOPTYX",
)


def normalise_text(text: str) -> str:
    """A text in normal form KC, in which letters that look alike by width or joining are equal."""
    return unicodedata.normalize("NFKC", text)


def look_alike_hint(part: str, text: str, *, whole: bool) -> str | None:
    """A hint where a text that is missing is there for the eye, as a `whole` or a part; else None.

    The first hint is of what `normalize: nfkc` makes equal.
    """
    if _holds(normalise_text(part), normalise_text(text), whole=whole):
        return "it looks alike, in other characters: `normalize: nfkc` takes them for equal"
    if _holds(_fold(part), _fold(text), whole=whole):
        return "it looks alike, with other quotes, dashes, spaces or letters of another alphabet"
    return None


def _holds(part: str, text: str, *, whole: bool) -> bool:
    return part == text if whole else part in text


def _fold(text: str) -> str:
    """A text as the eye sees it: nothing invisible, one kind of quotes, dashes and spaces."""
    seen = text.translate(_QUOTES).translate(_DASHES).translate(_LETTERS)
    plain = (letter for letter in normalise_text(seen) if unicodedata.category(letter) != "Cf")
    return " ".join("".join(plain).split())
