"""Faults of a server in words of their own, with its address, and windows that are waited for."""

from __future__ import annotations

import socket
import time

import pytest

from lensops.errors import RemoteFailed
from lensops.evals.protocols import AnswerReply, Unavailable
from lensops.manifest.suite import Limits
from lensops.models import open_generator
from lensops.prompts import Message
from support.asking import answer_request
from support.provider import Said, Script, error, provider

pytestmark = pytest.mark.usefixtures("quick_retries")

REQUEST = answer_request("c1", (Message("user", "Hi {{ a }}"),), {"a": "x"}, model="openai:small")


def ask(url: str, limits: Limits) -> AnswerReply:
    writer = open_generator("openai:small", url, limits)
    assert not isinstance(writer, Unavailable)
    (reply,) = writer.answer([REQUEST])
    return reply


def failure(url: str, limits: Limits) -> RemoteFailed:
    with pytest.raises(RemoteFailed) as caught:
        ask(url, limits)
    return caught.value


def of_script(script: Script, limits: Limits) -> tuple[RemoteFailed, str]:
    with provider(script) as server:
        return failure(server.url, limits), server.url


def test_a_port_at_which_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    ended = failure(f"http://127.0.0.1:{port}/v1", Limits(retries=0))
    assert ended.message.startswith(f"the connection was refused (http://127.0.0.1:{port}/v1)")


def test_a_name_that_no_server_has() -> None:
    ended = failure("http://nowhere.invalid/v1", Limits(retries=0, call_timeout=10))
    words = "there is no such host; check `base_url` and DNS (http://nowhere.invalid/v1)"
    assert ended.message.startswith(words)


def test_a_connection_that_breaks_off() -> None:
    ended, url = of_script(lambda *_: Said("Tea", cut=True), Limits(retries=0))
    assert ended.message.startswith(f"the connection broke off ({url})")


def test_an_answer_that_does_not_come() -> None:
    ended, _ = of_script(lambda *_: Said(hang=True), Limits(retries=0, call_timeout=0.2))
    assert ended.message.startswith("no answer in time (limits.call_timeout)")


@pytest.mark.parametrize(
    ("status", "words"),
    [(429, "the rate limit was reached"), (503, "the provider is overloaded"), (529, "overloaded")],
)
def test_a_server_that_has_too_much_to_do(status: int, words: str) -> None:
    ended, _ = of_script(lambda *_: error(status, retry_after="0"), Limits(retries=0))
    assert words in ended.message


@pytest.mark.parametrize(
    "headers",
    [{"retry_after": "1"}, {"x_ratelimit_reset_requests": "1s"}, {"retry_after_ms": "1000"}],
)
def test_a_window_is_waited_for(headers: dict[str, str]) -> None:
    began = time.monotonic()

    def script(asked: object, number: int) -> Said:
        return error(429, **headers) if time.monotonic() - began < 0.9 else Said("Tea")

    with provider(script) as server:
        reply = ask(server.url, Limits(retries=1))
    assert reply.output == "Tea"
    assert time.monotonic() - began >= 1


@pytest.mark.parametrize("retries", [1, 4])
def test_a_window_that_is_not_told_is_waited_for_as_a_whole(
    retries: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All pauses together last as long as a window, however many there are."""
    monkeypatch.setattr("lensops.models.runner.WINDOW", 0.6)
    with provider(lambda *_: error(429)) as server:
        began = time.monotonic()
        failure(server.url, Limits(retries=retries))
        assert time.monotonic() - began >= 0.6
        assert len(server.asked) == retries + 1
