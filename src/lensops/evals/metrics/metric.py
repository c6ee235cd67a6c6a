"""What a metric is: a figure from 0 to 1 of a text against its references."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Unscored:
    """There is no figure, which is not zero; `reason` gives why and what fixes it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Flawed:
    """The output is not what was asked for, such as text in place of JSON: every figure is 0."""

    reason: str


class Metric(Protocol):
    """A module of this folder, an object in one, or an object that a package registers."""

    @property
    def needs_reference(self) -> bool:
        """Whether cases must have a reference."""

    def signature(self, tokenizer: str) -> str:
        """Name, settings and version: two figures with equal signatures may be compared."""

    def score(self, text: str, references: Sequence[str], tokenizer: str) -> float | Unscored:
        """The figure from 0 to 1, or why there is none."""
