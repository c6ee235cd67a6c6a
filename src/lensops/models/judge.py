"""Judge: a model grades outputs by a rubric; its reply is an integer 1 to 5 for each dimension."""

from __future__ import annotations

import time
from collections.abc import Generator as Stream
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue, create_model

from lensops.evals.judging import TOP
from lensops.evals.protocols import GradeReply, GradeRequest
from lensops.manifest.model import Limits
from lensops.models.judge_prompt import ORDERS, question
from lensops.models.responses import cost, model_named
from lensops.models.runner import Runner
from lensops.models.secrets import hide_secrets

if TYPE_CHECKING:
    from pydantic_ai.models import Model

COMPLAINTS = 2  # times that a judge is told what was wrong with its reply before it is unscored
REASON = 400  # characters of a reason; servers that hold a model to the schema stop it there
BOUND: dict[str, JsonValue] = {"maxLength": REASON}

Grade = Annotated[int, Field(ge=1, le=TOP, strict=True)]


class ModelJudge:
    """Implements `evals.protocols.Judge`."""

    def __init__(self, identity: str, model: Model, server: str | None, limits: Limits) -> None:
        self.identity, self._model = identity, model
        self._server, self._limits = server, limits

    def grade(self, requests: Sequence[GradeRequest]) -> Stream[GradeReply, None, None]:
        """Ask. Raises `RemoteFailed` where asking on makes no sense."""
        native = self._server is not None

        async def ask(request: GradeRequest) -> GradeReply:
            return await _ask(self._model, request, native=native)

        runner = Runner(
            lambda: self._model,
            ask,
            lambda request, reason: GradeReply(request, None, error=reason, model=self.identity),
            self._limits,
            lambda text: hide_secrets(text, self._server),
        )
        yield from runner.replies(requests)


async def _ask(model: Model, request: GradeRequest, *, native: bool) -> GradeReply:
    """One vote. An invalid reply is sent back with the complaint, then it counts as none."""
    from pydantic_ai import Agent, NativeOutput
    from pydantic_ai.exceptions import UnexpectedModelBehavior
    from pydantic_ai.messages import ModelResponse
    from pydantic_ai.usage import RunUsage

    shape: Any = verdict_shape(request.rubric)
    agent: Agent[None, Any] = Agent(
        model,
        output_type=NativeOutput(shape) if native else shape,
        system_prompt=ORDERS,
        retries={"output": COMPLAINTS},
        model_settings={"temperature": request.temperature, "max_retries": 0},
    )
    began, used = time.monotonic(), RunUsage()
    try:
        result = await agent.run(question(request), usage=used)
    except UnexpectedModelBehavior as error:
        reply = GradeReply(request, None, error=_complaint(error), model=request.model)
    else:
        responses = [m for m in result.new_messages() if isinstance(m, ModelResponse)]
        reply = GradeReply(
            request,
            result.output.grades.model_dump(by_alias=True),
            " ".join(result.output.reason.split())[:REASON],
            model=model_named(responses[-1], request.model or ""),
            cost=cost(responses),
        )
    return replace(
        reply,
        tokens_in=used.input_tokens,
        tokens_out=used.output_tokens,
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


def _complaint(error: Exception) -> str:
    """Why no reply of the judge could be used."""
    cause = " ".join(str(error.__cause__ or error).split())
    return f"no valid verdict in {COMPLAINTS + 1} replies: {cause[:200]}"
