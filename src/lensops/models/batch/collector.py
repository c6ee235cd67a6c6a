"""Collector: the rows of batches that have ended, matched to the requests that they answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from lensops.errors import RemoteFailed
from lensops.models.batch.calls import Calls, list_items
from lensops.models.batch.client import Entry, Phase, Row
from lensops.models.batch.jobs import Job
from lensops.models.batch.submission import Submission
from lensops.models.batch.transport import custom_id


@dataclass
class Collector:
    """Gets a row for each request of one model. Raises `RemoteFailed` and `UserError`."""

    calls: Calls
    submission: Submission
    _collected: dict[str, Job] = field(default_factory=dict)  # by nonce

    async def collect(self, entries: Mapping[str, Entry]) -> dict[str, Row]:
        """A row for each entry, by key: from the batches that have it, else from new ones.

        What is not there when the time is over, or never came, is a row with a reason.
        """
        jobs = [job for job in self.submission.jobs() if not job.pending.isdisjoint(entries)]
        in_jobs = {key for job in jobs for key in job.pending}
        rest = {key: entry for key, entry in entries.items() if key not in in_jobs}
        rows: dict[str, Row] = {}
        for job in [*jobs, *await self.submission.submit(rest)]:
            rows |= await self._rows(job)
        return {key: rows[key] for key in entries}

    def take(self, keys: Collection[str]) -> None:
        """Forget of the batches that were collected the requests that are done with."""
        for job in self._collected.values():
            self.submission.folder.take(job, keys)

    async def _rows(self, job: Job) -> dict[str, Row]:
        """The rows of a job by key, with a reason where there is none."""
        batch = str(job.batch)
        try:
            state = await self.calls.await_end(batch)
        except RemoteFailed as error:
            place = self.submission.folder.place(job)
            hint = f"the same command goes on with it; if it is gone for good: rm {place}"
            raise RemoteFailed(f"batch {batch}: {error.message}", hint) from None
        if state is None:
            late = Row("", reason=f"batch {batch} goes on; the same command collects it later")
            return dict.fromkeys(job.pending, late)
        if state.phase is Phase.FAILED:
            self.submission.folder.remove(job)
            reason = self.calls.clean(state.reason) or "the provider does not say why"
            raise RemoteFailed(f"batch {batch} failed: {reason}", "the same command makes another")
        rows = await self.calls.ask(lambda: list_items(self.calls.client.rows(state)))
        by_key = self._match(job, rows)
        self._collected[job.nonce] = job
        silent = Row("", reason=f"batch {batch} ended without a result for it")
        return {key: by_key.get(key, silent) for key in job.pending}

    def _match(self, job: Job, rows: Sequence[Row]) -> dict[str, Row]:
        """Rows by key. Raises `RemoteFailed` for a row of no request, and for two that differ."""
        keys = {custom_id(job.nonce, key): key for key in job.keys}
        by_key: dict[str, Row] = {}
        for row in rows:
            key = keys.get(row.custom_id)
            if key is None:
                raise self._distrust(job, f"has a result for {row.custom_id!r}, which is not in it")
            if by_key.setdefault(key, row) != row:
                raise self._distrust(job, f"has two results for {row.custom_id!r} that differ")
        return by_key

    def _distrust(self, job: Job, fault: str) -> RemoteFailed:
        message = self.calls.clean(f"batch {job.batch} {fault}; nothing of it was used")
        hint = (
            f"ask the provider; to have, and pay, it anew: rm {self.submission.folder.place(job)}"
        )
        return RemoteFailed(message, hint)
