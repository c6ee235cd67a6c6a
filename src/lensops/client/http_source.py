"""The source behind a URL: conditional requests, a deadline, and no secrets to other hosts."""

from __future__ import annotations

import time
from collections.abc import Mapping
from http.client import HTTPException, HTTPMessage, HTTPResponse
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit, urlunsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    UnknownHandler,
)

from lensops.client.errors import ClientError, Unreadable
from lensops.client.source import CURRENT, MAX_BYTES

_SCHEMES = ("http", "https")
_CHUNK = 1 << 16


class HttpSource:
    """A directory target behind a web server, or a branch target at its raw address."""

    def __init__(self, url: str, headers: Mapping[str, str], timeout: float) -> None:
        self._url = _file_url(url)
        self._headers = {"Accept": "application/json", "User-Agent": "lensops-client", **headers}
        self._timeout = timeout
        self._opener = _build_opener()
        self._last_read: dict[str, str] = {}
        self._accepted: dict[str, str] = {}
        self.where = _redact(self._url)
        self.hint = f"open the address: it must give the target's {CURRENT}"

    def read_changes(self) -> bytes | None:
        """See `Source`. The exchange takes at most `timeout` seconds, plus one more wait."""
        headers = {**self._headers, **self._accepted}
        request = Request(self._url, headers=headers)  # noqa: S310  # http only, see _file_url
        deadline = time.monotonic() + self._timeout
        try:
            with self._opener.open(request, timeout=self._timeout) as response:
                data = _read_body(response, deadline)
                self._last_read = _validators(response.headers)
                return data
        except HTTPError as error:
            with error:
                if error.code == 304 and self._accepted:
                    return None
                raise Unreadable(f"the server answered {error.code}") from None
        except HTTPException as error:
            raise Unreadable(f"the answer broke off: {type(error).__name__}") from None
        except URLError as error:
            raise Unreadable(f"no connection: {error.reason}") from None

    def accept(self) -> None:
        self._accepted = self._last_read


class _SameHost(HTTPRedirectHandler):
    """Follow redirects to http and https only, without the caller's headers to another host."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        request = super().redirect_request(req, fp, code, msg, headers, newurl)
        if request is None or _host(newurl) == _host(req.full_url):
            return request
        return Request(newurl)  # noqa: S310  # urllib allows http and ftp, this opener only http


def _build_opener() -> OpenerDirector:
    """An opener for http and https only: it reads no files of this machine."""
    opener = OpenerDirector()
    for handler in (
        ProxyHandler(),
        HTTPHandler(),
        HTTPSHandler(),
        HTTPDefaultErrorHandler(),
        HTTPErrorProcessor(),
        _SameHost(),
        UnknownHandler(),
    ):
        opener.add_handler(handler)
    return opener


def _read_body(response: HTTPResponse, deadline: float) -> bytes:
    parts: list[bytes] = []
    size = 0
    while part := response.read1(_CHUNK):
        parts.append(part)
        size += len(part)
        if size > MAX_BYTES:
            raise Unreadable(f"the answer is larger than {MAX_BYTES:,} bytes")
        if time.monotonic() > deadline:
            raise Unreadable("the answer took too long")
    return b"".join(parts)


def _validators(headers: HTTPMessage) -> dict[str, str]:
    """The headers of the next request, with which the server can answer that nothing changed."""
    pairs = (("If-None-Match", headers["ETag"]), ("If-Modified-Since", headers["Last-Modified"]))
    sent = [(name, value) for name, value in pairs if value]
    return dict(sent[:1])  # seconds are too coarse where there is a tag as well


def _file_url(url: str) -> str:
    """The address of `current.json`. A target's own address is completed."""
    parts = urlsplit(url)
    if parts.scheme not in _SCHEMES or not parts.hostname:
        raise ClientError(
            f"{_redact(url)!r} is not an http address; for a folder use from_directory"
        )
    if parts.username or parts.password:
        raise ClientError(f"{_redact(url)!r} contains a user; pass headers={{'Authorization': …}}")
    if parts.path.endswith(".json"):
        return url
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{CURRENT}", fragment=""))


def _redact(url: str) -> str:
    """An address without user, password and query: those may be secrets."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


def _host(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
