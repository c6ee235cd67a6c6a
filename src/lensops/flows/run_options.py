"""What a run of evals is asked for, and its models, opened once something is to be asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lensops.evals.protocols import Generator, Judge, Mode, ModelFactory, Unavailable
from lensops.evals.shards import Shard
from lensops.evals.spending import Spending
from lensops.manifest import Suite

if TYPE_CHECKING:
    from lensops.models.batch.jobs import BatchPlace


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What a run is asked for. `suites`: only these; `outputs`: a file of outputs made elsewhere.

    `threshold` takes the place of the manifest's, and the result says so. `base` is a ref: each
    suite is compared with the version that was active at the merge base. `rejudge` asks every vote
    anew. `shard`: only this part of the cases. `batch`: requests are put in batches.
    """

    suites: tuple[str, ...] = ()
    threshold: float | None = None
    base: str | None = None
    outputs: Path | None = None
    mode: Mode = Mode.ASK
    rejudge: bool = False
    shard: Shard | None = None
    batch: bool = False


def model_factory(suite: Suite, batches: BatchPlace | None = None) -> ModelFactory:
    """How the models of a suite are reached; nothing is loaded before the first request.

    With `batches`, requests are put in batches, whose jobs are kept there.
    """

    spending = Spending(suite.limits.tokens, suite.limits.cost)

    def generator(model: str | None, server: str | None) -> Generator | Unavailable:
        if model is None:
            return Unavailable("neither the eval nor the prompt names a model to ask")
        from lensops.models import open_generator

        return open_generator(model, server, suite.limits, spending, suite.price, batches)

    def judge() -> Judge | Unavailable:
        if suite.judge is None:
            return Unavailable("the eval declares no judge")
        from lensops.models import open_judge

        return open_judge(suite.judge, suite.limits, spending, batches)

    return ModelFactory(generator, judge)
