"""One comment per pull request, against a host that pages, limits, refuses and forgets."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from lensops.errors import RemoteFailed, UserError
from lensops.forge import GitHub, PullRequest
from lensops.forge.comments import marker_of, put_comment
from support.github import CUT_ERROR, CUT_SHORT, HANG_UP, Host, serve

MARKER = marker_of("lensops.yaml")
AT_ONCE = 0.01  # seconds
PULL = PullRequest("octo/offers", 7)


@pytest.fixture
def host() -> Host:
    return Host()


@pytest.fixture
def comments(host: Host) -> Iterator[GitHub]:
    server = serve(host)
    yield GitHub(f"http://127.0.0.1:{server.server_port}", "secret", PULL, first_wait=AT_ONCE)
    server.shutdown()
    server.server_close()


def bodies(host: Host) -> list[str]:
    return [each["body"] for each in host.comments]


def test_the_first_time_it_is_created(host: Host, comments: GitHub) -> None:
    written = put_comment(comments, MARKER, "passed")
    assert bodies(host) == [f"{MARKER}\npassed"]
    assert written.url == host.comments[0]["html_url"]
    assert host.tokens == {"Bearer secret"}


def test_then_it_is_updated(host: Host, comments: GitHub) -> None:
    host.add("a discussion", "ada", "User")
    put_comment(comments, MARKER, "one")
    put_comment(comments, MARKER, "two")
    assert bodies(host) == ["a discussion", f"{MARKER}\ntwo"]


def test_it_is_found_behind_many_others(host: Host, comments: GitHub) -> None:
    for number in range(250):
        host.add(f"comment {number}", "ada", "User")
    put_comment(comments, MARKER, "one")
    put_comment(comments, MARKER, "two")
    assert sum(body.startswith(MARKER) for body in bodies(host)) == 1
    assert any("page=3" in request for request in host.seen)


def test_a_marker_in_somebody_elses_comment_is_left_alone(host: Host, comments: GitHub) -> None:
    theirs = f"{MARKER}\nmine now"
    host.add(theirs, "mallory", "User")
    put_comment(comments, MARKER, "verdict")
    assert bodies(host) == [theirs, f"{MARKER}\nverdict"]


def test_a_token_with_an_account_knows_its_own(host: Host, comments: GitHub) -> None:
    host.login = "ada"
    host.add(f"{MARKER}\nof a bot", "bot", "Bot")
    own = host.add(f"{MARKER}\nof ada", "ada", "User")
    put_comment(comments, MARKER, "new")
    assert own["body"] == f"{MARKER}\nnew"
    assert len(host.comments) == 2


def test_another_manifest_has_a_comment_of_its_own(host: Host, comments: GitHub) -> None:
    put_comment(comments, MARKER, "one")
    put_comment(comments, marker_of("sub/lensops.yaml"), "two")
    assert len(host.comments) == 2


def test_two_runs_at_once_leave_one(host: Host, comments: GitHub) -> None:
    def another(now: Host) -> None:
        now.before_create = None
        now.add(f"{MARKER}\nfrom the other run")

    host.before_create = another
    written = put_comment(comments, MARKER, "from this run")
    assert bodies(host) == [f"{MARKER}\nfrom this run"]
    assert written.body == f"{MARKER}\nfrom this run"


def test_many_runs_at_once_leave_one(host: Host, comments: GitHub) -> None:
    with ThreadPoolExecutor(6) as pool:
        runs = [pool.submit(put_comment, comments, MARKER, f"run {number}") for number in range(6)]
        for run in runs:
            run.result()
    (body,) = bodies(host)
    assert body.startswith(f"{MARKER}\nrun ")


def test_one_that_was_deleted_meanwhile_is_written_anew(host: Host, comments: GitHub) -> None:
    put_comment(comments, MARKER, "one")
    (found,) = comments.ours(MARKER)
    host.comments.clear()
    assert comments.update(found, "x") is None
    put_comment(comments, MARKER, "two")
    assert bodies(host) == [f"{MARKER}\ntwo"]


@pytest.mark.parametrize(
    "fault",
    [
        (500, {}),
        (502, {}),
        (429, {"retry-after": "0"}),
        (429, {"retry-after": "nan"}),
        (403, {"retry-after": "0"}),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1"}),
    ],
)
def test_what_passes_is_waited_for(
    host: Host, comments: GitHub, fault: tuple[int, dict[str, str]]
) -> None:
    host.faults = [fault]
    put_comment(comments, MARKER, "one")
    assert len(host.comments) == 1


def test_a_wait_that_is_too_long_is_not_waited(host: Host, comments: GitHub) -> None:
    later = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(time.time()) + 3_000)}
    host.faults = [(403, later)]
    begin = time.monotonic()
    with pytest.raises(RemoteFailed, match="as the test wants"):
        put_comment(comments, MARKER, "one")
    assert time.monotonic() - begin < 5


def test_a_token_that_may_not_write(host: Host, comments: GitHub) -> None:
    host.may_write = False
    with pytest.raises(RemoteFailed, match="not accessible") as raised:
        put_comment(comments, MARKER, "one")
    assert "pull-requests: write" in (raised.value.hint or "")
    assert host.seen.count("POST /repos/octo/offers/issues/7/comments") == 1, "no retry"


def test_a_body_that_is_too_long(comments: GitHub) -> None:
    with pytest.raises(RemoteFailed, match="too long"):
        put_comment(comments, MARKER, "x" * 70_000)


@pytest.mark.parametrize("address", ["file:///etc/passwd", "http://[::1"])
def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(UserError, match="no address"):
        GitHub(address, "secret", PULL)


@pytest.mark.parametrize("stray", ["\n", "\u00e9", "\u211d"])
def test_a_token_that_cannot_be_sent_is_not_said(stray: str) -> None:
    with pytest.raises(UserError, match="header Authorization cannot be sent") as raised:
        GitHub("http://127.0.0.1:9", f"hidden{stray}", PULL)
    assert "hidden" not in f"{raised.value.message}{raised.value.hint}"


def test_nobody_listens() -> None:
    github = GitHub("http://127.0.0.1:9", "secret", PULL, first_wait=AT_ONCE)
    with pytest.raises(RemoteFailed, match="no answer"):
        github.ours(MARKER)


def test_a_host_that_hangs_up_is_asked_again(host: Host, comments: GitHub) -> None:
    host.faults = [(HANG_UP, {}), (CUT_SHORT, {}), (CUT_ERROR, {})]
    put_comment(comments, MARKER, "one")
    assert bodies(host) == [f"{MARKER}\none"]


def test_a_host_that_keeps_failing_is_given_up(host: Host, comments: GitHub) -> None:
    host.faults = [(503, {})] * 9
    with pytest.raises(RemoteFailed, match="status 503"):
        put_comment(comments, MARKER, "one")
    assert len(host.seen) == 4


def test_a_redirect_takes_no_token_elsewhere(host: Host, comments: GitHub) -> None:
    other = Host()
    server = serve(other)
    host.faults = [(302, {"location": f"http://127.0.0.1:{server.server_port}/"})]
    with pytest.raises(RemoteFailed, match="status 302"):
        put_comment(comments, MARKER, "one")
    server.shutdown()
    server.server_close()
    assert other.seen == []


def test_a_new_comment_that_is_not_listed_yet(host: Host, comments: GitHub) -> None:
    host.lag = 1
    assert put_comment(comments, MARKER, "one").body == f"{MARKER}\none"


@pytest.mark.parametrize("path", ["a --> b", "<!-- x", "a\nb", "a--!>b", "a---"])
def test_a_marker_stays_one_comment_of_html(path: str) -> None:
    marker = marker_of(path)
    assert "\n" not in marker
    assert marker.count(">") == 1
    assert "--" not in marker.removeprefix("<!--").removesuffix("-->")


def test_markers_of_two_manifests_differ() -> None:
    assert marker_of("a/lensops.yaml") != marker_of("b/lensops.yaml")
