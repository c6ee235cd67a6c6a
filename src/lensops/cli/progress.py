"""Progress on stderr, on a terminal a bar: of asking models, and of counting rows."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Self

from lensops.cli.output import say

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from lensops.evals.protocols import AnswerReply, GradeReply


EVERY = 15.0  # seconds between two lines where there is no terminal


@dataclass(slots=True)
class Totals:
    """What was used up so far. Tokens and US dollars are None while no reply states them."""

    replies: int = 0
    failed: int = 0
    tokens: int | None = None
    cost: float | None = None

    def add(self, reply: AnswerReply | GradeReply) -> None:
        self.replies += 1
        self.failed += reply.error is not None
        if reply.tokens_in is not None or reply.tokens_out is not None:
            used = (reply.tokens_in or 0) + (reply.tokens_out or 0)
            self.tokens = (self.tokens or 0) + used
        if reply.cost is not None:
            self.cost = (self.cost or 0.0) + reply.cost

    def words(self) -> str:
        """Such as `1,204 tokens, $0.0042, 2 failed`."""
        parts = ["tokens unknown" if self.tokens is None else f"{self.tokens:,} tokens"]
        parts += [f"${self.cost:.4f}"] if self.cost is not None else []
        parts += [f"{self.failed} failed"] if self.failed else []
        return ", ".join(parts)


class Progress:
    """Shows how many requests are done, tokens, cost so far and the time left."""

    def __init__(self) -> None:
        self._totals = Totals()
        self._bar: Bar | None = None
        self._task: TaskID | None = None
        self._began = self._told = 0.0
        self._what, self._total = "", 0

    def begin(self, what: str, model: str, total: int) -> None:
        self._totals, self._began, self._what = Totals(), time.monotonic(), what
        self._total, self._told = total, self._began
        title = f"{model}: {total:,} {what}"
        if sys.stderr.isatty():
            self._bar = _open_bar()
            self._task = self._bar.add_task(_escape_markup(title), total=total, used="")
            self._bar.start()
        else:
            say(f"asking {title}")

    def on_reply(self, reply: AnswerReply | GradeReply) -> None:
        self._totals.add(reply)
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, advance=1, used=self._totals.words())
        elif time.monotonic() - self._told >= EVERY:
            self._told = time.monotonic()
            say(f"{self._totals.replies:,} of {self._total:,} {self._what}: {self._totals.words()}")

    def note(self, text: str) -> None:
        if self._bar is not None:
            self._bar.console.print(_escape_markup(text), highlight=False, soft_wrap=True)
        else:
            say(text)

    def end(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = self._task = None
        took = time.monotonic() - self._began
        say(f"{self._totals.replies:,} {self._what}: {self._totals.words()}, {took:.1f} s")


def _open_bar(*, is_timed: bool = False) -> Bar:
    """A bar on stderr that leaves nothing behind, with the time left, or with that since it began.

    Tasks have a field `used`, which stands after the count.
    """
    from rich import progress
    from rich.console import Console

    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TextColumn("{task.fields[used]}"),
        progress.TimeElapsedColumn() if is_timed else progress.TimeRemainingColumn(),
    )
    return progress.Progress(*columns, console=Console(stderr=True), transient=True)


def _escape_markup(text: str) -> str:
    from rich.markup import escape

    from lensops.render.escape import visible

    return escape(visible(text))


class CountingBar:
    """Shows which monitor is counted and for how long."""

    def __init__(self) -> None:
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def monitor(self, name: str, place: int, of: int) -> None:
        """The counting of a monitor begins."""
        if not sys.stderr.isatty():
            return
        if self._bar is None:
            self._bar = _open_bar(is_timed=True)
            self._task = self._bar.add_task("", total=of, used="")
            self._bar.start()
        if self._task is not None:
            title = _escape_markup(f"counting {name}")
            self._bar.update(self._task, completed=place, description=title)
