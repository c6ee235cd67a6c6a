"""Tokenizers: which ones a suite may name, and whether one can read a text at all."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from lensops.errors import UserError
from lensops.manifest import suggestion

# sacrebleu's that need no download; the spm and flores ones fetch a model when they are made
TOKENIZERS = ("13a", "intl", "none", "zh", "char", "ja-mecab", "ko-mecab")
SPACED = ("13a", "intl", "none")  # those that expect spaces between words
_NO_SPACES = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x3400, 0x4DBF),  # Han, extension A
    (0x4E00, 0x9FFF),  # Han
    (0xF900, 0xFAFF),  # Han, compatibility
    (0x20000, 0x323AF),  # Han, further extensions
)


def tokenizer_fault(name: str) -> tuple[str, str] | None:
    """What is wrong with a tokenizer's name, and what fixes it."""
    if name in TOKENIZERS:
        return None
    near = suggestion(name, TOKENIZERS)
    return f"there is no tokenizer {name!r}", near or "known: " + ", ".join(TOKENIZERS)


@lru_cache(maxsize=8)
def splitter(name: str) -> Callable[[str], list[str]]:
    """Text to sacrebleu's tokens. Raises `UserError` for one that is unknown or not installed."""
    if fault := tokenizer_fault(name):
        raise UserError(*fault)
    from sacrebleu.metrics.bleu import BLEU

    try:
        tokenize = BLEU(effective_order=True, tokenize=name).tokenizer
    except (ImportError, RuntimeError) as error:
        hint = f"pip install 'sacrebleu[{name[:2]}]', or use `tokenizer: char`"
        raise UserError(f"tokenizer {name!r} is not installed: {error}", hint) from None

    def whole(text: str) -> list[str]:
        return str(tokenize(text.rstrip())).split()

    return _word_by_word(whole) if name == "13a" else whole


def _word_by_word(whole: Callable[[str], list[str]]) -> Callable[[str], list[str]]:
    """The same tokens, from a cache of words: texts of one suite share most of them.

    13a's rules look at no more than the neighbouring character, and at a word's end that is a
    space whatever follows; so a text's tokens are those of its words. Only what 13a replaces
    beforehand may reach over a space, and such texts go through whole.
    """

    @lru_cache(maxsize=1 << 16)
    def of_word(word: str) -> tuple[str, ...]:
        return tuple(whole(word))

    def split_words(text: str) -> list[str]:
        if "&" in text or "<skipped>" in text or "-\n" in text:
            return whole(text)
        return [token for word in text.split() for token in of_word(word)]

    return split_words


def unreadable(text: str, tokenizer: str) -> str | None:
    """Why a tokenizer that expects spaces cannot tell this text's words apart, or None."""
    if tokenizer not in SPACED or text.isascii():
        return None
    letters = [letter for letter in text if letter.isalpha()]
    unspaced = sum(_has_no_spaces(ord(letter)) for letter in letters)
    if 2 * unspaced <= len(letters):
        return None
    return (
        f"the tokenizer {tokenizer} finds no words in this writing, which has no spaces;"
        " set `tokenizer: zh` for Chinese, `tokenizer: char` for others"
    )


def unseen_by_rouge(*texts: str) -> str | None:
    """Why rouge_score's own tokenizer, which knows ASCII alone, cannot read a text, or None."""
    for text in texts:
        if not text.isascii() and _is_mostly_unseen(text):
            hint = "set `tokenizer: zh` for Chinese, `tokenizer: char` for other writing"
            return f"ROUGE's tokenizer sees only the letters a to z; {hint}"
    return None


def _is_mostly_unseen(text: str) -> bool:
    ascii_count = sum(letter.isascii() for letter in text if letter.isalnum())
    return 2 * ascii_count < sum(letter.isalnum() for letter in text)


def _has_no_spaces(code: int) -> bool:
    return any(first <= code <= last for first, last in _NO_SPACES)
