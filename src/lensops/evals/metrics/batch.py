"""Many texts at once: in this process, or in several where starting them pays."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

from lensops.evals.metrics import find_metrics, measured
from lensops.evals.metrics.metric import Flawed, Unscored

PAYS = 30_000  # texts: starting a process costs about as much as scoring 5,000 of them
CHUNK = 2_500

# a text, or why there is none, and its references
Job = tuple[str | Unscored | Flawed, tuple[str, ...]]
Figures = Mapping[str, float | Unscored | Flawed]


def measure(
    jobs: Sequence[Job], names: Sequence[str], tokenizer: str, processes: int = 1
) -> list[Figures]:
    """The figures of every job, in their order. Raises `UserError` for an unknown metric."""
    if processes < 2 or len(jobs) <= CHUNK:
        return _measure(jobs, names, tokenizer)
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    chunks = [jobs[start : start + CHUNK] for start in range(0, len(jobs), CHUNK)]
    rest = ([tuple(names)] * len(chunks), [tokenizer] * len(chunks))
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        return [each for done in pool.map(_measure, chunks, *rest) for each in done]


def processes_for(count: int) -> int:
    """How many processes that many texts are worth: one, or one for each core."""
    if count < PAYS:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _measure(jobs: Sequence[Job], names: Sequence[str], tokenizer: str) -> list[Figures]:
    return list(_figures(jobs, names, tokenizer))


def _figures(jobs: Sequence[Job], names: Sequence[str], tokenizer: str) -> Iterator[Figures]:
    metrics = find_metrics(names)
    for text, references in jobs:
        if isinstance(text, str):
            yield {
                name: measured(metric, text, references, tokenizer)
                for name, metric in metrics.items()
            }
        else:
            yield dict.fromkeys(metrics, text)
