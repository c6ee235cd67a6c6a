"""The example service under load while releases are applied, rolled back and deleted."""

from __future__ import annotations

import http.client
import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from lensops.files import Folder
from lensops.prompts import load_prompt, render
from support.cli import lensops
from support.repo import Repo

SERVICE = Path(__file__).parents[2] / "examples/web_service/service.py"
READERS = 3
PAUSE = 0.002  # seconds between two requests of a reader: the load is bounded
VALUES = {
    "segment": "Regular",
    "points": "120",
    "favourite_drink": "tea",
    "offer": "{{ points }}",
    "ends": "Friday",
}
LIVE = ".lensops/live/staging"


@dataclass
class Load:
    """Readers that ask the service again and again, and all that they were told."""

    port: int
    answers: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def read(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        while not self.stopped.is_set():
            try:
                self.answers.append(ask(connection, "/offer?" + urlencode(VALUES)))
            except (OSError, http.client.HTTPException) as error:
                self.errors.append(repr(error))
            self.stopped.wait(PAUSE)
        connection.close()

    def until(self, true: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first answer from now on whose trace fits."""
        seen, end = len(self.answers), time.monotonic() + 20
        while time.monotonic() < end:
            for status, body in self.answers[seen:]:
                if status == 200 and true(body["trace"]):
                    return body
            time.sleep(0.01)
        raise AssertionError(f"no such answer; the last one: {self.answers[-1:]}")


def ask(connection: http.client.HTTPConnection, path: str) -> tuple[int, dict[str, Any]]:
    connection.request("GET", path)
    response = connection.getresponse()
    return response.status, json.loads(response.read())


def get(port: int, path: str) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        return ask(connection, path)
    finally:
        connection.close()


@pytest.fixture
def shop(repo: Repo) -> Repo:
    """The starter project with v1 active and live."""
    assert lensops("init", ".", cwd=repo.root).code == 0
    repo.commit("Begin")
    apply(repo)
    return repo


def apply(repo: Repo) -> None:
    done = lensops("apply", "--target", "staging", "--yes", cwd=repo.root)
    assert done.code == 0, done.err


@pytest.fixture
def port(shop: Repo) -> Iterator[int]:
    command = [sys.executable, str(SERVICE), str(shop.root / LIVE), "--port=0", "--ttl=0.03"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline().rsplit(":", 1)[1])
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture
def load(port: int) -> Iterator[Load]:
    running = Load(port)
    threads = [threading.Thread(target=running.read) for _ in range(READERS)]
    for thread in threads:
        thread.start()
    try:
        yield running
    finally:
        running.stopped.set()
        for thread in threads:
            thread.join()


def expected(repo: Repo, version: str) -> tuple[str, list[dict[str, str]]]:
    """The digest and the messages that the files of a version make."""
    prompt = load_prompt(Folder(repo.root), "offer_copy", version)
    messages = render(prompt, VALUES)
    return prompt.digest, messages


def test_no_read_fails_and_none_is_mixed(shop: Repo, load: Load) -> None:
    first = load.until(lambda trace: trace["lensops.version"] == "v1")["trace"]
    assert first["lensops.commit"] == shop.head()
    commits = [shop.head()]

    assert lensops("activate", "v2", "--commit", cwd=shop.root).code == 0
    commits.append(shop.head())
    apply(shop)
    load.until(lambda trace: trace["lensops.version"] == "v2")

    assert lensops("rollback", cwd=shop.root).code == 0
    commits.append(shop.head())
    apply(shop)
    load.until(lambda trace: trace["lensops.sequence"] == 3)

    shutil.rmtree(shop.root / LIVE)
    load.until(lambda trace: trace["lensops.age"] > 0.3)
    _, health = get(load.port, "/health")
    assert "No such file" in health["problem"]

    assert lensops("activate", "v2", "--commit", cwd=shop.root).code == 0
    commits.append(shop.head())
    apply(shop)  # into a new folder; this clone remembers the number of the last record
    load.until(lambda trace: trace["lensops.commit"] == commits[3])

    load.stopped.set()
    known = {version: expected(shop, version) for version in ("v1", "v2")}
    applied = {("v1", 1, commits[0]), ("v2", 2, commits[1]), ("v1", 3, commits[2])}
    applied.add(("v2", 4, commits[3]))
    failed = [answer for answer in load.answers if answer[0] != 200]
    whole = [body for status, body in load.answers if status == 200]
    mixed = [body for body in whole if not fits(body, known, applied)]
    assert (load.errors, failed, mixed) == ([], [], [])
    assert len(load.answers) > 50


def fits(
    body: dict[str, Any],
    known: dict[str, tuple[str, list[dict[str, str]]]],
    applied: set[tuple[str, int, str]],
) -> bool:
    """Whether text, digest, number and commit all belong to one apply."""
    trace = body["trace"]
    version = trace["lensops.version"]
    place = (version, trace["lensops.sequence"], trace["lensops.commit"])
    return place in applied and known[version] == (trace["lensops.digest"], body["messages"])


def test_a_request_without_a_variable_is_told(port: int) -> None:
    status, body = get(port, "/offer?segment=Regular")
    assert status == 400
    assert "missing 'ends'" in body["error"]
    assert get(port, "/")[0] == 404
