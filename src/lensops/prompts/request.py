"""The request that a prompt makes: the body of a chat completions call."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lensops.prompts.value import Message, Prompt

_PROVIDER = re.compile(  # what may stand before the colon and is no part of a model's name
    r"(alibaba|anthropic|azure|bedrock|cerebras|cohere|deepseek|fireworks|gateway|github|google"
    r"|google-cloud|google-gla|google-vertex|grok|groq|heroku|huggingface|litellm|mistral|moonshotai|nebius"
    r"|ollama|openai|openai-chat|openai-responses|openrouter|ovhcloud|sambanova|together|vercel"
    r"|xai):(?=.)"
)


def request_body(
    prompt: Prompt, inputs: Mapping[str, Any], model: str | None = None
) -> dict[str, Any]:
    """The JSON body of the request, with variables filled in.

    `model` replaces the prompt's own. Raises `KeyError` with the name of a missing variable.
    """
    content = prompt.content()
    target = model if model is not None else prompt.model
    body: dict[str, Any] = {**content["parameters"], "messages": render(prompt, inputs)}
    if target is not None:
        body["model"] = model_name(target)
    if content["tools"]:
        body["tools"] = content["tools"]
    if content["response_format"] is not None:
        body["response_format"] = content["response_format"]
    return body


def render(prompt: Prompt, inputs: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The messages in the shape of a request. Raises `KeyError` with a missing name."""
    return [render_message(message, inputs) for message in prompt.messages]


def render_message(message: Message, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """One message in the shape of a request, with variables filled in."""
    text = message.template.fill(inputs)
    return {**message.parts(), "content": text if text or not message.tool_calls else None}


def model_name(model: str) -> str:
    """A model's name without its provider: `openai:gpt-6-luna` is `gpt-6-luna` to the provider."""
    provider = _PROVIDER.match(model)
    return model[provider.end() :] if provider else model
