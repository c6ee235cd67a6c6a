"""A bar on stderr while drift counts, on a terminal only."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class CountingBar:
    """Shows which monitor is counted and for how long."""

    def __init__(self) -> None:
        self._bar: Progress | None = None
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
            self._bar = _open_bar()
            self._task = self._bar.add_task("", total=of)
            self._bar.start()
        if self._task is not None:
            self._bar.update(self._task, completed=place, description=_title(name))


def _open_bar() -> Progress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _title(name: str) -> str:
    from rich.markup import escape

    from lensops.render.escape import visible

    return escape(visible(f"counting {name}"))
