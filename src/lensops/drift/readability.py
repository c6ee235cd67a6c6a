"""Texts that are numbers: whether a column of texts holds numbers, categories, or neither."""

from __future__ import annotations

from dataclasses import dataclass

from lensops.errors import UserError

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
        return "category"
    share = readable.numbers / readable.filled
    examples = ", ".join(repr(example) for example in readable.examples)
    raise UserError(
        f"column {column!r}: {share:.1%} of its values are numbers, others are not: {examples}",
        'declare `kind: number`, with `missing: ["NA", "-"]` or `decimal: ","` where these are'
        " the reason, or `kind: category`",
    )
