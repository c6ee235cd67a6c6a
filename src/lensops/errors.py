"""Errors: what the user must act on, where it is, what fixes it, and the exit code."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class Exit(IntEnum):
    """The exit codes of every command; `docs/exit-codes.md` documents them."""

    DONE = 0
    CHECK_FAILED = 1
    USAGE = 2
    INCONCLUSIVE = 3
    STALE = 4
    REMOTE = 5
    CHANGES = 10
    BUG = 70
    INTERRUPTED = 130


class Location(NamedTuple):
    """A point in a file; `line` and `column` count from 1, None means the whole file."""

    path: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        parts = [self.path, self.line, self.column]
        return ":".join(str(part) for part in parts if part is not None)


class Problem(NamedTuple):
    """One thing that is wrong with what the user wrote."""

    location: Location
    message: str
    hint: str | None = None

    @property
    def text(self) -> str:
        """The message, followed by the hint."""
        return f"{self.message} ({self.hint})" if self.hint else self.message

    def __str__(self) -> str:
        return f"{self.location}: {self.text}"


class UserError(Exception):
    """The user must act: one message, one hint, never a traceback."""

    exit = Exit.USAGE

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Invalid(UserError):
    """What the user wrote has problems; all of them are listed."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class Refused(UserError):
    """A check failed: nothing was changed."""

    exit = Exit.CHECK_FAILED


class Undecided(UserError):
    """There is too little evidence for a verdict."""

    exit = Exit.INCONCLUSIVE


class Stale(UserError):
    """What was reviewed is not what would be applied, or another writer came first."""

    exit = Exit.STALE


class RemoteFailed(UserError):
    """A provider, a target or a git remote failed after retries."""

    exit = Exit.REMOTE
