"""The models of a suite, opened only once something is to be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lensops.evals.protocols import Generator, Judge, ModelFactory, Unavailable
from lensops.evals.spending import Spending
from lensops.manifest import Suite

if TYPE_CHECKING:
    from lensops.models.batch.jobs import BatchPlace


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
