"""Requests to a JSON interface over HTTP, repeated where that may help, errors in words."""

from __future__ import annotations

import json
import math
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from lensops.errors import RemoteFailed, UserError

TRIES = 4
TIMEOUT = 20.0  # seconds for one answer
PATIENCE = 60.0  # seconds; a host that asks for a longer wait is given up
FIRST_WAIT = 0.5  # seconds; doubled with each try


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: its status, its headers and the JSON in its body, None when there is none."""

    status: int
    headers: Message
    body: Any


def github_headers(token: str) -> dict[str, str]:
    """The headers of a request to GitHub's interface."""
    return {
        "Authorization": f"Bearer {token}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
        "User-Agent": "lensops",
        "Content-Type": "application/json",
    }


class Requests:
    """Requests below one address, with the same headers."""

    def __init__(
        self, base: str, headers: Mapping[str, str], *, first_wait: float = FIRST_WAIT
    ) -> None:
        if not _is_http(base):
            raise UserError(f"{base!r} is no address of an interface", "it begins with https://")
        for name, value in headers.items():
            if not (value.isascii() and value.isprintable()):  # no message quotes it: a secret
                raise UserError(f"the header {name} cannot be sent", "look for stray characters")
        self.base = base.rstrip("/")
        self.headers = dict(headers)
        self.first_wait = first_wait

    def send(self, method: str, path: str, body: Any = None) -> Answer:
        """One request. 429, 5xx and lost connections are tried again, as the host asks.

        Raises `RemoteFailed` when that does not help. Other statuses are given back.
        """
        answer: Answer | str = ""
        for wait in self._waits():
            answer = self._attempt(method, path, body)
            if isinstance(answer, Answer) and not _is_transient(answer):
                return answer
            requested = _requested_wait(answer) if isinstance(answer, Answer) else None
            if wait is None or (requested or 0.0) > PATIENCE:
                break
            time.sleep(wait if requested is None else requested)
        raise RemoteFailed(f"{method} {path}: {_describe(answer)}", "try again later")

    def _waits(self) -> Iterator[float | None]:
        """Seconds to wait after each try; None after the last."""
        yield from (self.first_wait * 2**number for number in range(TRIES - 1))
        yield None

    def _attempt(self, method: str, path: str, body: Any) -> Answer | str:
        """The answer, or in words why there is none."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310  # the scheme was checked above
            self.base + path, data=data, headers=self.headers, method=method
        )
        try:
            with _open(request) as reply:
                return Answer(reply.status, reply.headers, _json(reply.read()))
        except (OSError, HTTPException) as error:  # a URLError is an OSError
            return f"no answer: {getattr(error, 'reason', error)}"


class _Stay(urllib.request.HTTPRedirectHandler):
    """No redirect is followed: urllib would carry the token along, to whatever host."""

    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_Stay)


def _open(request: urllib.request.Request) -> Any:
    """The reply, also one that urllib takes for an error."""
    try:
        return _OPENER.open(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        return error


def _is_http(address: str) -> bool:
    try:
        return urlsplit(address).scheme in {"http", "https"}
    except ValueError:
        return False


def reply_text(answer: Answer) -> str:
    """What the host says is wrong."""
    message = answer.body.get("message") if isinstance(answer.body, dict) else None
    return f"status {answer.status}" + (f", {message}" if message else "")


def is_rate_limited(answer: Answer) -> bool:
    """Whether a refusal is one of a rate limit."""
    left = answer.headers.get("x-ratelimit-remaining")
    return answer.status == 429 or (
        answer.status == 403 and (left == "0" or "retry-after" in answer.headers)
    )


def _is_transient(answer: Answer) -> bool:
    return answer.status >= 500 or is_rate_limited(answer)


def _requested_wait(answer: Answer) -> float | None:
    """The seconds to wait that the host asks for."""
    retry_after, reset = answer.headers.get("retry-after"), answer.headers.get("x-ratelimit-reset")
    try:
        if retry_after is not None:
            return _wait(float(retry_after))
        if is_rate_limited(answer) and reset is not None:
            return _wait(float(reset) - time.time())
    except ValueError:
        return None
    return None


def _wait(seconds: float) -> float | None:
    return max(seconds, 0.0) if math.isfinite(seconds) else None


def _describe(answer: Answer | str) -> str:
    return reply_text(answer) if isinstance(answer, Answer) else answer


def _json(data: bytes) -> Any:
    try:
        return json.loads(data) if data else None
    except (ValueError, RecursionError):
        return None
