"""The tree that every target holds: objects/, log/ and current.json; how its parts are read.

Whoever can write there is not trusted: what is too large, too deep or not JSON is `Damaged`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, NamedTuple

from lensops.errors import Refused, UserError
from lensops.prompts import canonical
from lensops.prompts.digest import PREFIX
from lensops.release import (
    MAX_SEQUENCE,
    Record,
    Release,
    Statement,
    read_record,
    read_statement,
)

if TYPE_CHECKING:
    from lensops.files import Tree

CURRENT = "current.json"
OBJECTS = "objects"
LOG = "log"
MAX_BYTES = 32_000_000  # what a client reads of a release
MAX_RECORD_BYTES = 1_000_000
MAX_DEPTH = 100  # of lists and mappings in one another
_RECORD_NAME = re.compile(r"([0-9]{10,19})\.json")


class Damaged(Exception):
    """A file of a target is not what lensops wrote; the message says which and why."""


class Current(NamedTuple):
    """What `current.json` serves. `intact` is False when its digests or variables were altered."""

    release: Release
    sequence: int | None
    intact: bool
    commit: str | None = None


def object_path(digest: str) -> str:
    """Where a release lies, by its digest."""
    return f"{OBJECTS}/{digest.removeprefix(PREFIX)}.json"


def record_path(sequence: int) -> str:
    """Where a record lies, by its number; ten digits keep the names in order."""
    return f"{LOG}/{sequence:010d}.json"


def encode(body: Any) -> bytes:
    """JSON that a person can read in a review of the target's branch."""
    text = json.dumps(body, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    return text.encode(errors="backslashreplace")  # a lone surrogate becomes its JSON escape


def check_size(release: Release) -> None:
    """Raise `Refused` for a release that no reader would take."""
    limit = MAX_BYTES - MAX_RECORD_BYTES
    if len(encode(release.body())) > limit:
        problem = f"the release is larger than {limit:,} bytes"
        raise Refused(problem, "split the project, or keep long texts out of the prompts")


def statement_file(statement: Statement) -> dict[str, bytes]:
    """The object of a statement, by its path; none for one that a record holds by itself."""
    if statement.reference is None or statement.is_plain:
        return {}
    return {object_path(statement.reference): encode(statement.body())}


def current_body(release: Release, record: Record) -> dict[str, Any]:
    """The content of `current.json`: what an application reads."""
    return {**release.body(), "sequence": record.sequence, "commit": record.commit}


def sequences(tree: Tree) -> list[int]:
    """The numbers of the records in the log, rising."""
    matches = map(_RECORD_NAME.fullmatch, tree.names(LOG))
    numbers = {int(match[1]) for match in matches if match}
    return sorted(number for number in numbers if 1 <= number <= MAX_SEQUENCE)


def record_at(tree: Tree, sequence: int) -> Record:
    """One record. Raises `Damaged`."""
    path = record_path(sequence)
    try:
        record = read_record(_read_bytes(tree, path, MAX_RECORD_BYTES))
    except ValueError as error:
        raise Damaged(f"{path} is damaged ({error})") from None
    if record.sequence != sequence:
        raise Damaged(f"{path} says that it is record {record.sequence}")
    return record


def release_at(tree: Tree, digest: str) -> Release:
    """A release that was applied. Raises `Damaged` unless it has the digest asked for."""
    from lensops.release import parse_verified  # with its models

    path = object_path(digest)
    try:
        release = parse_verified(_mapping(tree, path))
    except ValueError as error:
        raise Damaged(f"{path} is damaged ({error})") from None
    if release.digest != digest:
        raise Damaged(f"{path} holds another release")
    return release


def statement_of(tree: Tree, record: Record, objects: Collection[str]) -> Statement:
    """What was stated beside a record. `objects` are the names in the folder of objects.

    Raises `Damaged` when it lies there and is not what the record names.
    """
    reference = record.evidence
    if reference is None or object_path(reference).partition("/")[2] not in objects:
        return Statement(reference)
    path = object_path(reference)
    try:
        return read_statement(_mapping(tree, path), reference)
    except ValueError as error:
        raise Damaged(f"{path} is damaged ({error})") from None


def current(tree: Tree) -> Current | None:
    """What is served, or None when there is no file. Raises `Damaged` when it cannot be read."""
    if CURRENT not in tree.names("."):
        return None
    from lensops.release import parse_release  # with its models

    try:
        body = _mapping(tree, CURRENT)
        release = parse_release(body)
        expected = {**release.body(), "sequence": body.get("sequence"), "commit": body["commit"]}
        intact = canonical(body) == canonical(expected)
    except KeyError:
        intact = False
    except (ValueError, TypeError) as error:
        raise Damaged(f"{CURRENT} is damaged ({error})") from None
    sequence = body.get("sequence")
    number = sequence if isinstance(sequence, int) else None
    return Current(release, number, intact, body.get("commit"))


def _mapping(tree: Tree, path: str) -> dict[str, Any]:
    """The JSON object of a file. Raises `ValueError`, and `Damaged` when it cannot be read."""
    try:
        body = json.loads(_read_bytes(tree, path), parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(body, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004  # callers ask for one kind of trouble
    if _depth(body) > MAX_DEPTH:
        raise ValueError("nested too deeply")
    return body


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number of JSON")


def _depth(value: Any) -> int:
    """How deep lists and mappings lie in one another, counted to `MAX_DEPTH` and one more."""
    level, depth = [value], 0
    while level and depth <= MAX_DEPTH:
        depth += 1
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, dict | list)
        ]
    return depth


def _read_bytes(tree: Tree, path: str, limit: int = MAX_BYTES) -> bytes:
    try:
        return tree.read(path, limit)
    except FileNotFoundError:
        raise Damaged(f"{path} is missing") from None
    except UserError as error:
        raise Damaged(error.message) from None
