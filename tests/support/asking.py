"""Requests to a model under test, part by part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lensops.evals.protocols import AnswerRequest
from lensops.prompts import Message, Prompt, ResponseFormat
from lensops.prompts.value import Tool


def answer_request(
    case: str,
    messages: tuple[Message, ...],
    inputs: Mapping[str, Any],
    *,
    parameters: Mapping[str, Any] | None = None,
    output_schema: Mapping[str, Any] | None = None,
    tools: tuple[Tool, ...] = (),
    **settings: Any,
) -> AnswerRequest:
    """A request; `settings` are model, server and sample."""
    response = None if output_schema is None else ResponseFormat(output_schema)
    prompt = Prompt("v1", messages, None, parameters or {}, response, tools)
    return AnswerRequest(case, prompt, inputs, **settings)
