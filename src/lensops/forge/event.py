"""The event that a workflow runs for, as GitHub Actions describes it in its environment."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lensops.errors import UserError

MAX_BYTES = 25_000_000  # a webhook's payload has at most this
_QUEUED = re.compile(r"/pr-([0-9]{1,12})-[0-9a-f]+\Z")
_PULL_REQUESTS = ("pull_request", "pull_request_target")


@dataclass(frozen=True, slots=True)
class Event:
    """What happened. `ref` is the full name of the branch or tag that a push moved.

    `base` is the commit that a pull request or an entry of a merge queue is to be merged into, and
    `head` the one that is proposed; `previous` is where a pushed branch was, None where it was new.
    """

    name: str
    ref: str = ""
    base: str | None = None
    head: str | None = None
    previous: str | None = None
    pull_request: int | None = None

    @property
    def is_pull_request(self) -> bool:
        return self.name in _PULL_REQUESTS


def read_event(environment: Mapping[str, str]) -> Event | None:
    """The event of this run; None outside GitHub Actions.

    Raises `UserError` when the runner's description of it cannot be read.
    """
    path, name = (environment.get(f"GITHUB_EVENT_{key}", "") for key in ("PATH", "NAME"))
    if not path and not name:
        return None
    payload = _read_payload(path) if path else {}  # as in a container that got the name alone
    pull_request = _mapping(payload.get("pull_request"))
    group = _mapping(payload.get("merge_group"))
    number = pull_request.get("number") or _queued_number(group.get("head_ref"))
    return Event(
        name,
        environment.get("GITHUB_REF", ""),
        _commit(_mapping(pull_request.get("base")).get("sha") or group.get("base_sha")),
        _commit(_mapping(pull_request.get("head")).get("sha") or group.get("head_sha")),
        _commit(payload.get("before")),
        number if isinstance(number, int) else None,
    )


def take_token(environment: MutableMapping[str, str]) -> str:
    """The token, which leaves the environment: no `${GITHUB_TOKEN}` in a manifest gets it."""
    return environment.pop("GITHUB_TOKEN", "").strip()


def _read_payload(path: str) -> dict[str, Any]:
    try:
        with Path(path).open("rb") as file:
            return _mapping(json.loads(file.read(MAX_BYTES)))
    except (OSError, ValueError, RecursionError) as error:
        reason = str(getattr(error, "strerror", None) or "it is not JSON")
        message = f"the event of this workflow cannot be read: {reason}"
        raise UserError(message, "name the base with --base") from None


def _queued_number(ref: Any) -> int | None:
    """The pull request of an entry of a merge queue, which its branch is named after."""
    match = _QUEUED.search(ref) if isinstance(ref, str) else None
    return int(match[1]) if match else None


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _commit(value: Any) -> str | None:
    """A commit id; None for anything else, and for the zeros that stand for none."""
    is_id = isinstance(value, str) and value.isalnum() and value.strip("0") != ""
    return value if is_id else None
