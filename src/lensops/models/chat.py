"""Chat completions: the exact body of a request goes out, and what is no reply is named as such."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lensops.evals.protocols import AnswerReply, AnswerRequest, Output
from lensops.models.errors import NoReply
from lensops.models.responses import list_price, stated_tokens, tidy_name

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
    if response.status_code != 200 or response.request.method != "POST":
        return
    is_chat = response.request.url.path.endswith("/chat/completions")
    if not is_chat and response.headers.get("content-type", "").startswith("text/event-stream"):
        return  # some libraries ask for a stream; of chat completions none is asked for
    await response.aread()
    if reason := why_no_reply(response.text, is_chat=is_chat):
        raise NoReply(reason)


def why_no_reply(body: str, *, is_chat: bool = True) -> str | None:
    """Why a body of status 200 is no reply, of chat completions or another interface, or None."""
    if not body.strip():
        return "the server answered with an empty body"
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        text = " ".join(_TAG.sub(" ", body).split())
        return f"the server answered, but not in JSON: {text[:_QUOTED]}"
    if not isinstance(value, dict):
        return f"the server answered {body[:_QUOTED]}"
    if value.get("error"):
        return f"the server answered with an error: {_message_of(value['error'])}"
    return _why_no_choice(value) if is_chat else None


def _why_no_choice(value: dict[str, Any]) -> str | None:
    """Why a completion has no message to read, or None."""
    choices = value.get("choices")
    if not isinstance(choices, list) or not choices:
        words = next((value[name] for name in ("message", "detail") if value.get(name)), None)
        said = f": {_message_of(words)}" if words else ""
        return f"the server answered without any choice{said}"
    choice = choices[0] if isinstance(choices[0], dict) else {}
    if choice.get("error"):
        return f"the server answered with an error: {_message_of(choice['error'])}"
    message = choice.get("message")
    if not isinstance(message, dict):
        return f"the server answered without a message: {json.dumps(choices[0])[:_QUOTED]}"
    if not isinstance(message.get("content"), str | list | None):
        return f"the server answered with {json.dumps(message['content'])} as content"
    return None


def _message_of(error: Any) -> str:
    """A server's own words for an error."""
    words = error.get("message", error) if isinstance(error, dict) else error
    return (words if isinstance(words, str) else json.dumps(words))[:_QUOTED]


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
    choice = completion.choices[0]
    output = output_of(choice.message, is_structured=request.prompt.output_schema is not None)
    why = choice.message.refusal or why_empty(choice.finish_reason)
    tokens = stated_tokens(completion.usage)
    return AnswerReply(
        request,
        output,
        None if output is not None else why,
        tidy_name(completion.model, request.model or ""),
        *tokens,
        round(time.monotonic() - began, 3),
        None if None in tokens else list_price(model, completion),
        choice.finish_reason,
    )


def why_empty(finish_reason: str | None) -> str:
    """Why an answer has no text and calls no tool, as far as the provider says."""
    reasons = {
        "content_filter": "the provider's content filter kept it back",
        "length": "the limit of tokens was used up before it wrote anything",
    }
    reason = reasons.get(finish_reason or "")
    return "the model gave an empty answer" + (f": {reason}" if reason else "")


def output_of(message: ChatCompletionMessage, *, is_structured: bool) -> Output | None:
    """The answer: text, the calls of tools beside it, or JSON where that was asked for and came."""
    if calls := message.tool_calls:
        return {
            "content": message.content,
            "tool_calls": [call.model_dump(exclude_none=True) for call in calls],
        }
    return parse_output(text_of_content(message.content), is_structured=is_structured)


def text_of_content(content: Any) -> str:
    """The text of a message's content, which some servers give in parts."""
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        return "".join(part for part in parts if isinstance(part, str))
    return content or ""


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
