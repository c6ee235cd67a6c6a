"""Wrap toned lines to a width: between words, and inside of a long one behind its punctuation."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lensops.report.document import Line, Span

_PARTS = re.compile(r"\s+|\S+")
_STRONG = re.compile(r"[^|,;·]*[|,;·]+|[^|,;·]+")  # where a long word breaks best
_WEAK = re.compile(r"[^/:=_.-]*[/:=_.-]+|[^/:=_.-]+")


def wrap_line(spans: Line, width: int) -> list[Line]:
    """The line in lines of at most `width` columns of a terminal; there is always one.

    A word is broken only where it does not fit by itself: behind punctuation when that helps, else
    at the width. Spaces at a break are left out; those at the beginning stay.
    """
    lines: list[Line] = []
    current: Line = ()
    gap: Line = ()
    for is_space, part in _words(spans):
        if is_space:
            gap += part
            continue
        if _width(current + gap + part) <= width:
            current, gap = current + gap + part, ()
            continue
        if current:
            lines.append(current)
        *full, current = _break_word(part, width)
        lines += full
        gap = ()
    return [_join_tones(spans) for spans in [*lines, current]]


def _join_tones(spans: Line) -> Line:
    """The same line in as few spans as its tones need."""
    joined: list[Span] = []
    for span in spans:
        if joined and (joined[-1].tone, joined[-1].badge) == (span.tone, span.badge):
            joined[-1] = span._replace(text=joined[-1].text + span.text)
        else:
            joined.append(span)
    return tuple(joined)


def _words(spans: Line) -> Iterator[tuple[bool, Line]]:
    """Words and the spaces between them; a word may go over several spans."""
    word: list[Span] = []
    for span in spans:
        for part in _PARTS.findall(span.text):
            if not part.isspace():
                word.append(span._replace(text=part))
                continue
            if word:
                yield False, tuple(word)
                word = []
            yield True, (span._replace(text=part),)
    if word:
        yield False, tuple(word)


def _break_word(word: Line, width: int) -> list[Line]:
    """A word in lines; one that fits is one line."""
    lines: list[Line] = [()]
    pieces = [word] if _width(word) <= width else list(_pieces(word, width))
    for piece in pieces:
        if lines[-1] and _width(lines[-1] + piece) > width:
            lines.append(())
        lines[-1] += piece
    return lines


def _pieces(word: Line, width: int) -> Iterator[Line]:
    """Parts of a long word: behind its bars and commas, then behind other marks, then cut."""
    for span in word:
        for part in _split_word(span.text, width, (_STRONG, _WEAK)):
            yield (span._replace(text=part),)


def _split_word(text: str, width: int, marks: tuple[re.Pattern[str], ...]) -> Iterator[str]:
    if _columns(text) <= width:
        yield text
    elif marks:
        for part in marks[0].findall(text):
            yield from _split_word(part, width, marks[1:])
    else:
        step = max(width // 2, 1)  # a character takes two columns at most
        yield from (text[start : start + step] for start in range(0, len(text), step))


def _width(spans: Line) -> int:
    return sum(_columns(span.text) for span in spans)


def _columns(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)
