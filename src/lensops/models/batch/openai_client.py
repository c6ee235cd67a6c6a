"""The batch interface of OpenAI and of the servers that speak it: files, then batches."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any

from lensops.models.batch.client import (
    BatchState,
    Candidate,
    Entry,
    Phase,
    Row,
    check_batch,
    text_id,
)
from lensops.models.errors import NoReply

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai.types import Batch

ENDPOINT = "/v1/chat/completions"
MARK = "lensops"  # the key of the metadata that names the nonce
DAY = 86_400
_PHASES = {
    "completed": Phase.ENDED,
    "expired": Phase.ENDED,
    "cancelled": Phase.ENDED,
    "failed": Phase.FAILED,
}
_UNRUN = {
    "batch_expired": "it expired in the batch before it was run",
    "batch_cancelled": "the batch was cancelled before it was run",
}


class OpenAIBatches:
    """Implements `BatchClient` over files and batches of chat completions."""

    max_requests = 50_000
    max_bytes = 200_000_000

    def __init__(self, client: AsyncOpenAI) -> None:
        self._client = client.with_options(max_retries=0)

    async def submit(self, nonce: str, entries: Sequence[Entry]) -> str:
        lines = b"".join(_line(entry) for entry in entries)
        file = await self._client.files.create(file=("batch.jsonl", lines), purpose="batch")
        batch = await self._client.batches.create(
            completion_window="24h",
            endpoint=ENDPOINT,
            input_file_id=text_id(file),
            metadata={MARK: nonce},
        )
        return text_id(batch)

    async def poll(self, batch_id: str) -> BatchState:
        batch = await self._client.batches.retrieve(batch_id)
        check_batch(batch, batch_id, "status")
        counts = batch.request_counts
        completed = (counts.completed + counts.failed) if counts else 0
        return BatchState(
            batch_id,
            _PHASES.get(batch.status, Phase.RUNNING),
            completed,
            counts.total if counts else 0,
            _reason(batch),
            batch,
        )

    async def rows(self, state: BatchState) -> AsyncIterator[Row]:
        for file_id in (state.detail.output_file_id, state.detail.error_file_id):
            if file_id is None:
                continue
            content = await self._client.files.content(file_id)
            for number, line in enumerate(content.content.split(b"\n"), start=1):
                if line.strip():
                    yield read_row(line, f"line {number} of the results of {state.id}")

    async def candidates(self, nonce: str, count: int, since: float) -> AsyncIterator[Candidate]:
        async for batch in self._client.batches.list(limit=100):
            if batch.created_at < since - DAY:
                return
            mark = (batch.metadata or {}).get(MARK)
            counts = batch.request_counts
            # counted once it is validated
            is_of_size = counts is None or counts.total in (0, count)
            if mark == nonce or (mark is None and batch.endpoint == ENDPOINT and is_of_size):
                yield Candidate(text_id(batch), mark == nonce)


def _line(entry: Entry) -> bytes:
    request = {
        "custom_id": entry.custom_id,
        "method": "POST",
        "url": ENDPOINT,
        "body": entry.body,
    }
    return json.dumps(request, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _reason(batch: Batch) -> str:
    errors = (batch.errors.data if batch.errors else None) or []
    return "; ".join(error.message for error in errors if error.message)


def read_row(line: bytes, place: str) -> Row:
    """A line of an output or error file. Raises `NoReply` where it is none."""
    try:
        value: Any = json.loads(line)
        custom_id, response, error = value["custom_id"], value.get("response"), value.get("error")
        if error:
            return Row(custom_id, reason=_UNRUN.get(error.get("code"), error.get("message")))
        body = json.dumps(response["body"], ensure_ascii=False)
        return Row(_text(custom_id), int(response["status_code"]), body)
    except (ValueError, LookupError, TypeError, AttributeError):
        quoted = line[:100].decode("utf-8", "replace")
        raise NoReply(f"{place} is no row of a batch: {quoted}") from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value
