"""Submission: a batch is written down, made, and found again where its id was not stored."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lensops.errors import RemoteFailed
from lensops.format import plural
from lensops.models.batch.calls import Calls, FaultError, list_items
from lensops.models.batch.client import Entry, Phase
from lensops.models.batch.jobs import Job, JobFolder
from lensops.models.batch.transport import custom_id
from lensops.models.errors import Retryable

NO_INTERFACE = (404, 405, 501)  # statuses of a server that does not know the address
LINE = 200  # bytes of a request's line beside its body


@dataclass(frozen=True)
class Submission:
    """Makes the batches of one model. Every method raises `RemoteFailed` and `UserError`."""

    calls: Calls
    folder: JobFolder
    server: str | None

    def jobs(self) -> list[Job]:
        """What is written down of this model."""
        return self.folder.jobs(self.calls.model, self.server)

    async def settle_unnamed(self) -> None:
        """Find the batches whose ids a crash kept from being stored; forget those never made."""
        for job in self.jobs():
            if job.batch is not None:
                continue
            batch = await self._find(job)
            if batch is None:
                self.folder.remove(job)
            else:
                self.folder.set_batch(job, batch)

    async def submit(self, entries: Mapping[str, Entry]) -> list[Job]:
        """Hand entries in, as many batches as they need, each written down before it is made."""
        return [await self._make(part) for part in self._parts(entries)]

    def _parts(self, entries: Mapping[str, Entry]) -> Iterator[dict[str, Entry]]:
        """Entries in parts that a batch can hold."""
        client, part, size = self.calls.client, dict[str, Entry](), 0
        for key, entry in entries.items():
            length = LINE + len(json.dumps(entry.body).encode())
            if part and (len(part) == client.max_requests or size + length > client.max_bytes):
                yield part
                part, size = {}, 0
            part[key] = entry
            size += length
        if part:
            yield part

    async def _make(self, entries: Mapping[str, Entry]) -> Job:
        """A batch, attempted again only after a look that the attempt before made none."""
        job = self.folder.add(self.calls.model, self.server, list(entries))
        batch, attempt = None, 0
        while batch is None:
            try:
                batch = await self.calls.attempt(lambda: self._hand_in(job, entries))
            except FaultError as error:
                await self._recover(job, error, attempt)
                batch = await self._find(job)
                attempt += 1
        self.calls.say(
            f"{self.calls.model}: batch {batch} of {plural(len(entries), 'request')} is under way; "
            "Ctrl-C leaves it there, and the same command goes on"
        )
        return self.folder.set_batch(job, batch)

    async def _hand_in(self, job: Job, entries: Mapping[str, Entry]) -> str:
        nonce = job.nonce
        marked = [
            Entry(custom_id(nonce, key), entry.body, entry.betas) for key, entry in entries.items()
        ]
        return await self.calls.client.submit(nonce, marked)

    async def _recover(self, job: Job, error: FaultError, attempt: int) -> None:
        """Wait for another attempt. A job that was refused is forgotten, as it was never made."""
        if await self.calls.pause(error.fault, attempt):
            return
        if error.status in NO_INTERFACE:
            self.folder.remove(job)
            message = f"{self.calls.model}: the server has no batch interface"
            hint = "leave --batch out, or check `base_url`"
            raise RemoteFailed(f"{message}: {self.calls.clean(error.fault.reason)}", hint)
        hint = "the same command looks first whether the batch was made"
        if 400 <= error.status < 500 and not isinstance(error.fault, Retryable):
            self.folder.remove(job)
            hint = "nothing was put; mend it and run the same command"
        raise self.calls.failure(error.fault, hint)

    async def _find(self, job: Job) -> str | None:
        """The batch of a job whose id is not stored, or None: it was not made."""
        taken = {other.batch for other in self.jobs()}
        client = self.calls.client
        try:
            candidates = await self.calls.ask(
                lambda: list_items(client.candidates(job.nonce, len(job.keys), job.created))
            )
        except RemoteFailed as error:
            message = f"whether the batch of {job.nonce} was made cannot be told: {error.message}"
            hint = f"run the same command again; if it was not made: rm {self.folder.place(job)}"
            raise RemoteFailed(message, hint) from None
        for candidate in candidates:
            if candidate.is_certain:
                return candidate.id
        for candidate in candidates:
            if candidate.id not in taken and await self._is_batch_of(job, candidate.id):
                return candidate.id
        return None

    async def _is_batch_of(self, job: Job, batch: str) -> bool:
        """Whether a batch that has no metadata is a job's, by the ids in its results."""
        self.calls.say(f"{self.calls.model}: is batch {batch} the one of an earlier run?")
        state = await self.calls.await_end(batch)
        if state is None:
            message = f"batch {batch} may be the one of an earlier run, and is not done"
            raise RemoteFailed(message, "run the same command again later")
        if state.phase is Phase.FAILED:
            return False
        rows = await self.calls.ask(lambda: list_items(self.calls.client.rows(state)))
        return any(row.custom_id.startswith(f"{job.nonce}-") for row in rows)
