"""Tokenizers: which ones a suite may name, and whether one can read a text at all."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from lensops.errors import UserError
from lensops.manifest import suggestion

# sacrebleu's that need no download; the spm and flores ones fetch a model when they are made
TOKENIZERS = ("13a", "intl", "none", "zh", "char", "ja-mecab", "ko-mecab")
SPACED = ("13a", "intl", "none")  # those that expect spaces between words
_NO_SPACES = re.compile(
    "[\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f"  # Myanmar
    "\u1780-\u17ff"  # Khmer
    "\u3040-\u30ff"  # Hiragana, Katakana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]"  # Han
)
_REPLACED = (  # before 13a looks for tokens, in this order
    ("<skipped>", ""),
    ("-\n", ""),
    ("&quot;", '"'),
    ("&amp;", "&"),
    ("&lt;", "<"),
    ("&gt;", ">"),
)
_SIGNS = r"!-&(-+/:-@\[-`{-~"
_TOKEN_13A = re.compile(
    rf"[{_SIGNS}]|(?:[^{_SIGNS}.,-]|(?<=[0-9])[.,](?=[0-9])|(?<![0-9])-)+|[.,-]"
)
_ASCII = re.compile(r"[\x00-\x7f]+")


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
    if name == "13a":
        return split_13a
    from sacrebleu.metrics.bleu import BLEU

    try:
        tokenize = BLEU(effective_order=True, tokenize=name).tokenizer
    except (ImportError, RuntimeError) as error:
        hint = f"pip install 'sacrebleu[{name[:2]}]', or use `tokenizer: char`"
        raise UserError(f"tokenizer {name!r} is not installed: {error}", hint) from None

    def whole(text: str) -> list[str]:
        return str(tokenize(text.rstrip())).split()

    return whole


def split_13a(text: str) -> list[str]:
    """The tokens of NIST's `mteval-v13a.pl` and of sacrebleu's `13a`, without importing that.

    Each ASCII sign is a token, but for the apostrophe, the point and comma between two digits, and
    the hyphen that does not follow a digit. Tests hold it equal to sacrebleu's.
    """
    if text.isalnum():
        return [text]
    text = text.rstrip()
    for old, new in _REPLACED if not is_by_word_13a(text) else ():
        text = text.replace(old, new)
    return [token for word in text.split() for token in _TOKEN_13A.findall(word)]


def is_by_word_13a(text: str) -> bool:
    """Whether 13a's tokens of a text are those of its words: nothing in it is replaced first."""
    return not ("&" in text or "<skipped>" in text or "-\n" in text)


def unreadable(text: str, tokenizer: str) -> str | None:
    """Why a tokenizer that expects spaces cannot tell this text's words apart, or None."""
    if tokenizer not in SPACED or text.isascii() or not _NO_SPACES.search(text):
        return None
    unspaced = sum(map(str.isalpha, _NO_SPACES.findall(text)))
    if 2 * unspaced <= sum(map(str.isalpha, text)):
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
    unseen = sum(map(str.isalnum, _ASCII.sub("", text)))
    return bool(unseen) and 2 * unseen > sum(map(str.isalnum, text))
