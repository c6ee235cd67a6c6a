"""What this clone has seen of targets, so that a log that was taken back or lost is noticed.

It lies in the repository's own folder, `.git/lensops/seen/`, one small file a target. Without a
repository, or where it cannot be written, nothing is remembered.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from lensops.errors import UserError
from lensops.release import MAX_SEQUENCE, Record
from lensops.targets import Observed, Target, kind_of

if TYPE_CHECKING:
    from lensops.flows.project import Opened

KEPT = 50  # records without a commit that this clone remembers to have written


class Memory(NamedTuple):
    """The last record that this clone has seen of a target, and what it wrote without a commit."""

    sequence: int = 0
    record: str | None = None  # its digest
    written: tuple[str, ...] = ()


def recall(project: Opened, name: str) -> Memory:
    """What is remembered of a target; nothing, where the file is damaged."""
    path = _path(project, name)
    try:
        body = json.loads(path.read_bytes()) if path else None
    except (OSError, ValueError, RecursionError):
        body = None
    return _parse_memory(body) if isinstance(body, dict) else Memory()


def remember(project: Opened, name: str, record: Record, *, is_ours: bool = False) -> None:
    """Note a record as the last one seen; with `is_ours`, as one that this clone wrote."""
    memory = recall(project, name)
    written = memory.written
    if is_ours and record.commit is None:
        written = (*written, record.digest)[-KEPT:]
    _save(project, name, Memory(record.sequence, record.digest, written))


def forget(project: Opened, name: str) -> None:
    """Take the log as it is from now on."""
    path = _path(project, name)
    if path is not None:
        path.unlink(missing_ok=True)


def compare_with_memory(project: Opened, target: Target, observed: Observed) -> Observed:
    """The same observation with what differs from what was seen before; else it is noted."""
    memory = recall(project, target.name)
    problem = _difference(memory, target, observed)
    if problem:
        return observed._replace(problems=(*observed.problems, problem))
    if observed.record and observed.record.sequence > memory.sequence:
        remember(project, target.name, observed.record)
    return observed


def _difference(memory: Memory, target: Target, observed: Observed) -> str | None:
    if observed.sequence < memory.sequence:
        last = f"ends with record {observed.sequence}" if observed.sequence else "is empty"
        return (
            f"its log {last}, and this clone has seen record {memory.sequence}: it was taken "
            f"back or lost (the next apply goes on with record {memory.sequence + 1})"
        )
    if memory.record is None or observed.record is None:
        return None
    if _goes_on(memory, target, observed.record):
        return None
    return f"record {memory.sequence} of its log is not the one that this clone has seen"


def _goes_on(memory: Memory, target: Target, record: Record) -> bool:
    """Whether the log has the record that was seen, below or at its last one."""
    if record.sequence == memory.sequence:
        return record.digest == memory.record
    if record.sequence == memory.sequence + 1 and record.previous is not None:
        return record.previous == memory.record
    records = target.log().records
    return any(r.sequence == memory.sequence and r.digest == memory.record for r in records)


def _parse_memory(body: dict[str, Any]) -> Memory:
    sequence, record, written = body.get("sequence"), body.get("record"), body.get("written")
    is_number = type(sequence) is int and 0 <= sequence <= MAX_SEQUENCE
    return Memory(
        sequence if is_number and type(sequence) is int else 0,
        record if isinstance(record, str) else None,
        tuple(map(str, written)) if isinstance(written, list) else (),
    )


def _save(project: Opened, name: str, memory: Memory) -> None:
    path = _path(project, name)
    if path is None:
        return
    body = {"target": name, "sequence": memory.sequence, "record": memory.record}
    data = json.dumps({**body, "written": list(memory.written)}, indent=2) + "\n"
    staged = path.with_suffix(f".{os.getpid()}")
    with contextlib.suppress(OSError):  # a memory is of use, and not needed
        path.parent.mkdir(parents=True, exist_ok=True)
        staged.write_text(data, encoding="utf-8")
        staged.replace(path)


def _path(project: Opened, name: str) -> Path | None:
    """The file of a target; it is named by where the target lies, not by its name."""
    try:
        repository = project.repository
    except UserError:
        return None
    if repository is None:
        return None
    settings = project.manifest.places[name]
    identity = kind_of(settings.kind).identity(settings, project.tree)
    key = hashlib.sha256("\n".join((settings.kind, *identity)).encode()).hexdigest()[:16]
    return repository.git_dir / "lensops" / "seen" / f"{key}.json"
