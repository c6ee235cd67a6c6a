"""What validation found: the problems, and what is worth a look."""

from __future__ import annotations

from dataclasses import dataclass

from lensops.errors import Problem


@dataclass(frozen=True, slots=True)
class Validation:
    """`problems` make a manifest unsound, `notes` do not; the counts say what was read."""

    manifest: str
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...] = ()
    prompts: int = 0
    versions: int = 0
