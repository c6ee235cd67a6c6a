"""Events: a whole message of Anthropic as the stream in which a long one would have come."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any


def event_stream(message: dict[str, Any]) -> str:
    """Server-sent events that add up to the message. Raises `LookupError` for what is none."""
    lines = (f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in _events(message))
    return "".join(lines)


def _events(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield {"type": "message_start", "message": {**message, "content": [], "stop_reason": None}}
    for index, block in enumerate(message["content"]):
        empty, deltas = _divide_block(block)
        yield {"type": "content_block_start", "index": index, "content_block": empty}
        for delta in deltas:
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    ending = {name: message.get(name) for name in ("stop_reason", "stop_sequence")}
    yield {"type": "message_delta", "delta": ending, "usage": message["usage"]}
    yield {"type": "message_stop"}


def _divide_block(block: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A block of content as it begins, and what is added to it; other kinds begin whole."""
    match block["type"]:
        case "text":
            return {**block, "text": ""}, [{"type": "text_delta", "text": block["text"]}]
        case "tool_use":
            arguments = json.dumps(block["input"])
            delta = {"type": "input_json_delta", "partial_json": arguments}
            return {**block, "input": {}}, [delta]
        case "thinking":
            thought = {"type": "thinking_delta", "thinking": block["thinking"]}
            signature = {"type": "signature_delta", "signature": block.get("signature", "")}
            return {**block, "thinking": "", "signature": ""}, [thought, signature]
    return block, []
