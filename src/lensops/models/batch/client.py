"""What a batch interface of a provider does, and the values that pass."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from lensops.models.errors import NoReply


class Phase(StrEnum):
    """How far a batch is. A failed one ran none of its requests, and costs nothing."""

    RUNNING = "running"
    ENDED = "ended"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One request of a batch: its id there, and the body as it would be sent alone."""

    custom_id: str
    body: dict[str, Any]
    betas: tuple[str, ...] = ()  # features of an interface that the request names in a header


@dataclass(frozen=True, slots=True)
class BatchState:
    """A batch as its provider tells it; `completed` of `total` requests have ended."""

    id: str
    phase: Phase
    completed: int = 0
    total: int = 0
    reason: str = ""  # why it failed
    detail: Any = None  # what the client needs to read its rows


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one request: a response with its status, or why there is none."""

    custom_id: str
    status: int = 0
    body: str = ""
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A batch that may be the one that is looked for; `is_certain` by its metadata."""

    id: str
    is_certain: bool


class BatchClient(Protocol):
    """A provider's batch interface. Every method raises what the provider's library raises."""

    max_requests: int
    max_bytes: int

    async def submit(self, nonce: str, entries: Sequence[Entry]) -> str:
        """Hand requests in, marked with a `nonce`. Returns the id of the batch."""

    async def poll(self, batch_id: str) -> BatchState:
        """How far a batch is."""

    def rows(self, state: BatchState) -> AsyncIterator[Row]:
        """The rows of a batch that has ended, in any order. Raises `NoReply` for what is none."""

    def candidates(self, nonce: str, count: int, since: float) -> AsyncIterator[Candidate]:
        """Batches of so many requests made after a time (seconds, UNIX), the newest first.

        Those whose metadata names another `nonce` are left out.
        """


def check_batch(batch: Any, batch_id: str, status: str) -> None:
    """Raises `NoReply` for what is not that batch, or has no text under `status`."""
    if text_id(batch) != batch_id:
        raise NoReply(f"the server was asked for batch {batch_id} and tells of {batch.id}")
    if not isinstance(getattr(batch, status, None), str):
        raise NoReply(f"the server tells no status of batch {batch_id}")


def text_id(batch: object) -> str:
    """The id of what a server calls a batch. Raises `NoReply` where it has none."""
    batch_id = getattr(batch, "id", None)
    if not isinstance(batch_id, str) or not batch_id:
        raise NoReply(f"the server answered without a batch: {str(batch)[:200]}")
    return batch_id
