"""Words and letters of a text: how many a limit counts, and which look alike to a reader."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any

_QUOTES = str.maketrans("‘’‚‛′“”„‟″«»‹›`´", "'''''\"\"\"\"\"\"\"''''")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))
# letters of Cyrillic and Greek that look like Latin ones
_LETTERS = str.maketrans(
    "асеорхуіјѕһԁԛԝАВСЕНІЈКМОРЅТХУαονΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aceopxyijshdqwABCEHIJKMOPSTXYaovABEZHIKMNOPTYX",
)
# Writing without spaces whose words only a dictionary tells apart.
UNMARKED = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0xA9E0, 0xA9FF),
    (0xAA60, 0xAA7F),
)
HINT = "Thai, Lao, Khmer and Myanmar do not mark words: limit the characters instead"


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


def count_words(text: str) -> int | None:
    """The words of a text, an ideograph or a kana as one; None where it does not mark them."""
    if any(first <= ord(letter) <= last for letter in text for first, last in UNMARKED):
        return None
    return sum(_words_in(part) for part in _boundaries().split(text))


def _words_in(part: str) -> int:
    """A segment between two word boundaries: one word, each kana of it one, or none."""
    kana = len(_kana().findall(part))
    return kana or any(letter.isalnum() for letter in part)


@cache
def _boundaries() -> Any:
    import regex

    return regex.compile(r"\b", regex.WORD | regex.VERSION1)


@cache
def _kana() -> Any:
    import regex

    return regex.compile(r"[\p{Script=Katakana}\p{Script=Hiragana}]")
