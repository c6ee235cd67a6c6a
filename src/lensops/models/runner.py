"""Runner: many requests at once within limits, replies as they come, retried where that helps."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from collections.abc import Generator as Stream
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from lensops.errors import RemoteFailed
from lensops.evals.spending import LIMIT_REACHED, Bound, Spending
from lensops.manifest.suite import Limits
from lensops.models.errors import Exhausted, Fatal, Fault, Retryable, fault_of

Request = TypeVar("Request")
Reply = TypeVar("Reply")

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds before the first retry, and before any
WINDOW = 60.0  # seconds after which a limit begins anew, where a provider does not tell
DEAD = 3  # requests given up, without any success before, after which nobody is there


def retry_pause(attempt: int) -> float:
    """Seconds between an attempt, counted from 0, and the next; doubled each time."""
    pause: float = FIRST_PAUSE * 2**attempt
    return min(LONGEST_PAUSE, pause)


class _GivenUp(Exception):
    """A request has no reply after all attempts."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.reason)
        self.fault = fault


@dataclass(slots=True)
class Runner(Generic[Request, Reply]):
    """How each request is put, and what stands for one that failed.

    `ask` may raise; `failed` makes the reply of a request that was given up. `session` is entered
    around all of them.
    """

    session: Callable[[], AbstractAsyncContextManager[Any]]
    ask: Callable[[Request], Awaitable[Reply]]
    failed: Callable[[Request, str], Reply]
    limits: Limits
    clean: Callable[[str], str] = str
    spending: Spending = field(default_factory=Spending)
    bound_of: Callable[[Request], Bound] = lambda _: Bound(0, 0.0)
    usage: Callable[[Reply], tuple[int | None, float | None]] = lambda _: (None, None)
    _until: float = field(default=0.0, init=False)
    _hopes: int = field(default=DEAD, init=False)  # failures until nobody is thought to be there
    _alive: bool = field(default=False, init=False)

    def replies(self, requests: Sequence[Request]) -> Stream[Reply, None, None]:
        """One reply a request, as they arrive, at most `limits.concurrency` under way.

        The event loop runs only while the caller waits for the next reply. Closing the iterator,
        or Ctrl-C, breaks off what is under way. Raises `RemoteFailed` when asking on makes no
        sense: no rights, no quota, or nobody answers at all.
        """
        with asyncio.Runner() as runner:
            self._until = self.spending.deadline(self.limits.run_timeout)
            self._hopes = min(DEAD, len(requests))
            session = self.session()
            runner.run(session.__aenter__())
            try:
                yield from self._all(runner, iter(requests))
            finally:
                runner.run(session.__aexit__(None, None, None))

    def _all(self, runner: asyncio.Runner, waiting: Iterator[Request]) -> Stream[Reply, None, None]:
        loop = runner.get_loop()
        under_way: set[asyncio.Task[Reply]] = set()
        request = next(waiting, None)
        try:
            while request is not None or under_way:
                while request is not None and len(under_way) < self.limits.concurrency:
                    if not self.spending.reserve(self.bound_of(request)):
                        break
                    under_way.add(loop.create_task(self._until_settled(request)))
                    request = next(waiting, None)
                if not under_way and request is not None:
                    yield self.failed(request, LIMIT_REACHED)
                    request = next(waiting, None)
                    continue
                finished = runner.run(_first(under_way))
                under_way -= finished
                for task in sorted(finished, key=_has_failed):
                    yield task.result()
        finally:
            runner.run(_cancel(under_way))

    async def _until_settled(self, request: Request) -> Reply:
        """The reply, its bound held back until it is here. Raises `RemoteFailed`."""
        upper_bound = self.bound_of(request)
        tokens, cost = None, None
        try:
            reply = await self._until_done(request, upper_bound)
            tokens, cost = self.usage(reply)
        except _GivenUp as given_up:
            tokens, cost = 0, 0.0  # what its attempts cost is counted already
            return self._stand_in(request, given_up.fault)
        finally:
            self.spending.settle(upper_bound, tokens, cost)
        return reply

    async def _until_done(self, request: Request, upper_bound: Bound) -> Reply:
        """Ask, and again after a pause where that may help. Raises `_GivenUp`.

        An attempt that may be billed without a reply counts with its whole bound.
        """
        for attempt in range(self.limits.retries + 1):
            fault = await self._once(request)
            if not isinstance(fault, Retryable | Exhausted | Fatal):
                self._alive = True
                return fault
            pause = self._pause(fault, attempt)
            if not isinstance(fault, Fatal) and fault.is_billed:
                fits = self.spending.charge(upper_bound.tokens, upper_bound.cost)
                fault = fault if fits else Exhausted(LIMIT_REACHED)
                pause = pause if fits else None
            if pause is None:
                raise _GivenUp(fault)
            await asyncio.sleep(pause)
        raise AssertionError("the last attempt has no pause")  # pragma: no cover

    async def _once(self, request: Request) -> Reply | Fault:
        """The reply, or what the error means."""
        left = self._until - time.monotonic()
        if left <= 0:
            return Exhausted("the time for the run is over (limits.run_timeout)")
        try:
            async with asyncio.timeout(min(self.limits.call_timeout, left)):
                return await self.ask(request)
        except Exception as error:  # noqa: BLE001  # providers' libraries raise all sorts
            return fault_of(error)

    def _pause(self, fault: Fault, attempt: int) -> float | None:
        """Seconds until the next attempt; None when there is none."""
        if not isinstance(fault, Retryable) or attempt >= self.limits.retries:
            return None
        spread = random.uniform(0.5, 1.0)  # noqa: S311  # of retries, keeps no secret
        pause = retry_pause(attempt) * spread
        if fault.is_limit and fault.wait is None:  # all pauses together last as long as a window
            share = 2**attempt / (2**self.limits.retries - 1)
            pause = WINDOW * share * random.uniform(1.0, 1.2)  # noqa: S311  # as above
        pause = max(pause, fault.wait or 0.0)
        left = self._until - time.monotonic()
        return pause if pause < left else None

    def _stand_in(self, request: Request, fault: Fault) -> Reply:
        """The reply of a request that was given up. Raises `RemoteFailed`."""
        reason = self.clean(fault.reason)
        if isinstance(fault, Fatal):
            raise RemoteFailed(reason, fault.hint)
        if isinstance(fault, Retryable) and not self._alive:
            self._hopes -= 1
            if self._hopes <= 0:
                hint = "nobody answers: check the server and `base_url`; replies so far are kept"
                raise RemoteFailed(reason, hint)
        return self.failed(request, reason)


def _has_failed(task: asyncio.Task[Any]) -> bool:
    """Sorts what ends the run behind the replies that came with it, which are not lost then."""
    return task.exception() is not None


async def _first(tasks: set[asyncio.Task[Reply]]) -> set[asyncio.Task[Reply]]:
    finished, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    return finished


async def _cancel(tasks: set[asyncio.Task[Reply]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
