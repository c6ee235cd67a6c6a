"""The batch interface of Anthropic: Message Batches, which have ids of requests but no metadata."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any, cast

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
    from anthropic import AsyncAnthropic
    from anthropic.types.beta.messages import BetaMessageBatchRequestCounts

HOUR = 3_600  # by which clocks may differ
_UNRUN = {
    "expired": "it expired in the batch before it was run",
    "canceled": "the batch was cancelled before it was run",
}


class AnthropicBatches:
    """Implements `BatchClient` over Message Batches."""

    max_requests = 100_000
    max_bytes = 250_000_000

    def __init__(self, client: AsyncAnthropic) -> None:
        self._batches = client.with_options(max_retries=0).beta.messages.batches

    async def submit(self, nonce: str, entries: Sequence[Entry]) -> str:  # noqa: ARG002  # ids hold it
        betas = sorted({beta for entry in entries for beta in entry.betas})
        requests = [{"custom_id": entry.custom_id, "params": entry.body} for entry in entries]
        options: dict[str, Any] = {"betas": betas} if betas else {}
        return text_id(await self._batches.create(requests=cast("Any", requests), **options))

    async def poll(self, batch_id: str) -> BatchState:
        batch = await self._batches.retrieve(batch_id)
        check_batch(batch, batch_id, "processing_status")
        counts = batch.request_counts
        if batch.archived_at is not None:
            return BatchState(batch_id, Phase.FAILED, reason="its results are archived by now")
        phase = Phase.ENDED if batch.processing_status == "ended" else Phase.RUNNING
        total = _total(counts)
        return BatchState(batch_id, phase, total - counts.processing, total)

    async def rows(self, state: BatchState) -> AsyncIterator[Row]:
        async for line in await self._batches.results(state.id):
            yield _read_row(line, state.id)

    async def candidates(self, nonce: str, count: int, since: float) -> AsyncIterator[Candidate]:  # noqa: ARG002  # ids hold it
        async for batch in self._batches.list(limit=100):
            if batch.created_at.timestamp() < since - HOUR:
                return
            if _total(batch.request_counts) == count:
                yield Candidate(text_id(batch), is_certain=False)


def _total(counts: BetaMessageBatchRequestCounts) -> int:
    ended: int = counts.succeeded + counts.errored + counts.canceled + counts.expired
    running: int = counts.processing
    return ended + running


def _read_row(line: Any, batch_id: str) -> Row:
    """One result. Raises `NoReply` where it is none."""
    try:
        result, custom_id = line.result, line.custom_id
        if result.type == "succeeded":
            return Row(custom_id, 200, result.message.to_json(indent=None))
        if result.type == "errored":
            error = result.error.error
            return Row(custom_id, reason=f"the provider refused the request: {error.message}")
        return Row(custom_id, reason=_UNRUN[result.type])
    except (LookupError, AttributeError):
        raise NoReply(f"the results of {batch_id} have what is no row of a batch") from None
