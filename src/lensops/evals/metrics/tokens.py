"""Tokens: how a text is split, which texts can be, and strings with a character for each token."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence
from functools import cache, lru_cache

from lensops.errors import UserError
from lensops.manifest import suggestion

MANY = 1 << 16  # tokens, or words, that an encoder remembers
LONG = 1 << 19  # characters of texts that are compared by characters
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


Split = Callable[[str], Sequence[str]]
Tokens = str | tuple[str, ...]  # slices of either are n-grams


class Encoder:
    """Texts as strings in which equal tokens are equal characters, from a cache of words.

    `split` gives the tokens of a text. Where `is_by_word` holds of a text, its tokens are those of
    its words one by one: texts of one suite share most words.
    """

    def __init__(self, split: Split, is_by_word: Callable[[str], bool]) -> None:
        self._split, self._is_by_word = split, is_by_word
        self._characters = _Characters()
        self._words = _Words(lambda word: self._join(split(word)))
        self._last = ("", "")

    @property
    def is_full(self) -> bool:
        """Whether it remembers so much that a new one is better."""
        return len(self._characters) > MANY or len(self._words) > MANY

    def encode(self, text: str) -> str:
        """The characters of a text's tokens, in their order."""
        if self._is_by_word(text):
            return "".join(map(self._words.__getitem__, _words_of(text)))
        return self._join(self._split(text))

    def encode_reference(self, text: str) -> str:
        """The same of a text that is likely to come again next: for another version or sample."""
        if self._last[0] != text:
            self._last = (text, self.encode(text))
        return self._last[1]

    def _join(self, tokens: Sequence[str]) -> str:
        return "".join(map(self._characters.__getitem__, tokens))


class Encoders:
    """An encoder for each tokenizer, made anew when it is full."""

    def __init__(self, make: Callable[[str], Encoder], splitter: Callable[[str], Split]) -> None:
        self._make, self._splitter = make, splitter
        self._encoders: dict[str, Encoder] = {}

    def encode(
        self, tokenizer: str, text: str, references: Sequence[str]
    ) -> tuple[Tokens, list[Tokens]]:
        """The tokens of a text and of its references, in one code.

        There are 1,114,112 characters, and a text has no more tokens than characters: very long
        texts are tuples of their tokens instead. Raises `UserError` for the tokenizer.
        """
        if len(text) + sum(map(len, references)) > LONG:
            split = self._splitter(tokenizer)
            return tuple(split(text)), [tuple(split(reference)) for reference in references]
        encoder = self._encoders.get(tokenizer)
        if encoder is None or encoder.is_full:
            encoder = self._encoders[tokenizer] = self._make(tokenizer)
        return encoder.encode(text), [*map(encoder.encode_reference, references)]


def count_in_order(first: Sequence[Hashable], second: Sequence[Hashable]) -> int:
    """The length of the longest common subsequence, by rapidfuzz's bit-parallel algorithm.

    H. Hyyrö, "Bit-parallel LCS-length computation revisited", AWOCA 2004.
    """
    return _similarity()(first, second)


def to_codes(tokens: str) -> list[int]:
    """The characters as numbers, which are sorted and compared faster."""
    return memoryview(tokens.encode("utf-32-le", "surrogatepass")).cast("I").tolist()


@cache
def _similarity() -> Callable[[Sequence[Hashable], Sequence[Hashable]], int]:
    from rapidfuzz.distance import LCSseq  # takes a while to load

    return LCSseq.similarity


@lru_cache(maxsize=4)  # each metric reads the same text and references
def _words_of(text: str) -> list[str]:
    return text.split()


class _Characters(dict[str, str]):
    """The character of each token, in the order in which they came."""

    def __missing__(self, token: str) -> str:
        character = self[token] = chr(len(self))
        return character


class _Words(dict[str, str]):
    """The characters of each word's tokens."""

    def __init__(self, encode: Callable[[str], str]) -> None:
        super().__init__()
        self._encode = encode

    def __missing__(self, word: str) -> str:
        tokens = self[word] = self._encode(word)
        return tokens
