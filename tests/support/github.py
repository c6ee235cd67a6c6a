"""A server on loopback that behaves like GitHub's comments: pages, limits, rights, lost updates."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

ISSUE = re.compile(r"/repos/(?P<repository>[^/]+/[^/]+)/issues/(?P<number>\d+)/comments")
COMMENT = re.compile(r"/repos/[^/]+/[^/]+/issues/comments/(?P<id>\d+)")
LONGEST = 65_536
HANG_UP, CUT_SHORT, CUT_ERROR = -1, -2, -3  # faults that are no status


@dataclass
class Host:
    """The state of the host. `faults` are (status, headers) given to the next requests."""

    comments: list[dict[str, Any]] = field(default_factory=list)
    faults: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    login: str | None = None  # of the token; a workflow's token has none
    may_write: bool = True
    seen: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    before_create: Callable[[Host], None] | None = None
    lag: int = 0  # how many of the newest comments a list does not hold yet

    def add(self, body: str, login: str = "bot", kind: str = "Bot") -> dict[str, Any]:
        number = max((each["id"] for each in self.comments), default=100) + 1
        made = {"id": number, "body": body, "user": {"login": login, "type": kind}}
        made["html_url"] = f"https://example.org/c/{number}"
        self.comments.append(made)
        return made


class Handler(BaseHTTPRequestHandler):
    """Answers as GitHub would; `host` is set by `serve`."""

    host: ClassVar[Host]

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def do_PATCH(self) -> None:
        self._answer("PATCH")

    def do_DELETE(self) -> None:
        self._answer("DELETE")

    def log_message(self, *_: Any) -> None:
        """Quiet."""

    def _answer(self, method: str) -> None:
        length = int(self.headers.get("content-length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        self.host.seen.append(f"{method} {self.path}")
        self.host.tokens.add(self.headers["authorization"])
        if self.host.faults:
            status, headers = self.host.faults.pop(0)
            if status < 0:
                self._break_off(status)
                return
            self._reply(status, {"message": "as the test wants"}, headers)
            return
        self._reply(*self._decide(method, body))

    def _decide(self, method: str, body: Any) -> tuple[int, Any]:
        url = urlsplit(self.path)
        if url.path == "/user":
            return (
                (200, {"login": self.host.login})
                if self.host.login
                else (403, {"message": "no user"})
            )
        if method != "GET" and not self.host.may_write:
            return 403, {"message": "Resource not accessible by integration"}
        if body is not None and len(body["body"]) > LONGEST:
            return 422, {"message": "body is too long"}
        if ISSUE.fullmatch(url.path):
            return self._issue(method, parse_qs(url.query), body)
        found = COMMENT.fullmatch(url.path)
        return self._comment(method, int(found["id"]), body) if found else (404, None)

    def _issue(self, method: str, query: dict[str, list[str]], body: Any) -> tuple[int, Any]:
        if method == "POST":
            if self.host.before_create:
                self.host.before_create(self.host)
            return 201, self.host.add(body["body"])
        size, page = int(query["per_page"][0]), int(query["page"][0])
        listed = self.host.comments[: len(self.host.comments) - self.host.lag]
        return 200, listed[(page - 1) * size : page * size]

    def _comment(self, method: str, number: int, body: Any) -> tuple[int, Any]:
        found = next((each for each in self.host.comments if each["id"] == number), None)
        if found is None:
            return 404, {"message": "Not Found"}
        if method == "DELETE":
            self.host.comments.remove(found)
            return 204, None
        found["body"] = body["body"]
        return 200, found

    def _break_off(self, how: int) -> None:
        if how in {CUT_SHORT, CUT_ERROR}:
            self.send_response(200 if how == CUT_SHORT else 502)
            self.send_header("content-length", "100")
            self.end_headers()
            self.wfile.write(b"[")
        self.close_connection = True

    def _reply(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        data = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def serve(host: Host) -> ThreadingHTTPServer:
    """The server, running; the caller shuts it down."""
    bound = type("Bound", (Handler,), {"host": host})
    server = ThreadingHTTPServer(("127.0.0.1", 0), bound)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    return server
