"""Calls to a batch interface, asked again where that may help, until the time is over."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from json import JSONDecodeError
from typing import TypeVar

from lensops.errors import RemoteFailed
from lensops.manifest.suite import Limits
from lensops.models.batch.client import BatchClient, BatchState, Phase
from lensops.models.errors import Fatal, Fault, Retryable, fault_of
from lensops.models.runner import retry_pause

T = TypeVar("T")

FIRST_WAIT = 1.0  # seconds until a batch is looked at again; half as much more each time
LONGEST_WAIT = 60.0
TELL_EVERY = 15.0
WINDOW = 25 * 3_600.0  # seconds in which providers end a batch, and one hour
TRANSFER = 600.0  # seconds for a file of requests or results
GOES_ON = "no batch is lost: the same command goes on"


@dataclass
class Calls:
    """What is asked of a provider about the batches of one model. `say` tells people of it."""

    client: BatchClient
    model: str
    limits: Limits
    say: Callable[[str], None]
    clean: Callable[[str], str] = str
    _deadline: float = field(init=False)

    def __post_init__(self) -> None:
        is_declared = "run_timeout" in self.limits.model_fields_set
        patience = self.limits.run_timeout if is_declared else WINDOW
        self._deadline = time.monotonic() + patience

    async def ask(self, question: Callable[[], Awaitable[T]]) -> T:
        """The answer. Raises `RemoteFailed`."""
        attempt = 0
        while True:
            try:
                return await self.attempt(question)
            except FaultError as error:
                if not await self.pause(error.fault, attempt):
                    raise self.failure(error.fault, GOES_ON) from None
            attempt += 1

    async def attempt(self, question: Callable[[], Awaitable[T]]) -> T:
        """The answer of one attempt. Raises `FaultError`."""
        try:
            async with asyncio.timeout(TRANSFER):
                return await question()
        except JSONDecodeError:
            fault = Retryable("the server answered, but not in JSON")
            raise FaultError(fault, 0) from None
        except Exception as error:  # noqa: BLE001  # providers' libraries raise all sorts
            raise FaultError(fault_of(error), getattr(error, "status_code", 0)) from None

    async def pause(self, fault: Fault, attempt: int) -> bool:
        """Wait before another attempt; False where there is none."""
        left = self._deadline - time.monotonic()
        if not isinstance(fault, Retryable) or attempt >= self.limits.retries or left <= 0:
            return False
        seconds = max(fault.wait or 0.0, retry_pause(attempt))
        await asyncio.sleep(min(seconds, left))
        return True

    def failure(self, fault: Fault, hint: str) -> RemoteFailed:
        """A fault as the error that ends the command."""
        hint = fault.hint if isinstance(fault, Fatal) else hint
        return RemoteFailed(self.clean(fault.reason), hint)

    async def await_end(self, batch: str) -> BatchState | None:
        """The state of a batch that has ended or failed; None when the time is over first."""
        wait, last_text, last_time = FIRST_WAIT, "", time.monotonic()
        while True:
            state = await self.ask(lambda: self.client.poll(batch))
            if state.phase is not Phase.RUNNING:
                return state
            text = f"{self.model}: batch {batch}: {state.completed:,} of {state.total:,} requests"
            if text != last_text and time.monotonic() - last_time >= TELL_EVERY:
                self.say(text)
                last_text, last_time = text, time.monotonic()
            left = self._deadline - time.monotonic()
            if left <= 0:
                return None
            await asyncio.sleep(min(wait, left))
            wait = min(LONGEST_WAIT, wait * 1.5)


class FaultError(Exception):
    """What an error of a provider means, with the HTTP status of its response or 0."""

    def __init__(self, fault: Fault, status: int) -> None:
        super().__init__(fault.reason)
        self.fault, self.status = fault, status


async def list_items(items: AsyncIterator[T]) -> list[T]:
    """All items of a stream."""
    return [item async for item in items]
