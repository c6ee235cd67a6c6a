"""Many texts at once: in this process, or in several where starting them pays."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from lensops.evals.metrics import Flawed, Unscored, figure_of, find_metrics

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

PAYS = 30.0  # seconds of work left, which is more than starting processes costs

# a text, or why there is none, and its references
Job = tuple[str | Unscored | Flawed, tuple[str, ...]]
Figures = Mapping[str, float | Unscored | Flawed]


class Measurer:
    """Measures batches of texts; in processes of its own once what is left takes long enough.

    `texts` is how many there will be.
    """

    def __init__(self, names: Sequence[str], tokenizer: str, texts: int) -> None:
        self._names, self._tokenizer = tuple(names), tokenizer
        self._left = texts
        self._pool: ProcessPoolExecutor | None = None
        self._cores = count_cores()

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

    @property
    def is_parallel(self) -> bool:
        """Whether batches are measured while the caller goes on."""
        return self._pool is not None

    def submit(self, jobs: Sequence[Job]) -> Callable[[], list[Figures]]:
        """Begin a batch; what is returned waits for its figures, in the order of the jobs."""
        if self._pool is not None:
            return self._pool.submit(measure, jobs, self._names, self._tokenizer).result
        begin = time.process_time()
        figures = measure(jobs, self._names, self._tokenizer)
        self._left -= len(jobs)
        seconds = time.process_time() - begin
        if self._cores > 1 and seconds * self._left > PAYS * len(jobs):
            self._pool = _start_pool(self._cores)
        return lambda: figures


def _start_pool(cores: int) -> ProcessPoolExecutor:
    from concurrent.futures import ProcessPoolExecutor  # takes a while to load
    from multiprocessing import get_context

    return ProcessPoolExecutor(cores, mp_context=get_context("spawn"))


def count_cores() -> int:
    """How many cores this process may use."""
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
