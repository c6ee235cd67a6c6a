"""Batch runner: the same questions as one by one, put in batches; takes the place of `Runner`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from collections.abc import Generator as Stream
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from lensops.errors import RemoteFailed
from lensops.evals.protocols import AnswerReply, AnswerRequest, GradeReply, GradeRequest
from lensops.evals.spending import BATCH_SHARE, LIMIT_REACHED, Bound
from lensops.models.batch.calls import Calls
from lensops.models.batch.client import BatchClient, Entry
from lensops.models.batch.collector import Collector
from lensops.models.batch.jobs import JobFolder
from lensops.models.batch.submission import Submission
from lensops.models.batch.transport import DeferringTransport
from lensops.models.errors import Fatal, fault_of
from lensops.models.runner import Runner
from lensops.prompts import digest

if TYPE_CHECKING:
    from pydantic_ai.models import Model

Request = TypeVar("Request", AnswerRequest, GradeRequest)
Reply = TypeVar("Reply", AnswerReply, GradeReply)


@dataclass(frozen=True)
class BatchModel:
    """A model that is asked in batches, where its jobs are kept, and who is told of them.

    The model is opened on the `transport`, and never reaches a network by itself.
    """

    transport: DeferringTransport
    network: Model  # the same model, asked directly; its connections are the client's
    open_client: Callable[[], BatchClient]
    folder: JobFolder
    say: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Put(Generic[Request]):
    """A request that was let in, and what was set aside for it."""

    request: Request
    reserved: Bound


@dataclass
class BatchRunner(Generic[Request, Reply]):
    """Asks a model's requests in rounds: what has no answer yet is handed in as a batch.

    Each question runs anew once its answer is there, so that replies are read, and invalid ones
    sent back, as they are one by one. A request that failed is asked again by the next command.
    """

    batch: BatchModel
    single: Runner[Request, Reply]  # how each request is put, limits and spending
    model: str
    server: str | None
    _fatal: Fatal | None = field(default=None, init=False)  # the last fault that others will meet

    def replies(self, requests: Sequence[Request]) -> Stream[Reply, None, None]:
        """One reply a request. Raises `RemoteFailed`, `UserError` for what is no job."""
        with asyncio.Runner() as loop:
            session = self.single.session()
            loop.run(session.__aenter__())
            try:
                yield from self._replies(loop, self._open_collector(), requests)
            finally:
                loop.run(session.__aexit__(None, None, None))

    def _open_collector(self) -> Collector:
        runner, batch = self.single, self.batch
        calls = Calls(batch.open_client(), self.model, runner.limits, batch.say, runner.clean)
        return Collector(calls, Submission(calls, batch.folder, self.server))

    def _replies(
        self, loop: asyncio.Runner, collector: Collector, requests: Sequence[Request]
    ) -> Stream[Reply, None, None]:
        """What is in a batch by now comes first: it is paid for, whatever the limits are."""
        submission = collector.submission
        loop.run(submission.settle_unnamed())
        paid = {key for job in submission.jobs() for key in job.pending}
        waiting = sorted(requests, key=lambda request: _key(request) not in paid)
        while waiting:
            puts: list[_Put[Request]] = []
            rest: list[Request] = []
            for request in waiting:
                put = self._admit(request, paid)
                puts.append(put) if put else rest.append(request)
            if not puts:
                yield from (self.single.failed(request, LIMIT_REACHED) for request in rest)
                break
            waiting = rest
            yield from self._rounds(loop, collector, puts)
        collector.take(self.batch.transport.rows)
        self.batch.transport.rows.clear()
        if self._fatal is not None:
            raise RemoteFailed(self.single.clean(self._fatal.reason), self._fatal.hint)

    def _admit(self, request: Request, paid: set[str]) -> _Put[Request] | None:
        """The request with what was set aside for it; None where that does not fit."""
        upper_bound = self._bound_of(request, 1)
        if self.single.spending.reserve(upper_bound):
            return _Put(request, upper_bound)
        return _Put(request, Bound(0, 0.0)) if _key(request) in paid else None

    def _rounds(
        self, loop: asyncio.Runner, collector: Collector, puts: Sequence[_Put[Request]]
    ) -> Stream[Reply, None, None]:
        """Ask all of them until none has to wait for a batch any more."""
        rounds = 0
        while puts:
            deferred: list[_Put[Request]] = []
            entries: dict[str, Entry] = {}
            for put in puts:
                reply = loop.run(self._ask(put.request))
                if isinstance(reply, tuple) and (further := self._reserve_round(put, rounds)):
                    entries[reply[0]] = reply[1]
                    deferred.append(further)
                    continue
                if isinstance(reply, tuple):
                    reply = self.single.failed(put.request, LIMIT_REACHED)
                reply = _at_batch_price(reply)
                self.single.spending.settle(put.reserved, *self.single.usage(reply))
                yield reply
            if entries:
                self.batch.transport.rows |= loop.run(collector.collect(entries))
            puts, rounds = deferred, rounds + 1

    def _reserve_round(self, put: _Put[Request], rounds: int) -> _Put[Request] | None:
        """The request with what a further round takes set aside too; None where it does not fit.

        A round sends again what was sent and replied before it.
        """
        if rounds == 0:
            return put
        further = self._bound_of(put.request, rounds + 1)
        if not self.single.spending.reserve(further):
            return None
        tokens = put.reserved.tokens + further.tokens
        cost = (put.reserved.cost or 0.0) + (further.cost or 0.0)
        return _Put(put.request, Bound(tokens, cost))

    def _bound_of(self, request: Request, times: int) -> Bound:
        """So many times what a request takes at most, at the price of batches."""
        upper_bound = self.single.bound_of(request)
        cost = upper_bound.cost
        return Bound(
            upper_bound.tokens * times, None if cost is None else cost * times * BATCH_SHARE
        )

    async def _ask(self, request: Request) -> Reply | tuple[str, Entry]:
        """The reply, or the key and body of what has to go out in a batch first."""
        transport = self.batch.transport
        transport.begin(_key(request))
        try:
            return await self.single.ask(request)
        except Exception as error:  # noqa: BLE001  # providers' libraries raise all sorts
            if transport.deferred is not None:
                return transport.deferred
            fault = fault_of(error)
            if isinstance(fault, Fatal):
                self._fatal = fault
            return self.single.failed(request, self.single.clean(fault.reason))


def _key(request: AnswerRequest | GradeRequest) -> str:
    """What a request's result is found by; cases that ask the same are asked on their own."""
    return digest("batch", [request.digest, request.case_id])


def _at_batch_price(reply: Any) -> Any:
    """The reply as a batch gives it: at its price, and without a time of its own."""
    cost = None if reply.cost is None else reply.cost * BATCH_SHARE
    return replace(reply, cost=cost, latency_s=None)
