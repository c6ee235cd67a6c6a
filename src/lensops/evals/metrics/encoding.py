"""Encoding: a text as a string with a character for each token, so that comparing is work for C."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import cache, lru_cache

MANY = 1 << 16  # tokens, or words, that an encoder remembers
LONG = 1 << 19  # characters of texts that are compared by characters

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
