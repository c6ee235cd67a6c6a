"""Turns of recording: one process at a time asks for an eval, so that nothing is paid twice."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lensops.errors import UserError
from lensops.evals.protocols import Mode, ProgressListener
from lensops.files import Snapshot, check_destination, create_exclusive
from lensops.flows.run_options import RunOptions

if TYPE_CHECKING:
    from lensops.models.batch.jobs import BatchPlace

UNDER_WAY = ".lensops/recording"  # what is being recorded, a folder for each eval or shard of it


@contextlib.contextmanager
def take_turn(
    tree: Snapshot, suite: str, options: RunOptions, listener: ProgressListener
) -> Iterator[None]:
    """Wait until no other process records this eval, or this shard of it.

    Who waited finds recorded what the other one asked for. Raises `UserError` where nothing can be
    written.
    """
    if options.mode is not Mode.RECORD:
        yield
        return
    folder = _folder(tree, suite, options)
    create_exclusive(folder.parent / ".gitignore", b"*\n")
    try:
        folder.mkdir(exist_ok=True)
        path = check_destination(folder / "lock")
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise UserError(f"cannot write {UNDER_WAY}/{folder.name}: {reason}") from None
    try:
        _wait_for(descriptor, folder.name, listener)
        yield
    finally:
        os.close(descriptor)


def batch_place(
    tree: Snapshot, suite: str, options: RunOptions, listener: ProgressListener
) -> BatchPlace | None:
    """Where the batches of an eval, or of a shard of it, are kept while they run."""
    if not options.batch:
        return None
    from lensops.models.batch.jobs import BatchPlace, JobFolder

    return BatchPlace(JobFolder(_folder(tree, suite, options)), listener.note)


def _wait_for(descriptor: int, name: str, listener: ProgressListener) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        listener.note(f"another lensops records {name}: this one goes on when it is done")
        fcntl.flock(descriptor, fcntl.LOCK_EX)


def _folder(tree: Snapshot, suite: str, options: RunOptions) -> Path:
    shard = options.shard
    part = f".shard-{shard.number}-of-{shard.of}" if shard else ""
    return tree.path(f"{UNDER_WAY}/{suite.replace('/', '+')}{part}")
