"""Chat completions: the exact body of a request goes out, and what is no reply is named as such."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from lensops.evals.protocols import AnswerReply, AnswerRequest, Output
from lensops.models.errors import NoReply
from lensops.models.responses import list_price, tidy_name

if TYPE_CHECKING:
    import httpx2
    from openai.types.chat import ChatCompletion, ChatCompletionMessage
    from pydantic_ai.models import Model
    from pydantic_ai.models.openai import OpenAIChatModel

_QUOTED = 200  # characters of a body that an error quotes
_TAG = re.compile(r"<(script|style).*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE)


def watch_replies(model: Model) -> None:
    """Have `NoReply` raised where a server answers 200 with something that is no completion."""
    client = getattr(getattr(model, "client", None), "_client", None)
    hooks = getattr(client, "event_hooks", None)
    if client is not None and hooks is not None and refuse_no_reply not in hooks["response"]:
        client.event_hooks = {**hooks, "response": [*hooks["response"], refuse_no_reply]}


async def refuse_no_reply(response: httpx2.Response) -> None:
    """Raises `NoReply` with the server's own words for HTML, an error, or no choices."""
    if response.status_code != 200 or not response.request.url.path.endswith("/chat/completions"):
        return
    await response.aread()
    if reason := why_no_reply(response.text):
        raise NoReply(reason)


def why_no_reply(body: str) -> str | None:
    """Why a body of status 200 is no chat completion, or None."""
    try:
        value = json.loads(body)
    except ValueError:
        text = " ".join(_TAG.sub(" ", body).split())
        return f"the server answered, but not in JSON: {text[:_QUOTED]}"
    if not isinstance(value, dict):
        return f"the server answered {body[:_QUOTED]}"
    if error := value.get("error"):
        message = error.get("message", error) if isinstance(error, dict) else error
        return f"the server answered with an error: {str(message)[:_QUOTED]}"
    if not value.get("choices"):
        return "the server answered without any choice"
    return None


async def complete(model: OpenAIChatModel, request: AnswerRequest) -> AnswerReply:
    """Send the request's body as the application would, and read the reply.

    Raises what the library of OpenAI raises.
    """
    body = request.body()
    rest = {key: value for key, value in body.items() if key not in ("model", "messages")}
    began = time.monotonic()
    completion: ChatCompletion = await model.client.with_options(
        max_retries=0
    ).chat.completions.create(
        model=body.get("model") or model.model_name, messages=body["messages"], extra_body=rest
    )
    choice, usage = completion.choices[0], completion.usage
    output = output_of(choice.message, is_structured=request.prompt.output_schema is not None)
    refusal = choice.message.refusal
    return AnswerReply(
        request,
        output,
        None if output is not None else refusal or "the model gave an empty answer",
        tidy_name(completion.model, request.model or ""),
        usage.prompt_tokens if usage else None,
        usage.completion_tokens if usage else None,
        round(time.monotonic() - began, 3),
        list_price(model, completion) if usage else None,
        choice.finish_reason,
    )


def output_of(message: ChatCompletionMessage, *, is_structured: bool) -> Output | None:
    """The answer: text, the calls of tools beside it, or JSON where that was asked for and came."""
    if calls := message.tool_calls:
        return {
            "content": message.content,
            "tool_calls": [call.model_dump(exclude_none=True) for call in calls],
        }
    return parse_output(message.content or "", is_structured=is_structured)


def parse_output(text: str, *, is_structured: bool) -> Output | None:
    """JSON where that was asked for and came, else the text; None when it is empty."""
    if not text:
        return None
    if is_structured:
        try:
            value = json.loads(text)
        except ValueError:
            return text
        if isinstance(value, Mapping | list):
            return value
    return text
