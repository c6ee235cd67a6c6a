"""Judge: a model grades outputs by a rubric; its reply is an integer 1 to 5 for each dimension."""

from __future__ import annotations

import time
from collections.abc import Generator as Stream
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, create_model

from lensops.evals.judging import TOP
from lensops.evals.protocols import GradeReply, GradeRequest
from lensops.evals.spending import LIMIT_REACHED, Bound, Spending
from lensops.format import plural
from lensops.manifest.suite import Judge as Settings
from lensops.manifest.suite import Limits
from lensops.models.batch.runner import BatchModel, BatchRunner
from lensops.models.judge_prompt import ORDERS, question
from lensops.models.lifecycle import Session, open_session
from lensops.models.prices import billed_cost, price_of, vote_bound
from lensops.models.responses import list_cost, tidy_name, tokens_of, usage_of
from lensops.models.runner import Runner
from lensops.models.secrets import hide_secrets

if TYPE_CHECKING:
    from pydantic_ai.models import Model
    from pydantic_ai.usage import RunUsage

    from lensops.models.attempts import ReservedAttempts

COMPLAINTS = 2  # times that a judge is told what was wrong with its reply before it is unscored
MAX_TOKENS = 2_000  # of one reply, what a model thinks before it included
REASON = 400  # characters of a reason; servers that hold a model to the schema stop it there
BOUND: dict[str, JsonValue] = {"maxLength": REASON}


def _integer(value: object) -> object:
    """4.0 is an integer by JSON Schema, so it is a grade."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Grade = Annotated[int, Field(ge=1, le=TOP, strict=True), BeforeValidator(_integer)]


class ModelJudge:
    """Implements `evals.protocols.Judge`."""

    def __init__(
        self,
        identity: str,
        model: Model,
        server: str | None,
        limits: Limits,
        settings: Settings | None = None,
        spending: Spending | None = None,
        batch: BatchModel | None = None,
    ) -> None:
        self.identity, self._model, self._batch = identity, model, batch
        self._server, self._limits = server, limits
        self._max_tokens = settings.max_tokens if settings else MAX_TOKENS
        self._spending = spending or Spending()
        self._declared = settings.price if settings else None
        self._price = price_of(identity, server, self._declared)

    def _upper_bound(self, request: GradeRequest, earlier: int = 0) -> Bound:
        return vote_bound(request, self._max_tokens, self._price, earlier)

    def _cost_of(self, used: RunUsage) -> float | None:
        price = self._price
        return None if price is None else price.cost_of(used.input_tokens, used.output_tokens)

    def grade(self, requests: Sequence[GradeRequest]) -> Stream[GradeReply, None, None]:
        """Ask. Raises `RemoteFailed` where asking on makes no sense."""
        from pydantic_ai.usage import RunUsage

        from lensops.models.attempts import ReservedAttempts

        native, session, batch = self._server is not None, Session(), self._batch
        # a batch settles by itself what its rounds take
        spending = self._spending if batch is None else Spending()

        async def ask(request: GradeRequest) -> GradeReply:
            attempts = ReservedAttempts(
                spending=spending, bound=self._upper_bound(request, COMPLAINTS)
            )
            used = RunUsage()
            try:
                reply = await _ask(
                    self._model, request, self._max_tokens, attempts, used, native=native
                )
            except Exception:
                spending.charge(used.total_tokens, self._cost_of(used))
                raise
            finally:
                attempts.release()
            cost = billed_cost(reply, self._server, self._declared, self._price)
            return replace(reply, cost=cost, ends=session.ends)

        runner = Runner(
            lambda: open_session(batch.network if batch else self._model, session),
            ask,
            lambda request, reason: GradeReply(request, None, error=reason, model=self.identity),
            self._limits,
            lambda text: hide_secrets(text, self._server),
            self._spending,
            self._upper_bound,
            usage_of,
        )
        if batch is None:
            yield from runner.replies(requests)
        else:
            yield from BatchRunner(batch, runner, self.identity, self._server).replies(requests)


async def _ask(
    model: Model,
    request: GradeRequest,
    max_tokens: int,
    attempts: ReservedAttempts,
    used: RunUsage,
    *,
    native: bool,
) -> GradeReply:
    """One vote. An invalid reply is sent back with the complaint, then it counts as none."""
    from pydantic_ai import Agent, NativeOutput
    from pydantic_ai.exceptions import UnexpectedModelBehavior, UsageLimitExceeded
    from pydantic_ai.messages import ModelResponse

    shape: Any = verdict_shape(request.rubric)
    agent: Agent[None, Any] = Agent(
        model,
        output_type=NativeOutput(shape) if native else shape,
        system_prompt=ORDERS,
        retries={"output": COMPLAINTS},
        model_settings={
            "temperature": request.temperature,
            "max_tokens": max_tokens,
            "max_retries": 0,
        },
    )
    began = time.monotonic()
    try:
        result = await agent.run(question(request), usage=used, usage_limits=attempts)
    except UsageLimitExceeded:
        reply = GradeReply(request, None, error=LIMIT_REACHED, model=request.model)
    except UnexpectedModelBehavior as error:
        complaint = _complaint(error, used.requests)
        reply = GradeReply(request, None, error=complaint, model=request.model)
    else:
        responses = [m for m in result.new_messages() if isinstance(m, ModelResponse)]
        reply = GradeReply(
            request,
            result.output.grades.model_dump(by_alias=True),
            " ".join(result.output.reason.split())[:REASON],
            model=tidy_name(responses[-1].model_name, request.model or ""),
            cost=list_cost(responses),
        )
    tokens_in, tokens_out = tokens_of(used)
    return replace(
        reply,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        latency_s=round(time.monotonic() - began, 3),
    )


def verdict_shape(rubric: Mapping[str, str]) -> type[BaseModel]:
    """The model of a reply: a short reason first, then a grade for each dimension of the rubric."""
    settings = ConfigDict(extra="ignore", populate_by_name=False)
    fields: Any = {
        f"grade_{number}": (Grade, Field(alias=name, description=meaning))
        for number, (name, meaning) in enumerate(rubric.items())
    }
    grades = create_model("Grades", __config__=settings, **fields)
    return create_model(
        "Verdict",
        __config__=settings,
        reason=(str, Field(description="One short sentence.", json_schema_extra=BOUND)),
        grades=(grades, ...),
    )


def _complaint(error: Exception, attempts: int) -> str:
    """Why no reply of the judge could be used."""
    cause = " ".join(str(error.__cause__ or error).split()).partition(", body:")[0]
    return f"no valid verdict after {plural(max(attempts, 1), 'attempt')}: {cause[:200]}"
