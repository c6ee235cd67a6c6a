"""Texts that are numbers: whether a column of texts holds numbers, categories, or neither."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lensops.errors import UserError

_DRESSED = re.compile(
    r"[+-]?\s?(?:[$€£¥₹]|USD|EUR|GBP|CHF)?\s?[+-]?\d{1,3}(?:[.,'’\s]\d{3})*(?:[.,]\d+)?"
    r"\s?(?:[%€£¥$₹]|USD|EUR|GBP|CHF)?|\(\d+(?:[.,]\d+)*\)|[+-]?\d+,\d+"
)  # numbers as people write them: 1,234.50  1.234,5  $5  12 %  (17.5)
_CLOCK = r"-?\d{1,2}:[0-5]\d:[0-5]\d(\.\d+)?"
_DURATION = re.compile(
    rf"-?\d+ days?,? [+-]?{_CLOCK}|-?(2[4-9]|[3-9]\d|\d{{3,}}):[0-5]\d:[0-5]\d(\.\d+)?"
    r"|-?P(\d+D)?T(\d+H)?(\d+M)?([\d.]+S)?"
)  # as pandas, databases, Python and ISO 8601 write them
EXAMPLES, SHOWN = 50, 3  # texts that are no numbers: looked at, and shown
SOME = 0.05  # the share of numbers from which a column of texts is not taken for a category


@dataclass(frozen=True, slots=True)
class Readability:
    """Of a column of texts: rows with a value, those that read as numbers, some that do not."""

    filled: int
    numbers: int
    examples: tuple[str, ...] = ()


def kind_of_texts(column: str, readable: Readability) -> str:
    """`number` or `category`. Raises `UserError` for texts that are partly numbers."""
    if readable.filled and readable.numbers == readable.filled:
        return "number"
    if readable.numbers < SOME * readable.filled or not readable.filled:
        _refuse_dressed(column, readable)
        return "category"
    share = readable.numbers / readable.filled
    examples = ", ".join(repr(example) for example in readable.examples[:SHOWN])
    raise UserError(
        f"column {column!r}: {share:.1%} of its values are numbers, others are not: {examples}",
        'declare `kind: number`, with `missing: ["NA", "-"]` or `decimal: ","` where these are'
        " the reason, or `kind: category`",
    )


def _refuse_dressed(column: str, readable: Readability) -> None:
    """Raise `UserError` where the texts are numbers with signs of money, percent or thousands,
    or durations."""
    examples = ", ".join(repr(example) for example in readable.examples[:SHOWN])
    if _are_durations([text.strip() for text in readable.examples]):
        raise UserError(
            f"column {column!r} holds durations: {examples}",
            "write them as numbers, such as seconds, or declare `kind: category`",
        )
    if readable.examples and all(_DRESSED.fullmatch(text.strip()) for text in readable.examples):
        raise UserError(
            f"column {column!r} holds numbers as people write them: {examples}",
            'declare `kind: number` with `decimal: ","` where the comma is the reason, write plain'
            " numbers into the data, or declare `kind: category`",
        )


def _are_durations(texts: list[str]) -> bool:
    """Whether texts are durations: some surely, and others that could be times of day as well."""
    surely = [text for text in texts if _DURATION.fullmatch(text)]
    return bool(surely) and all(re.fullmatch(_CLOCK, text) or text in surely for text in texts)
