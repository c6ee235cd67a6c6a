"""Text of an output: the part that metrics and checks read, and the whole that a judge reads."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from lensops.evals.metrics.metric import Flawed, Unscored
from lensops.evals.protocols import Output
from lensops.evals.tool_calls import content_of
from lensops.prompts.digest import canonical

_FENCE = re.compile(r"```\w*\n(.*?)\n?```", re.DOTALL)


def text_of(output: Output, field: str | None) -> str | Unscored | Flawed:
    """The text that metrics read: the output, or `field` of a structured one.

    A structured output may be an object or its JSON as text. One that lacks the field is flawed: it
    was asked for and is not there.
    """
    if (content := content_of(output)) is not None:
        if not content:
            return Flawed("the output calls tools and has no text")
        output = content
    if field is None:
        if isinstance(output, str):
            return output
        return Unscored("the output is structured; set `text:` to the field that is scored")
    value = json_value(output)
    if value is None and isinstance(output, str):
        fenced = "JSON in a code fence, not JSON" if _is_fenced(output) else "not JSON"
        return Flawed(f"the output is {fenced}, so it has no field {field!r}")
    if not isinstance(value, dict) or field not in value:
        return Flawed(f"the output has no field {field!r}")
    text = value[field]
    if not isinstance(text, str):
        return Flawed(f"the field {field!r} of the output is not text")
    return text


def whole(output: Output) -> str:
    """All of an output as text."""
    if isinstance(output, str):
        return output
    return json.dumps(output, ensure_ascii=False, indent=2, sort_keys=True)


def json_value(output: Output) -> Any:
    """The JSON value of an output. None when it is text that is not JSON."""
    if not isinstance(output, str):
        return output
    try:
        return json.loads(output, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None


def _is_fenced(text: str) -> bool:
    """Whether a text is JSON between the marks of a Markdown code block."""
    match = _FENCE.fullmatch(text.strip())
    return match is not None and json_value(match[1]) is not None


def same_json(first: Any, second: Any) -> bool:
    """Whether two values are the same JSON: `true` is not `1`, and keys may be in any order."""
    if isinstance(first, str) and isinstance(second, str):
        return first == second
    return canonical(first) == canonical(second)


def same_outputs(first: Sequence[Output], second: Sequence[Output]) -> bool:
    """Whether two answers have the same outputs, sample by sample."""
    return len(first) == len(second) and all(map(same_json, first, second))


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
