"""Words of a text by UAX #29: what a limit of words counts, in any writing that marks words."""

from __future__ import annotations

from functools import cache
from typing import Any

# Writing without spaces whose words only a dictionary tells apart.
UNMARKED = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0xA9E0, 0xA9FF),
    (0xAA60, 0xAA7F),
)
HINT = "Thai, Lao, Khmer and Myanmar do not mark words: limit the characters instead"


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
