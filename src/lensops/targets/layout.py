"""The tree that every target holds: objects/, log/ and current.json; how its parts are read."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from lensops.errors import UserError
from lensops.files import Tree
from lensops.prompts import canonical
from lensops.prompts.digest import PREFIX
from lensops.release import Record, Release, content, from_body, read_record

CURRENT = "current.json"
OBJECTS = "objects"
LOG = "log"
MAX_BYTES = 256_000_000
_RECORD_NAME = re.compile(r"([0-9]{10})\.json")


class Damaged(Exception):
    """A file of a target is not what lensops wrote; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Current:
    """What `current.json` serves. `intact` is False when its digests or variables were altered."""

    release: Release
    sequence: int | None
    intact: bool


def object_path(digest: str) -> str:
    """Where a release lies, by its digest."""
    return f"{OBJECTS}/{digest.removeprefix(PREFIX)}.json"


def record_path(sequence: int) -> str:
    """Where a record lies, by its number; ten digits keep names in order."""
    return f"{LOG}/{sequence:010d}.json"


def encode(body: Any) -> bytes:
    """JSON that a person can read in a review of the target's branch."""
    text = json.dumps(body, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    return text.encode(errors="backslashreplace")  # a lone surrogate becomes its JSON escape


def current_body(release: Release, record: Record) -> dict[str, Any]:
    """The content of `current.json`: what an application reads."""
    return {**release.body(), "sequence": record.sequence, "commit": record.commit}


def sequences(tree: Tree) -> list[int]:
    """The numbers of the records in the log, rising."""
    matches = map(_RECORD_NAME.fullmatch, tree.names(LOG))
    return sorted(int(match[1]) for match in matches if match)


def record_at(tree: Tree, sequence: int) -> Record:
    """One record. Raises `Damaged`."""
    path = record_path(sequence)
    try:
        record = read_record(_read_bytes(tree, path))
    except ValueError as error:
        raise Damaged(f"{path} is damaged ({error})") from None
    if record.sequence != sequence:
        raise Damaged(f"{path} says that it is record {record.sequence}")
    return record


def release_at(tree: Tree, digest: str) -> Release:
    """A release that was applied. Raises `Damaged` unless it has the digest asked for."""
    path = object_path(digest)
    try:
        release = from_body(_mapping(tree, path))
    except ValueError as error:
        raise Damaged(f"{path} is damaged ({error})") from None
    if release.digest != digest:
        raise Damaged(f"{path} holds another release")
    return release


def current(tree: Tree) -> Current | None:
    """What is served, or None when there is no file. Raises `Damaged` when it cannot be read."""
    if CURRENT not in tree.names("."):
        return None
    try:
        body = _mapping(tree, CURRENT)
        release = content(body)
        expected = {**release.body(), "sequence": body.get("sequence"), "commit": body["commit"]}
        intact = canonical(body) == canonical(expected)
    except KeyError:
        intact = False
    except (ValueError, TypeError) as error:
        raise Damaged(f"{CURRENT} is damaged ({error})") from None
    sequence = body.get("sequence")
    return Current(release, sequence if isinstance(sequence, int) else None, intact)


def _mapping(tree: Tree, path: str) -> dict[str, Any]:
    body = json.loads(_read_bytes(tree, path))
    if not isinstance(body, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004  # callers ask for one kind of trouble
    return body


def _read_bytes(tree: Tree, path: str) -> bytes:
    try:
        return tree.read(path, MAX_BYTES)
    except FileNotFoundError:
        raise Damaged(f"{path} is missing") from None
    except UserError as error:
        raise Damaged(error.message) from None
