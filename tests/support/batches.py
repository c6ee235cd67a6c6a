"""A server on loopback with both batch interfaces, OpenAI's and Anthropic's, well or badly.

What it is handed in it answers by a function of the body, as it does for single requests, so that
a run in batches can be held against one without.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Rows = list[dict[str, Any]]


@dataclass
class Batch:
    """A batch as the server holds it."""

    id: str
    requests: Rows
    metadata: dict[str, str] | None = None
    created: float = field(default_factory=time.time)
    polls: int = 0


@dataclass
class BatchServer:
    """What it was handed, and how it is to behave.

    `polls`: looks until a batch is done. `mangle`: what becomes of the rows of results. `ending`:
    the state in which a batch ends. `on_create` may raise `Cut` once the batch is there.
    """

    root: str
    answer: Callable[[dict[str, Any]], str]
    polls: int = 1
    mangle: Callable[[Rows], Rows] = list
    ending: str = "completed"
    errors: list[dict[str, Any]] | None = None
    on_create: Callable[[Batch], None] = lambda _: None
    has_metadata: bool = True
    bodies: dict[str, bytes] = field(
        default_factory=dict
    )  # by method and path, in place of its own
    closed: str = ""  # a method and path that the server does not know
    content: bytes | None = None  # of a results file, in place of rows
    batches: list[Batch] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    single: list[dict[str, Any]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{self.root}/v1"

    @property
    def paid(self) -> int:
        """How many requests ran."""
        return len(self.single) + sum(len(batch.requests) for batch in self.batches)


class Cut(Exception):
    """The connection breaks before the answer."""


@contextmanager
def batch_server(answer: Callable[[dict[str, Any]], str], **settings: Any) -> Iterator[BatchServer]:
    """Serve until the end of the block."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # header and body are two packets

        def do_GET(self) -> None:
            self.respond(b"")

        def do_POST(self) -> None:
            self.respond(self.rfile.read(int(self.headers.get("content-length") or 0)))

        def respond(self, data: bytes) -> None:
            path, _, query = self.path.partition("?")
            with lock:
                server.calls.append(f"{self.command} {path}")
                try:
                    status, body = _answer(server, self.command, path, query, data)
                except Cut:
                    self.close_connection = True
                    return
            self.send_response(status)
            is_stream = body.startswith(b"event:")
            kind = "text/event-stream" if is_stream else "application/json"
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Tests read no log."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    server = BatchServer(f"http://127.0.0.1:{http.server_address[1]}", answer, **settings)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        thread.join()
        http.server_close()


NOTHING = 404, b'{"error": {"message": "there is nothing here"}}'


def _answer(
    server: BatchServer, method: str, path: str, query: str, data: bytes
) -> tuple[int, bytes]:
    """What a test wants instead of the server's own answer, else that."""
    call = f"{method} {path.removeprefix('/v1/')}"
    if call in server.bodies:
        return 200, server.bodies[call]
    return NOTHING if server.closed == call else _route(server, method, path, query, data)


def _route(
    server: BatchServer, method: str, path: str, query: str, data: bytes
) -> tuple[int, bytes]:
    parts = path.removeprefix("/v1/").split("/")
    match method, parts:
        case "POST", ["chat", "completions"] | ["messages"]:
            body = json.loads(data)
            server.single.append(body)
            reply = _reply(server, body)
            return (200, _streamed(reply)) if body.get("stream") else _json(reply)
        case "POST", ["files"]:
            name = f"file-{len(server.files)}"
            server.files[name] = _uploaded(data)
            return _json({"id": name, "object": "file", "filename": "batch.jsonl"})
        case "POST", ["batches"]:
            return _create_openai(server, json.loads(data))
        case "POST", ["messages", "batches"]:
            return _create(server, json.loads(data)["requests"], None)
        case "GET", ["batches"] | ["messages", "batches"]:
            return _list(server, query, parts[0] == "messages")
        case "GET", ["batches", batch_id] | ["messages", "batches", batch_id]:
            return _poll(server, batch_id, parts[0] == "messages")
        case "GET", ["files", file_id, "content"]:
            return _results(server, file_id.removeprefix("out-"))
        case "GET", ["messages", "batches", batch_id, "results"]:
            return _results(server, batch_id)
    return NOTHING


def _json(value: Any) -> tuple[int, bytes]:
    return 200, json.dumps(value).encode()


def _uploaded(data: bytes) -> bytes:
    """The file in a multipart body."""
    match = re.search(rb'name="file".*?\r\n\r\n(.*?)\r\n--', data, re.DOTALL)
    assert match is not None
    return match[1]


def _create_openai(server: BatchServer, asked: dict[str, Any]) -> tuple[int, bytes]:
    assert (asked["endpoint"], asked["completion_window"]) == ("/v1/chat/completions", "24h")
    lines = server.files[asked["input_file_id"]].splitlines()
    return _create(server, [json.loads(line) for line in lines], asked["metadata"])


