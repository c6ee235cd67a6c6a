"""Jobs: the batches under way, on disk before they are made, so that a crash loses none."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lensops.errors import UserError
from lensops.files import write_atomic

NONCE = 8  # bytes


class Job(BaseModel):
    """One batch: who runs it, and the keys of its requests. No `batch`: it may not be made yet.

    `taken` are the keys whose results are recorded, or were of no use: they are asked anew if ever.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    model: str
    server: str | None
    nonce: str = Field(pattern=r"^[0-9a-f]{16}$")
    created: float  # seconds, UNIX
    keys: list[str]
    batch: str | None = None
    taken: list[str] = []

    @property
    def pending(self) -> set[str]:
        """The keys whose results are still to be taken."""
        return set(self.keys) - set(self.taken)


@dataclass(frozen=True, slots=True)
class JobFolder:
    """The jobs of one eval, or of one shard of it, a file each."""

    path: Path

    def jobs(self, model: str, server: str | None) -> list[Job]:
        """Those of a model, the oldest first. Raises `UserError` for a file that is no job."""
        if not self.path.is_dir():
            return []
        jobs = [self._read_job(path) for path in sorted(self.path.glob("*.json"))]
        of_model = [job for job in jobs if (job.model, job.server) == (model, server)]
        return sorted(of_model, key=lambda job: job.created)

    def add(self, model: str, server: str | None, keys: Sequence[str]) -> Job:
        """Write down that a batch is about to be made. Raises `UserError`."""
        job = Job(
            model=model,
            server=server,
            nonce=secrets.token_hex(NONCE),
            created=time.time(),
            keys=[*keys],
        )
        self._write(job)
        return job

    def set_batch(self, job: Job, batch_id: str) -> Job:
        """Write down which batch it is. Raises `UserError`."""
        stored = job.model_copy(update={"batch": batch_id})
        self._write(stored)
        return stored

    def take(self, job: Job, keys: Collection[str]) -> None:
        """Write down that results are done with; a job without others is forgotten."""
        taken = [key for key in job.keys if key in keys or key in job.taken]
        if len(taken) == len(job.keys):
            self.remove(job)
        elif len(taken) > len(job.taken):
            self._write(job.model_copy(update={"taken": taken}))

    def remove(self, job: Job) -> None:
        """Forget a job, such as one that was never made."""
        self.file(job).unlink(missing_ok=True)

    def file(self, job: Job) -> Path:
        """Where a job stands."""
        return self.path / f"{job.nonce}.json"

    def place(self, job: Job) -> str:
        """The same as people see it, from the project's root."""
        return "/".join(self.file(job).parts[-4:])

    def _write(self, job: Job) -> None:
        write_atomic(self.file(job), job.model_dump_json(indent=1).encode() + b"\n")

    def _read_job(self, path: Path) -> Job:
        try:
            return Job.model_validate_json(path.read_bytes())
        except (ValidationError, OSError):
            message = f"{path.parent.name}/{path.name} is no job of a batch"
            hint = f"without it its requests are put, and paid, anew: rm {path}"
            raise UserError(message, hint) from None


@dataclass(frozen=True, slots=True)
class BatchPlace:
    """Where the jobs of an eval are kept, and who is told of them."""

    folder: JobFolder
    say: Callable[[str], None]
