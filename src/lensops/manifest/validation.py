"""What validation found: the problems, and what is worth a look."""

from __future__ import annotations

from typing import NamedTuple

from lensops.errors import Problem


class Validation(NamedTuple):
    """`problems` make a manifest unsound, `notes` do not; the counts say what was read."""

    manifest: str
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...] = ()
    prompts: int = 0
    versions: int = 0
