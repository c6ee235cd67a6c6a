"""Generator: the model under test answers cases, asked as the application would ask it."""

from __future__ import annotations

import time
from collections.abc import Generator as Stream
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from lensops.errors import UserError
from lensops.evals.protocols import AnswerReply, AnswerRequest
from lensops.evals.spending import Bound, Spending
from lensops.manifest.budget import Price
from lensops.manifest.suite import Limits
from lensops.models.batch.runner import BatchModel, BatchRunner
from lensops.models.chat import complete, parse_output, why_empty
from lensops.models.lifecycle import Session, open_session
from lensops.models.prices import answer_bound, billed_cost, limit_output, price_of
from lensops.models.responses import list_cost, tidy_name, tokens_of, usage_of
from lensops.models.runner import Runner
from lensops.models.secrets import hide_secrets
from lensops.prompts import render

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage
    from pydantic_ai.models import Model, ModelRequestParameters
    from pydantic_ai.settings import ModelSettings


class ModelGenerator:
    """Implements `evals.protocols.Generator`."""

    def __init__(
        self,
        identity: str,
        model: Model,
        server: str | None,
        limits: Limits,
        spending: Spending | None = None,
        price: Price | None = None,
        batch: BatchModel | None = None,
    ) -> None:
        self.identity, self._model, self._batch = identity, model, batch
        self._server, self._limits = server, limits
        self._spending = spending or Spending()
        self._declared, self._price = price, price_of(identity, server, price)

    def _upper_bound(self, request: AnswerRequest) -> Bound:
        return answer_bound(request, self._price)

    def answer(self, requests: Sequence[AnswerRequest]) -> Stream[AnswerReply, None, None]:
        """Ask. Raises `RemoteFailed` where asking on makes no sense."""

        session, batch = Session(), self._batch

        async def ask(request: AnswerRequest) -> AnswerReply:
            is_capped = self._spending.is_capped
            sent = limit_output(request, self._server) if is_capped else request
            reply = await _ask(self._model, sent)
            cost = billed_cost(reply, self._server, self._declared, self._price)
            return replace(reply, request=request, cost=cost, ends=session.ends)

        runner = Runner(
            lambda: open_session(batch.network if batch else self._model, session),
            ask,
            lambda request, reason: AnswerReply(request, None, error=reason),
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


async def _ask(model: Model, request: AnswerRequest) -> AnswerReply:
    """The answer to one request; where a model speaks chat completions, to its exact body."""
    from pydantic_ai.models.openai import OpenAIChatModel

    if isinstance(model, OpenAIChatModel):
        return await complete(model, request)
    return await _ask_other(model, request)


async def _ask_other(model: Model, request: AnswerRequest) -> AnswerReply:
    """The answer of a model with another interface, to the same messages and parameters."""
    from pydantic_ai.direct import model_request

    began = time.monotonic()
    response = await model_request(
        model,
        messages_of(render(request.prompt, request.inputs)),
        model_settings=settings_of(request.prompt.parameters),
        model_request_parameters=_shape(model, request.prompt.output_schema),
    )
    text = "".join(part.content for part in response.parts if part.part_kind == "text")
    return AnswerReply(
        request,
        parse_output(text, is_structured=request.prompt.output_schema is not None),
        None if text else why_empty(response.finish_reason),
        tidy_name(response.model_name, request.model or ""),
        *tokens_of(response.usage),
        round(time.monotonic() - began, 3),
        list_cost([response]),
        response.finish_reason,
    )


def messages_of(messages: Sequence[Mapping[str, Any]]) -> list[ModelMessage]:
    """A prompt's messages in pydantic-ai's form: what the assistant said is a response."""
    from pydantic_ai.messages import (
        ModelRequest,
        ModelResponse,
        SystemPromptPart,
        TextPart,
        UserPromptPart,
    )

    converted: list[ModelMessage] = []
    for message in messages:
        role, content = message["role"], message["content"]
        if role == "tool" or message.get("tool_calls"):
            raise UserError(
                f"messages with calls of tools need a model of chat completions, not {role}"
            )
        if role == "assistant":
            converted.append(ModelResponse([TextPart(content)]))
            continue
        is_system = role in ("system", "developer")
        part = SystemPromptPart(content) if is_system else UserPromptPart(content)
        if converted and isinstance(converted[-1], ModelRequest):
            converted[-1] = ModelRequest([*converted[-1].parts, part])
        else:
            converted.append(ModelRequest([part]))
    return converted


def settings_of(parameters: Mapping[str, Any]) -> ModelSettings:
    """A prompt's parameters; what pydantic-ai has no name for goes to the provider as it is."""
    from pydantic_ai.settings import ModelSettings

    aliases = {"stop": "stop_sequences"}
    renamed = {aliases.get(key, key): value for key, value in parameters.items()}
    known_keys = ModelSettings.__annotations__.keys()
    settings: dict[str, Any] = {key: value for key, value in renamed.items() if key in known_keys}
    if rest := {key: value for key, value in renamed.items() if key not in known_keys}:
        settings["extra_body"] = rest
    return cast("ModelSettings", {**settings, "max_retries": 0})


def _shape(model: Model, schema: Mapping[str, Any] | None) -> ModelRequestParameters | None:
    """How a structured answer is asked for, where the model can be held to a schema."""
    from pydantic_ai.models import ModelRequestParameters
    from pydantic_ai.output import OutputObjectDefinition

    if schema is None or not model.profile.get("supports_json_schema_output"):
        return None
    output = OutputObjectDefinition(json_schema=dict(schema), name="output")
    return ModelRequestParameters(output_mode="native", output_object=output)