def _create(
    server: BatchServer, requests: Rows, metadata: dict[str, str] | None
) -> tuple[int, bytes]:
    ids = [request["custom_id"] for request in requests]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", each) for each in ids)
    batch = Batch(f"batch_{len(server.batches)}", requests, metadata)
    server.batches.append(batch)
    server.on_create(batch)
    return _json(_state(server, batch, is_anthropic=metadata is None))


def _list(server: BatchServer, query: str, is_anthropic: bool) -> tuple[int, bytes]:
    newest_first = server.batches[::-1]
    if after := re.search(r"after(?:_id)?=([^&]+)", query):
        place = next(n for n, batch in enumerate(newest_first) if batch.id == after[1])
        newest_first = newest_first[place + 1 :]
    page = newest_first[:2]
    states = [_state(server, batch, is_anthropic=is_anthropic) for batch in page]
    last = states[-1]["id"] if states else None
    more = len(newest_first) > len(page)
    return _json({"data": states, "has_more": more, "last_id": last, "first_id": None})


def _poll(server: BatchServer, batch_id: str, is_anthropic: bool) -> tuple[int, bytes]:
    batch = next((batch for batch in server.batches if batch.id == batch_id), None)
    if batch is None:
        return 404, b'{"error": {"message": "no such batch"}}'
    batch.polls += 1
    return _json(_state(server, batch, is_anthropic=is_anthropic))


def _state(server: BatchServer, batch: Batch, *, is_anthropic: bool) -> dict[str, Any]:
    is_done = batch.polls >= server.polls
    count = len(batch.requests)
    if is_anthropic:
        when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(batch.created))
        counts = {"processing": 0 if is_done else count, "succeeded": count if is_done else 0}
        return {
            "id": batch.id,
            "type": "message_batch",
            "created_at": when,
            "expires_at": when,
            "processing_status": "ended" if is_done else "in_progress",
            "results_url": f"{server.url}/messages/batches/{batch.id}/results" if is_done else None,
            "request_counts": {"errored": 0, "canceled": 0, "expired": 0, **counts},
        }
    return {
        "id": batch.id,
        "object": "batch",
        "endpoint": "/v1/chat/completions",
        "created_at": int(batch.created),
        "status": server.ending if is_done else "in_progress",
        "metadata": batch.metadata if server.has_metadata else None,
        "request_counts": {"total": count, "completed": count if is_done else 0, "failed": 0},
        "output_file_id": f"out-{batch.id}" if is_done and server.ending != "failed" else None,
        "errors": {"data": server.errors} if server.errors else None,
    }


def _results(server: BatchServer, batch_id: str) -> tuple[int, bytes]:
    if server.content is not None:
        return 200, server.content
    batch = next(batch for batch in server.batches if batch.id == batch_id)
    rows = [_row(server, request) for request in reversed(batch.requests)]  # in another order
    return 200, b"".join(json.dumps(row).encode() + b"\n" for row in server.mangle(rows))


def _row(server: BatchServer, request: dict[str, Any]) -> dict[str, Any]:
    custom_id = request["custom_id"]
    if "params" in request:
        message = _reply(server, request["params"])
        return {"custom_id": custom_id, "result": {"type": "succeeded", "message": message}}
    body = _reply(server, request["body"])
    response = {"status_code": 200, "request_id": "r", "body": body}
    return {"id": "line", "custom_id": custom_id, "response": response, "error": None}


def _reply(server: BatchServer, body: dict[str, Any]) -> dict[str, Any]:
    """A completion or a message; where a tool is offered, the answer is its arguments."""
    text, tools = server.answer(body), body.get("tools")
    if str(body["model"]).startswith("claude"):
        block: dict[str, Any] = {"type": "text", "text": text}
        if tools:
            name = tools[0]["name"]
            block = {"type": "tool_use", "id": "t1", "name": name, "input": json.loads(text)}
        return {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": f"{body['model']}-2026",
            "content": [block],
            "stop_reason": "tool_use" if tools else "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": 100, "output_tokens": 20},
        }
    message: dict[str, Any] = {"role": "assistant", "content": text}
    if tools:
        function = {"name": tools[0]["function"]["name"], "arguments": text}
        call = {"id": "t1", "type": "function", "function": function}
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_750_000_000,
        "model": f"{body['model']}-2026",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
    }


def _streamed(message: dict[str, Any]) -> bytes:
    """A message of one block as Anthropic streams it."""
    (block,) = message["content"]
    if block["type"] == "text":
        begun, added = {"type": "text", "text": ""}, {"type": "text_delta", "text": block["text"]}
    else:
        begun = {**block, "input": {}}
        added = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
    events = [
        {"type": "message_start", "message": {**message, "content": [], "stop_reason": None}},
        {"type": "content_block_start", "index": 0, "content_block": begun},
        {"type": "content_block_delta", "index": 0, "delta": added},
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": message["stop_reason"], "stop_sequence": None},
            "usage": {"output_tokens": 20},
        },
        {"type": "message_stop"},
    ]
    return "".join(f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in events).encode()
