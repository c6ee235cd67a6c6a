"""Many texts at once: in this process, or in several where starting them pays."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from types import TracebackType
from typing import Self

from lensops.evals.metrics import figure_of, find_metrics
from lensops.evals.metrics.metric import Flawed, Unscored

PAYS = 30_000  # texts: starting a process costs about as much as scoring 5,000 of them

# a text, or why there is none, and its references
Job = tuple[str | Unscored | Flawed, tuple[str, ...]]
Figures = Mapping[str, float | Unscored | Flawed]


class Measurer:
    """Measures batches of texts; with processes of its own where there are very many texts."""

    def __init__(self, names: Sequence[str], tokenizer: str, texts: int) -> None:
        self._names, self._tokenizer = tuple(names), tokenizer
        processes = processes_for(texts)
        self._pool: ProcessPoolExecutor | None = None
        if processes > 1:
            self._pool = ProcessPoolExecutor(processes, mp_context=get_context("spawn"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def submit(self, jobs: Sequence[Job]) -> Callable[[], list[Figures]]:
        """Begin a batch; what is returned waits for its figures, in the order of the jobs."""
        if self._pool is None:
            return lambda: measure(jobs, self._names, self._tokenizer)
        return self._pool.submit(measure, jobs, self._names, self._tokenizer).result


def processes_for(count: int) -> int:
    """How many processes that many texts are worth: one, or one for each core."""
    if count < PAYS:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def measure(jobs: Sequence[Job], names: Sequence[str], tokenizer: str) -> list[Figures]:
    """The figures of every job, in their order. Raises `UserError` for an unknown metric."""
    return list(_figures(jobs, names, tokenizer))


def _figures(jobs: Sequence[Job], names: Sequence[str], tokenizer: str) -> Iterator[Figures]:
    metrics = find_metrics(names)
    for text, references in jobs:
        if isinstance(text, str):
            yield {
                name: figure_of(metric, text, references, tokenizer)
                for name, metric in metrics.items()
            }
        else:
            yield dict.fromkeys(metrics, text)
