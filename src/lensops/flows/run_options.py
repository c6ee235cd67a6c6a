"""Asking: what a run of evals is asked for, who is told how it goes on, how models are reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from lensops.evals.protocols import AnswerReply, Generator, GradeReply, Judge, Unavailable


class Mode(StrEnum):
    """Whether models are asked for what has no recording, and whether replies are kept."""

    ASK = "ask"
    RECORD = "record"
    REPLAY = "replay"


class ProgressListener(Protocol):
    """Who is told how asking goes on."""

    def begin(self, what: str, model: str, total: int) -> None:
        """So many requests are put to a model; `what` is `outputs` or `votes`."""

    def on_reply(self, reply: AnswerReply | GradeReply) -> None:
        """A reply came."""

    def end(self) -> None:
        """No more of these come."""


class NullProgress:
    """Nobody watches."""

    def begin(self, what: str, model: str, total: int) -> None: ...
    def on_reply(self, reply: AnswerReply | GradeReply) -> None: ...
    def end(self) -> None: ...


@dataclass(frozen=True, slots=True)
class ModelFactory:
    """How the two kinds of models are reached, once something is to be asked."""

    writer: Callable[[str | None, str | None], Generator | Unavailable]
    judge: Callable[[], Judge | Unavailable]


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What a run is asked for. `suites`: only these; `outputs`: a file of outputs made elsewhere.

    `threshold` takes the place of the manifest's, and the result says so. `base` is a ref: each
    suite is compared with the version that was active at the merge base.
    """

    suites: tuple[str, ...] = ()
    threshold: float | None = None
    base: str | None = None
    outputs: Path | None = None
    mode: Mode = Mode.ASK
