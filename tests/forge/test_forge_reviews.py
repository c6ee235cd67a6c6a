"""Who approved: not the author, not someone without rights, not another commit."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from lensops.errors import RemoteFailed
from lensops.forge.event import Event
from lensops.forge.reviews import Reviews, approver_of

HEAD, OTHER = "a" * 40, "b" * 40


def review(
    login: str, state: str, commit: str = HEAD, association: str = "MEMBER"
) -> dict[str, Any]:
    return {
        "user": {"login": login},
        "state": state,
        "commit_id": commit,
        "author_association": association,
    }


@pytest.mark.parametrize(
    ("reviews", "approver"),
    [
        ([], None),
        ([review("grace", "APPROVED")], "grace"),
        ([review("ada", "APPROVED")], None),
        ([review("grace", "APPROVED", OTHER)], None),
        ([review("grace", "COMMENTED")], None),
        ([review("grace", "APPROVED", association="CONTRIBUTOR")], None),
        ([review("grace", "APPROVED", association="NONE")], None),
        ([review("grace", "APPROVED"), review("grace", "CHANGES_REQUESTED")], None),
        ([review("grace", "APPROVED"), review("grace", "DISMISSED")], None),
        ([review("grace", "APPROVED"), review("grace", "COMMENTED")], "grace"),
        ([review("grace", "CHANGES_REQUESTED"), review("grace", "APPROVED")], "grace"),
        ([{"state": "APPROVED", "user": None}], None),
    ],
)
def test_who_approved(reviews: list[dict[str, Any]], approver: str | None) -> None:
    assert approver_of(reviews, "ada", HEAD) == approver


@contextmanager
def host(answers: Mapping[str, Any]) -> Iterator[str]:
    """A server on loopback that knows these paths; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.path in answers
            data = json.dumps(answers.get(self.path, {"message": "Not Found"})).encode()
            self.send_response(200 if known else 404)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            """Tests read no log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


PULL = {"user": {"login": "ada"}, "head": {"sha": HEAD}}
REVIEWS = "/repos/o/r/pulls/7/reviews?per_page=100&page=1"


def approver(answers: Mapping[str, Any], event: Event, commit: str = OTHER) -> str | None:
    with host(answers) as url:
        return Reviews(url, "token", "o/r", first_wait=0.0).approver(event, commit)


def test_a_pull_request_is_asked_about_the_commit_of_its_event() -> None:
    answers = {"/repos/o/r/pulls/7": PULL, REVIEWS: [review("grace", "APPROVED", OTHER)]}

    assert approver(answers, Event("pull_request", head=OTHER, pull_request=7)) == "grace"
    assert approver(answers, Event("pull_request", head=HEAD, pull_request=7)) is None


def test_a_merge_queue_is_asked_about_the_head_of_its_pull_request() -> None:
    answers = {"/repos/o/r/pulls/7": PULL, REVIEWS: [review("grace", "APPROVED")]}

    assert approver(answers, Event("merge_group", head=OTHER, pull_request=7)) == "grace"


def test_a_push_is_asked_about_the_pull_request_that_was_merged() -> None:
    answers = {
        f"/repos/o/r/commits/{OTHER}/pulls": [
            {"number": 6, "merged_at": None},
            {"number": 7, "merged_at": "2026-01-01T00:00:00Z"},
        ],
        "/repos/o/r/pulls/7": PULL,
        REVIEWS: [review("grace", "APPROVED")],
    }

    assert approver(answers, Event("push")) == "grace"


@pytest.mark.parametrize(
    "pulls", [[], [{"number": 1, "merged_at": "x"}, {"number": 2, "merged_at": "x"}]]
)
def test_a_push_without_one_pull_request_has_no_answer(pulls: list[dict[str, Any]]) -> None:
    with pytest.raises(RemoteFailed, match="merged pull requests hold the commit"):
        approver({f"/repos/o/r/commits/{OTHER}/pulls": pulls}, Event("push"))


def test_a_host_that_refuses_gives_no_answer() -> None:
    with pytest.raises(RemoteFailed, match="the host tells no reviews: status 404"):
        approver({}, Event("pull_request", head=HEAD, pull_request=7))
