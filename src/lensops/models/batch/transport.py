"""A transport that sends nothing: it answers from the rows of batches, or notes the request."""

from __future__ import annotations

import json
from http import HTTPStatus

import httpx2

from lensops.models.batch.client import Entry, Row
from lensops.models.batch.events import event_stream
from lensops.models.errors import NoReply
from lensops.prompts import digest

ID = 47  # hex digits of a request's key in its id; with the nonce 64 characters, as providers allow


class DeferredError(Exception):
    """The request has to go out in a batch first."""


class DeferringTransport(httpx2.AsyncBaseTransport):
    """Answers each request of a key from `rows`; notes the first that has none in `deferred`.

    A model asks again where an answer was of no use: the key of such a request covers its body.
    """

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.deferred: tuple[str, Entry] | None = None
        self._key, self._round = "", 0

    def begin(self, key: str) -> None:
        """What comes next is asked for the request of this key."""
        self._key, self._round, self.deferred = key, 0, None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.method != "POST":
            raise NoReply("a batch has no other requests")
        body = json.loads(await request.aread())
        is_stream = body.pop("stream", False)
        key = self._key if not self._round else digest("batch", [self._key, body])
        self._round += 1
        if self.deferred is not None or key not in self.rows:
            self.deferred = self.deferred or (key, Entry(key, body, _betas(request.headers)))
            raise DeferredError
        return _response(self.rows[key], request, is_stream=is_stream)


def custom_id(nonce: str, key: str) -> str:
    """The id of a request in a batch: of 64 characters, and of this batch alone."""
    return f"{nonce}-{key.removeprefix('sha256:')[:ID]}"


def _response(row: Row, request: httpx2.Request, *, is_stream: bool) -> httpx2.Response:
    """A row as the response to its request. Raises `NoReply` where it holds none."""
    if row.reason is not None:
        raise NoReply(row.reason)
    kind, content = "application/json", row.body
    if is_stream and row.status == HTTPStatus.OK:
        kind, content = "text/event-stream", _stream(row.body)
    return httpx2.Response(
        row.status, headers={"content-type": kind}, content=content, request=request
    )


def _stream(body: str) -> str:
    try:
        return event_stream(json.loads(body))
    except (LookupError, TypeError):
        raise NoReply(f"the server answered {body[:200]}") from None


def _betas(headers: httpx2.Headers) -> tuple[str, ...]:
    names = headers.get("anthropic-beta", "").split(",")
    return tuple(name.strip() for name in names if name.strip())
