"""A server on loopback that speaks chat completions, well or badly, as a test tells it to."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

GRADES = {"coherence": 4, "warmth": 5}


@dataclass(frozen=True)
class Said:
    """What the server does with one request. `hang`: it never answers, until the server ends."""

    content: str | None = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None  # in place of a completion
    delay: float = 0.0
    hang: bool = False
    cut: bool = False  # the connection breaks in the middle of the body


Script = Callable[[dict[str, Any], int], Said]


@dataclass
class Provider:
    """The running server: what it was asked, with which headers, how many at once at most."""

    url: str
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    at_once: int = 0

    def said(self, index: int) -> str:
        """The text of the messages of one request."""
        return "\n".join(str(message["content"]) for message in self.asked[index]["messages"])


def verdict(reason: str = "Reads well.", **grades: Any) -> Said:
    """A judge's sound reply."""
    return Said(json.dumps({"reason": reason, "grades": grades or GRADES}))


def error(status: int, code: str = "", **headers: str) -> Said:
    """An error in OpenAI's form."""
    body = json.dumps({"error": {"message": f"status {status}", "code": code or None}})
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Said(status=status, body=body, headers=named)


@contextmanager
def provider(script: Script, listed: dict[str, Any] | None = None) -> Iterator[Provider]:
    """Serve until the end of the block. `script` gets the request and its number from 0.

    `listed` is what the list of models says of every model; none: there is no such list.
    """
    lock, ended, busy = threading.Lock(), threading.Event(), [0]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # header and body are two packets

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            with lock:
                number = len(running.asked)
                running.asked.append(asked)
                running.headers.append({k.lower(): v for k, v in self.headers.items()})
                busy[0] += 1
                running.at_once = max(running.at_once, busy[0])
            try:
                self.answer(script(asked, number), asked)
            except (BrokenPipeError, ConnectionResetError):
                pass  # the client gave up first
            finally:
                with lock:
                    busy[0] -= 1

        def do_GET(self) -> None:
            self.answer(error(404) if listed is None else Said(body=json.dumps(listed)), {})

        def answer(self, said: Said, asked: dict[str, Any]) -> None:
            if said.hang:
                ended.wait(20)
                self.close_connection = True
                return
            ended.wait(said.delay)
            data = (said.body if said.body is not None else completion(said, asked)).encode()
            self.send_response(said.status)
            for name, value in {"content-type": "application/json", **said.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[: len(data) // 2] if said.cut else data)
            self.close_connection = said.cut

        def log_message(self, *_: Any) -> None:
            """Tests read no log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    running = Provider(f"http://127.0.0.1:{server.server_address[1]}/v1")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield running
    finally:
        ended.set()
        server.shutdown()
        thread.join()
        server.server_close()


def completion(said: Said, asked: dict[str, Any]) -> str:
    """A completion as OpenAI's API gives it."""
    message = {"role": "assistant", "content": said.content}
    return json.dumps(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1_750_000_000,
            "model": asked["model"] + "-2026",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
        }
    )
