"""Prompts over http, from a real server on loopback that answers well, badly, or not at all."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from lensops.client import ClientError, Prompts, TargetUnavailable
from support.served import serve, shop


@dataclass
class Host:
    """A running server of one file, what it was asked, and how it shall answer next."""

    file: Path
    url: str = ""
    paths: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    answer: Callable[[BaseHTTPRequestHandler], bool] = lambda handler: False
    tags: bool = True


@contextmanager
def hosting(file: Path) -> Iterator[Host]:
    host = Host(file)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host.paths.append(self.path)
            host.headers.append({name.lower(): value for name, value in self.headers.items()})
            if host.answer(self):
                return
            data = host.file.read_bytes() if host.file.exists() else None
            tag = f'"{hash(data)}"'
            status = 404 if data is None else 200
            if data is not None and host.tags and self.headers["If-None-Match"] == tag:
                status = 304
            host.statuses.append(status)
            self.send_response(status)
            if host.tags:
                self.send_header("ETag", tag)
            self.end_headers()
            if status == 200 and data is not None:
                self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            """Tests read no log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    host.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield host
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def live(tmp_path: Path) -> Path:
    serve(tmp_path / "live", shop(copy="v1"))
    return tmp_path / "live"


@pytest.fixture
def host(live: Path) -> Iterator[Host]:
    with hosting(live / "current.json") as running:
        yield running


@pytest.mark.parametrize("path", ["", "/", "/current.json", "/live/current.json?token=t"])
def test_an_address_of_the_target_or_of_its_file(host: Host, path: str) -> None:
    assert Prompts.from_url(host.url + path)["copy"].version == "v1"
    assert host.paths == [path if "current" in path else "/current.json"]


def test_what_did_not_change_is_not_sent_again(host: Host, live: Path) -> None:
    prompts = Prompts.from_url(host.url)
    assert not prompts.reload()
    serve(live, shop(copy="v2"))
    assert prompts.reload()
    assert not prompts.reload()
    assert prompts["copy"].version == "v2"
    assert host.statuses == [200, 304, 200, 304]


def test_a_server_without_tags_is_compared_by_content(host: Host, live: Path) -> None:
    host.tags = False
    prompts = Prompts.from_url(host.url)
    release = prompts.release
    assert not prompts.reload()
    assert prompts.release is release
    serve(live, shop(copy="v2"))
    assert prompts.reload()


def test_the_watch_works_over_http(host: Host, live: Path) -> None:
    with Prompts.from_url(host.url, ttl=0.02) as prompts:
        assert prompts["copy"].version == "v1"
        serve(live, shop(copy="v2"))
        end = time.monotonic() + 5
        while prompts["copy"].version == "v1" and time.monotonic() < end:
            time.sleep(0.01)
        assert prompts["copy"].version == "v2"


def status(code: int) -> Callable[[BaseHTTPRequestHandler], bool]:
    def answer(handler: BaseHTTPRequestHandler) -> bool:
        handler.send_response(code)
        handler.end_headers()
        return True

    return answer


def cut(handler: BaseHTTPRequestHandler) -> bool:
    handler.send_response(200)
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(b'{"schema": "lensops/release/v1"')
    return True


def no_http(handler: BaseHTTPRequestHandler) -> bool:
    handler.wfile.write(b"SSH-2.0-server\r\n")
    return True


def page(handler: BaseHTTPRequestHandler) -> bool:
    status(200)(handler)
    handler.wfile.write(b"<html>Sign in</html>")
    return True


def silence(handler: BaseHTTPRequestHandler) -> bool:
    time.sleep(5)
    return True


def drip(handler: BaseHTTPRequestHandler) -> bool:
    status(200)(handler)
    for _ in range(250):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.02)
    return True


@pytest.mark.parametrize("answer", [status(500), status(403), status(304), cut, no_http, page])
def test_a_broken_server_leaves_the_last_good_release(
    host: Host, answer: Callable[[BaseHTTPRequestHandler], bool]
) -> None:
    host.tags = False
    prompts = Prompts.from_url(host.url)
    host.answer = answer
    assert not prompts.reload()
    assert prompts["copy"].version == "v1"
    assert prompts.problem


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("answer", [silence, drip])
def test_a_slow_server_is_given_up(
    host: Host, answer: Callable[[BaseHTTPRequestHandler], bool]
) -> None:
    prompts = Prompts.from_url(host.url, timeout=0.2)
    host.answer = answer
    began = time.monotonic()
    assert not prompts.reload()
    assert time.monotonic() - began < 4
    assert prompts.problem
    assert prompts["copy"].version == "v1"


def test_a_server_that_is_gone(live: Path) -> None:
    with hosting(live / "current.json") as host:
        prompts = Prompts.from_url(host.url)
    assert not prompts.reload()
    assert prompts["copy"].version == "v1"
    assert "refused" in str(prompts.problem)
    with pytest.raises(TargetUnavailable, match=r"current\.json.*refused.*open the address"):
        Prompts.from_url(host.url)


def test_a_missing_file_says_the_address_without_its_secrets(host: Host) -> None:
    host.answer = status(404)
    with pytest.raises(TargetUnavailable) as caught:
        Prompts.from_url(f"{host.url}/live/current.json?token=hidden")
    assert f"{host.url}/live/current.json: the server answered 404" in str(caught.value)
    assert "hidden" not in str(caught.value)


def test_headers_go_to_their_host_alone(host: Host, live: Path) -> None:
    with hosting(live / "current.json") as other:

        def away(handler: BaseHTTPRequestHandler) -> bool:
            handler.send_response(302)
            handler.send_header("Location", f"{other.url}/current.json")
            handler.end_headers()
            return True

        host.answer = away
        prompts = Prompts.from_url(host.url, headers={"Authorization": "Bearer hidden"})
        assert prompts["copy"].version == "v1"
        assert host.headers[0]["authorization"] == "Bearer hidden"
        assert "authorization" not in other.headers[0]


def test_a_redirect_on_the_host_keeps_the_headers(host: Host) -> None:
    def moved(handler: BaseHTTPRequestHandler) -> bool:
        if handler.path != "/old/current.json":
            return False
        handler.send_response(302)
        handler.send_header("Location", "/new/current.json")
        handler.end_headers()
        return True

    host.answer = moved
    prompts = Prompts.from_url(f"{host.url}/old", headers={"Authorization": "Bearer hidden"})
    assert prompts["copy"].version == "v1"
    assert [found["authorization"] for found in host.headers] == ["Bearer hidden"] * 2


@pytest.mark.parametrize("place", ["file:///etc/passwd", "ftp://127.0.0.1/x"])
def test_a_redirect_leads_nowhere_else(host: Host, place: str) -> None:
    def away(handler: BaseHTTPRequestHandler) -> bool:
        handler.send_response(302)
        handler.send_header("Location", place)
        handler.end_headers()
        return True

    host.answer = away
    with pytest.raises(TargetUnavailable):
        Prompts.from_url(host.url)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("live/staging", "from_directory"),
        ("file:///live", "from_directory"),
        ("http://", "from_directory"),
        ("https://user:hidden@example.org/live", "Authorization"),
    ],
)
def test_an_address_that_cannot_be_meant(url: str, words: str) -> None:
    with pytest.raises(ClientError, match=words) as caught:
        Prompts.from_url(url)
    assert "hidden" not in str(caught.value)
