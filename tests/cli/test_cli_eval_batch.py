"""`eval --record --batch`: the rows of single requests at half the price, never paid twice."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path
from resource import RLIM_INFINITY, RLIMIT_FSIZE, getrlimit, setrlimit
from typing import Any

import pytest

from lensops.cli.main import run
from lensops.models.batch import calls
from support.batches import Batch, BatchServer, Cut, Rows, batch_server
from support.cli import lensops
from support.evaluated import MANIFEST, OFFERS, small
from support.forked import SERVER
from support.repo import Repo

pytestmark = pytest.mark.usefixtures("quick_retries")

RECORD = ("eval", "--record", "--batch")
DIFFERING = {"at", "latency_s", "cost"}  # what a batch cannot have in common with a single request
CLAUDE = (
    MANIFEST.replace("      base_url: URL\n", "")
    .replace("    base_url: URL\n", "")
    .replace("openai:writer", "anthropic:claude-haiku-4-5")
    .replace("openai:judge", "anthropic:claude-sonnet-4-6")
)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "FIRST_WAIT", 0.01)


def answer(body: dict[str, Any]) -> str:
    if "judge" in body["model"] or body.get("tools"):
        return json.dumps({"reason": "Warm.", "grades": {"tone": 4}})
    return "Come in for " + json.dumps(body["messages"]).split("about ")[1].split(".")[0] + "."


def claude(repo: Repo, server: BatchServer, monkeypatch: pytest.MonkeyPatch) -> Repo:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "a key of tests")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", server.root)
    small(repo)
    (repo.root / "lensops.yaml").write_text(CLAUDE)
    return repo


def chat(repo: Repo, server: BatchServer, _: pytest.MonkeyPatch) -> Repo:
    return small(repo, server.url)


Flavour = Callable[[Repo, BatchServer, pytest.MonkeyPatch], Repo]
FLAVOURS = pytest.mark.parametrize("flavour", [chat, pytest.param(claude, marks=pytest.mark.slow)])


def rows(repo: Repo) -> list[dict[str, Any]]:
    path = repo.root / "evals/copy/recordings/v1.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def alike(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows without what differs, in an order of their own."""
    bare = [{k: v for k, v in row.items() if k not in DIFFERING} for row in found]
    return sorted(bare, key=lambda row: str(row["key"]))


def begin_recording(root: Path, largest: int = RLIM_INFINITY) -> BaseProcess:
    """The command in a process of its own; its stderr is a file beside the project's.

    It can write no file with more than `largest` bytes.
    """
    process = SERVER.Process(target=_record, args=(root, dict(os.environ), largest))
    process.start()
    return process


def _record(root: Path, environment: dict[str, str], largest: int) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(root)
    sys.stdout = sys.stderr = (root / "stderr.txt").open("w", buffering=1)
    setrlimit(RLIMIT_FSIZE, (largest, getrlimit(RLIMIT_FSIZE)[1]))
    sys.exit(run([*RECORD]))


def jobs(repo: Repo) -> list[Path]:
    return sorted((repo.root / ".lensops/recording").rglob("*.json"))


class TestRows:
    @FLAVOURS
    def test_they_are_those_of_single_requests(
        self, flavour: Flavour, repo: Repo, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with batch_server(answer) as server:
            flavour(repo, server, monkeypatch)
            batched = lensops(*RECORD, cwd=repo.root)
            in_batches = rows(repo)
            assert (len(server.single), len(server.batches)) == (0, 2), batched.err
            (repo.root / "evals/copy/recordings/v1.jsonl").unlink()
            single = lensops("eval", "--record", cwd=repo.root)
        assert (batched.code, single.code) == (0, 0), batched.err
        assert len(in_batches) == 2 * len(OFFERS)
        assert alike(in_batches) == alike(rows(repo))
        assert batched.out.splitlines()[-1] == single.out.splitlines()[-1]
        assert all(row["latency_s"] is None for row in in_batches)
        assert jobs(repo) == []

    def test_they_cost_half(self, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
        with batch_server(answer) as server:
            claude(repo, server, monkeypatch)
            batched = lensops(*RECORD, cwd=repo.root)
            assert batched.code == 0, batched.out + batched.err
            in_batches = rows(repo)
            (repo.root / "evals/copy/recordings/v1.jsonl").unlink()
            lensops("eval", "--record", cwd=repo.root)
        costs = [sum(row["cost"] for row in found) for found in (in_batches, rows(repo))]
        assert costs[0] == pytest.approx(costs[1] / 2, rel=1e-12)
        assert costs[0] > 0

    def test_the_same_command_puts_nothing_again(self, repo: Repo) -> None:
        with batch_server(answer) as server:
            small(repo, server.url)
            for _ in range(2):
                assert lensops(*RECORD, cwd=repo.root).code == 0
            assert server.paid == 2 * len(OFFERS)
        assert lensops("gate", "--replay", cwd=repo.root).code == 0

    def test_an_invalid_vote_is_sent_back_in_a_batch_of_its_own(self, repo: Repo) -> None:
        def fussy(body: dict[str, Any]) -> str:
            if "judge" in body["model"] and len(body["messages"]) == 2:
                return json.dumps({"reason": "Warm.", "grades": {"tone": 9}})
            return answer(body)

        with batch_server(fussy) as server:
            small(repo, server.url)
            result = lensops(*RECORD, cwd=repo.root)
            assert [len(batch.requests) for batch in server.batches] == [4, 4, 4]
        assert (result.code, rows(repo)[-1]["grades"]) == (0, {"tone": 4})
        assert rows(repo)[-1]["tokens_in"] == 200  # of both rounds

    def test_cases_that_ask_the_same_and_samples_are_asked_each(self, repo: Repo) -> None:
        with batch_server(answer) as server:
            small(repo, server.url)
            same = {"inputs": {"offer": "tea"}, "reference": "Come in for tea."}
            lines = [json.dumps({"id": name, **same}) for name in ("a", "b")]
            (repo.root / "cases.jsonl").write_text("\n".join(lines) + "\n")
            path = repo.root / "lensops.yaml"
            path.write_text(
                path.read_text().replace("    threshold", "    samples: 2\n    threshold")
            )
            assert lensops(*RECORD, cwd=repo.root).code == 0
            in_batches = rows(repo)
            (repo.root / "evals/copy/recordings/v1.jsonl").unlink()
            assert lensops("eval", "--record", cwd=repo.root).code == 0
        assert alike(in_batches) == alike(rows(repo))

    def test_the_provider_of_a_name_is_asked_where_it_is(
        self, repo: Repo, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with batch_server(answer) as server:
            monkeypatch.setenv("OPENAI_API_KEY", "a key of tests")
            monkeypatch.setenv("OPENAI_BASE_URL", server.url)
            small(repo)
            text = CLAUDE.replace("anthropic:claude-haiku-4-5", "openai:gpt-4.1-mini")
            text = text.replace("anthropic:claude-sonnet-4-6", "openai:gpt-4.1")
            (repo.root / "lensops.yaml").write_text(text)
            assert lensops(*RECORD, cwd=repo.root).code == 0
            assert (len(server.single), len(server.batches)) == (0, 2)
            in_batches = rows(repo)
            (repo.root / "evals/copy/recordings/v1.jsonl").unlink()
            assert lensops("eval", "--record", cwd=repo.root).code == 0
        assert alike(in_batches) == alike(rows(repo))

    def test_shards_have_batches_of_their_own(self, repo: Repo) -> None:
        with batch_server(answer) as server:
            small(repo, server.url)
            for number in (1, 2):
                assert lensops(*RECORD, "--shard", f"{number}/2", cwd=repo.root).code == 0
            assert server.paid == 2 * len(OFFERS)


class TestCap:
    def test_what_does_not_fit_at_half_price_is_missing(self, repo: Repo) -> None:
        with batch_server(answer) as server:
            small(repo, server.url)
            path = repo.root / "lensops.yaml"
            text = path.read_text().replace("retries: 1", "retries: 1, cost: 0.011")
            path.write_text(
                text.replace("    judge:", "    price: {input: 0, output: 1}\n    judge:").replace(
                    "      rubric", "      price: {input: 0, output: 0}\n      rubric"
                )
            )
            result = lensops(*RECORD, cwd=repo.root)
        outputs = [row for row in rows(repo) if row["kind"] == "output"]
        # each reserves 4,096 tokens at half a dollar a million, and settles at 20 of them
        assert (result.code, len(outputs)) == (0, len(OFFERS))
        assert server.paid == 2 * len(OFFERS)

    def test_what_is_in_a_batch_is_collected_beyond_the_cap(self, repo: Repo) -> None:
        def cut(_: Batch) -> None:
            raise Cut

        with batch_server(answer, on_create=cut) as server:
            small(repo, server.url)
            path = repo.root / "lensops.yaml"
            path.write_text(path.read_text().replace("retries: 1", "retries: 0"))
            assert lensops(*RECORD, cwd=repo.root).code == 5
            path.write_text(path.read_text().replace("retries: 0", "retries: 0, tokens: 1"))
            server.on_create = lambda _: None
            result = lensops(*RECORD, cwd=repo.root)
        assert (result.code, len(rows(repo)), server.paid) == (3, len(OFFERS), len(OFFERS))


class TestCrash:
    """`kill -9` anywhere: the same command goes on, and nothing is paid twice."""

    def record(self, repo: Repo, until: Callable[[], bool]) -> None:
        """Run the command, and kill it as soon as `until` holds."""
        process = begin_recording(repo.root)
        deadline = time.monotonic() + 90  # a process begins slowly on a busy machine
        while not until() and process.is_alive():
            assert time.monotonic() < deadline
            time.sleep(0.002)
        process.kill()
        process.join()

    @FLAVOURS
    def test_while_it_waits(
        self, flavour: Flavour, repo: Repo, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with batch_server(answer, polls=10_000) as server:
            flavour(repo, server, monkeypatch)
            self.record(repo, lambda: any(batch.polls for batch in server.batches))
            server.polls = 1
            self.go_on(repo, server)

    @FLAVOURS
    def test_between_the_making_and_the_id(
        self, flavour: Flavour, repo: Repo, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The server has the batch and never answers: its id is not on this machine."""

        def hang(_: Batch) -> None:
            time.sleep(0.5)
            raise Cut

        with batch_server(answer, on_create=hang) as server:
            flavour(repo, server, monkeypatch)
            self.record(repo, lambda: bool(server.batches))
            server.on_create = lambda _: None
            assert [json.loads(path.read_text())["batch"] for path in jobs(repo)] == [None]
            self.go_on(repo, server)

    @pytest.mark.slow
    def test_before_the_batch_is_made(self, repo: Repo) -> None:
        with batch_server(answer) as server:
            small(repo, server.url)
            self.record(repo, lambda: bool(jobs(repo)))
            self.go_on(repo, server)

    @pytest.mark.slow
    def test_while_results_are_fetched(self, repo: Repo) -> None:
        def slow(found: Rows) -> Rows:
            time.sleep(0.3)
            return found

        with batch_server(answer, mangle=slow) as server:
            small(repo, server.url)
            self.record(repo, lambda: any("content" in call for call in server.calls))
            self.go_on(repo, server)

    @pytest.mark.slow
    def test_while_rows_are_recorded(self, repo: Repo) -> None:
        with batch_server(answer) as server:
            small(repo, server.url, [f"offer{number}" for number in range(60)])
            self.record(repo, lambda: len(rows(repo)) > 3)
            lensops(*RECORD, cwd=repo.root)
            assert (len(rows(repo)), server.paid) == (120, 120)

    def go_on(self, repo: Repo, server: BatchServer) -> None:
        result = lensops(*RECORD, cwd=repo.root)
        assert result.code == 0, result.err
        assert (len(rows(repo)), server.paid) == (2 * len(OFFERS), 2 * len(OFFERS))
        assert jobs(repo) == []

    @pytest.mark.slow
    def test_ctrl_c_leaves_the_batch_and_says_so(self, repo: Repo) -> None:
        with batch_server(answer, polls=10_000) as server:
            small(repo, server.url)
            process = begin_recording(repo.root)
            while not any(batch.polls for batch in server.batches):
                time.sleep(0.01)
            os.kill(process.pid or 0, signal.SIGINT)
            process.join(60)
            err = (repo.root / "stderr.txt").read_text()
            assert (process.exitcode, "the same command goes on" in err) == (130, True)
            server.polls = 1
            self.go_on(repo, server)

    def test_an_answer_that_was_lost_makes_no_second_batch(self, repo: Repo) -> None:
        """The connection breaks after the batch is made; the next attempt finds it."""

        def once(batch: Batch) -> None:
            if batch.id == "batch_0":
                raise Cut

        with batch_server(answer, on_create=once) as server:
            small(repo, server.url)
            self.go_on(repo, server)

    def test_a_full_disk_loses_no_answer(self, repo: Repo) -> None:
        with batch_server(answer) as server:
            small(repo, server.url)
            process = begin_recording(repo.root, largest=2_500)
            process.join(60)
            err = (repo.root / "stderr.txt").read_text()
            assert (process.exitcode, "cannot write v1.jsonl: file too large" in err) == (2, True)
            self.go_on(repo, server)

    @pytest.mark.slow
    @pytest.mark.parametrize("options", [RECORD, RECORD[:2]])
    def test_a_second_process_waits_and_asks_nothing(
        self, options: tuple[str, ...], repo: Repo
    ) -> None:
        with batch_server(answer, polls=10_000) as server:
            small(repo, server.url)
            process = begin_recording(repo.root)
            while not any(batch.polls for batch in server.batches):
                time.sleep(0.01)
            threading.Timer(0.5, lambda: setattr(server, "polls", 1)).start()
            second = lensops(*options, cwd=repo.root)
            process.join(60)
            assert (process.exitcode, second.code) == (0, 0)
            assert "another lensops records copy" in second.err
            assert (len(rows(repo)), server.paid) == (2 * len(OFFERS), 2 * len(OFFERS))


def _drop_first(found: Rows) -> Rows:
    return found[1:]


def _foreign(found: Rows) -> Rows:
    return [*found, {**found[0], "custom_id": "somebody-elses"}]


def _twice(found: Rows) -> Rows:
    return [*found, found[0]]


def _twice_unlike(found: Rows) -> Rows:
    other = json.loads(json.dumps(found[0]).replace("Come in", "Go away"))
    return [*found, other]


def _with_status(status: int) -> Callable[[Rows], Rows]:
    def mangle(found: Rows) -> Rows:
        body = {"error": {"message": "the row is refused", "code": "no"}}
        bad = {**found[0], "response": {"status_code": status, "body": body}}
        return [bad, *found[1:]]

    return mangle


def _with_error(code: str) -> Callable[[Rows], Rows]:
    def mangle(found: Rows) -> Rows:
        error = {"code": code, "message": "in the server's words"}
        return [{**found[0], "response": None, "error": error}, *found[1:]]

    return mangle


def _with_body(body: Any) -> Callable[[Rows], Rows]:
    def mangle(found: Rows) -> Rows:
        return [{**found[0], "response": {"status_code": 200, "body": body}}, *found[1:]]

    return mangle


FAULTS: list[tuple[Callable[[Rows], Rows], int, str]] = [
    (_drop_first, 3, "ended without a result"),
    (_foreign, 5, "which is not in it"),
    (_twice_unlike, 5, "two results"),
    (_with_status(400), 3, "the row is refused"),
    (_with_status(500), 3, "the row is refused"),
    (_with_status(401), 5, "the row is refused"),
    (_with_error("batch_expired"), 3, "it expired in the batch"),
    (_with_error("batch_cancelled"), 3, "was cancelled"),
    (_with_error("odd"), 3, "in the server's words"),
    (_with_body({"error": {"message": "overloaded"}}), 3, "overloaded"),
    (_with_body({"choices": []}), 3, "without any choice"),
    (_with_body("<html>"), 3, "the server answered"),
    (_with_body(None), 3, "the server answered"),
    (lambda found: [{**found[0], "response": {}}, *found[1:]], 5, "is no row of a batch"),
    (lambda found: [{**found[0], "custom_id": 7}, *found[1:]], 5, "is no row of a batch"),
    (lambda found: [[], *found[1:]], 5, "is no row of a batch"),  # type: ignore[list-item]
]


class TestFaults:
    @pytest.mark.parametrize(("mangle", "code", "reason"), FAULTS)
    def test_a_bad_row_never_passes_and_is_told(
        self, mangle: Callable[[Rows], Rows], code: int, reason: str, repo: Repo
    ) -> None:
        with batch_server(answer, mangle=mangle) as server:
            small(repo, server.url)
            result = lensops(*RECORD, cwd=repo.root)
            assert result.code == code, result.out + result.err
            assert reason in result.out + result.err
            outputs = [row for row in rows(repo) if row["kind"] == "output"]
            assert len(outputs) < len(OFFERS)
            server.mangle = list
            again = lensops(*RECORD, cwd=repo.root)
        assert again.code == 0, again.err

    def test_a_row_that_came_twice_the_same_is_harmless(self, repo: Repo) -> None:
        with batch_server(answer, mangle=_twice) as server:
            small(repo, server.url)
            assert lensops(*RECORD, cwd=repo.root).code == 0
            assert len(rows(repo)) == server.paid

    @pytest.mark.parametrize("content", [b"<html>busy</html>", b'{"custom_id": "', b"\xff\xfe"])
    def test_results_that_are_none_are_fetched_again_later(
        self, content: bytes, repo: Repo
    ) -> None:
        with batch_server(answer, content=content) as server:
            small(repo, server.url)
            result = lensops(*RECORD, cwd=repo.root)
            assert (result.code, "is no row of a batch" in result.err) == (5, True)
            server.content = None
            assert lensops(*RECORD, cwd=repo.root).code == 0
            assert server.paid == 2 * len(OFFERS)

    def test_a_batch_that_failed_says_why_and_is_made_anew(self, repo: Repo) -> None:
        errors = [{"code": "token_limit_exceeded", "message": "Enqueued token limit reached."}]
        with batch_server(answer, ending="failed", errors=errors) as server:
            small(repo, server.url)
            result = lensops(*RECORD, cwd=repo.root)
            assert (result.code, "Enqueued token limit" in result.err) == (5, True)
            server.ending, server.errors = "completed", None
            assert lensops(*RECORD, cwd=repo.root).code == 0

    @pytest.mark.parametrize("ending", ["expired", "cancelled"])
    def test_a_batch_cut_short_gives_what_it_has(self, ending: str, repo: Repo) -> None:
        with batch_server(answer, ending=ending, mangle=_drop_first) as server:
            small(repo, server.url)
            assert lensops(*RECORD, cwd=repo.root).code == 3
            assert len([row for row in rows(repo) if row["kind"] == "output"]) == 3
            server.mangle, server.ending = list, "completed"
            assert lensops(*RECORD, cwd=repo.root).code == 0

    def test_the_time_is_over_before_the_batch(self, repo: Repo) -> None:
        with batch_server(answer, polls=10_000) as server:
            small(repo, server.url)
            path = repo.root / "lensops.yaml"
            path.write_text(path.read_text().replace("retries: 1", "retries: 1, run_timeout: 0.1"))
            result = lensops(*RECORD, cwd=repo.root)
            assert (result.code, "batch_0 goes on" in result.out) == (3, True), result.out
            server.polls = 1
            assert lensops(*RECORD, cwd=repo.root).code == 0
            assert server.paid == 2 * len(OFFERS)

    def test_a_batch_that_the_provider_does_not_know(self, repo: Repo) -> None:
        with batch_server(answer, polls=10_000) as server:
            small(repo, server.url)
            path = repo.root / "lensops.yaml"
            path.write_text(path.read_text().replace("retries: 1", "retries: 1, run_timeout: 0.1"))
            lensops(*RECORD, cwd=repo.root)
            server.batches.clear()
            result = lensops(*RECORD, cwd=repo.root)
            assert (result.code, "rm .lensops/recording/copy/" in result.err) == (5, True), (
                result.err
            )

    def test_a_server_without_metadata_is_searched_by_the_ids(self, repo: Repo) -> None:
        def once(batch: Batch) -> None:
            if batch.id == "batch_0":
                raise Cut

        with batch_server(answer, on_create=once, has_metadata=False) as server:
            small(repo, server.url)
            assert lensops(*RECORD, cwd=repo.root).code == 0
            assert server.paid == 2 * len(OFFERS)

    @pytest.mark.parametrize("closed", ["POST files", "POST batches"])
    def test_a_server_without_batches_says_so(self, closed: str, repo: Repo) -> None:
        with batch_server(answer, closed=closed) as server:
            small(repo, server.url)
            result = lensops(*RECORD, cwd=repo.root)
            assert (result.code, "has no batch interface" in result.err) == (5, True), result.err
            assert (server.paid, jobs(repo)) == (0, [])

    def test_a_server_that_lists_none_decides_nothing(self, repo: Repo) -> None:
        """Whether the batch was made cannot be told, so none is made again."""

        def cut(_: Batch) -> None:
            raise Cut

        with batch_server(answer, on_create=cut, closed="GET batches") as server:
            small(repo, server.url)
            for _ in range(2):
                result = lensops(*RECORD, cwd=repo.root)
                assert (result.code, "cannot be told" in result.err) == (5, True), result.err
                assert "rm .lensops/recording/copy/" in result.err
            assert server.paid == len(OFFERS)

    @pytest.mark.parametrize(
        ("call", "body"),
        [
            ("POST files", b"<html>busy</html>"),
            ("POST files", b"{}"),
            ("POST batches", b"<html>busy</html>"),
            ("POST batches", b'{"id": 7}'),
            ("GET batches/batch_0", b"<html>busy</html>"),
            ("GET batches/batch_0", b'{"id": "batch_0"}'),
            ("GET batches/batch_0", b'{"id": "batch_9", "status": "completed"}'),
            ("GET batches/batch_0", b"null"),
        ],
    )
    def test_an_answer_that_is_none_is_never_taken_for_one(
        self, call: str, body: bytes, repo: Repo
    ) -> None:
        with batch_server(answer) as server:
            server.bodies[call] = body
            small(repo, server.url)
            result = lensops(*RECORD, cwd=repo.root)
            assert (result.code, rows(repo)) == (5, []), result.err
            assert "the server " in result.err
            server.bodies.clear()
            assert lensops(*RECORD, cwd=repo.root).code == 0
            assert server.paid == 2 * len(OFFERS)

    def test_a_file_that_is_no_job_is_named(self, repo: Repo) -> None:
        with batch_server(answer) as server:
            small(repo, server.url)
            repo.write({".lensops/recording/copy/0000000000000000.json": "{"})
            result = lensops(*RECORD, cwd=repo.root)
            assert (result.code, "is no job of a batch" in result.err, server.paid) == (2, True, 0)


class TestUsage:
    def test_it_is_a_way_to_record(self, repo: Repo) -> None:
        small(repo)
        assert lensops("eval", "--batch", cwd=repo.root).code == 2
        assert lensops("eval", "--batch", "--replay", cwd=repo.root).code == 2

    def test_the_estimate_is_at_half_the_price(self, repo: Repo) -> None:
        with batch_server(answer) as server:
            small(repo, server.url)
            path = repo.root / "lensops.yaml"
            text = path.read_text().replace(
                "    judge:", "    price: {input: 10, output: 20}\n    judge:"
            )
            path.write_text(
                text.replace("      rubric", "      price: {input: 5, output: 5}\n      rubric")
            )
            lensops("eval", "--record", cwd=repo.root)
        (repo.root / "prompts/copy/v2.yaml").write_text("user: Please write about {{ offer }}.\n")
        path.write_text(path.read_text().replace("active: v1", "active: v2"))
        costs = []
        for options in ((), ("--batch",)):
            result = lensops("eval", "--dry-run", *options, "--format", "json", cwd=repo.root)
            costs.append(result.json["evals"][0]["cost"])
        assert costs[1] == pytest.approx(costs[0] / 2)
        assert "within a day" in lensops("eval", "--dry-run", "--batch", cwd=repo.root).out

    def test_a_provider_with_another_interface_is_named(
        self, repo: Repo, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        small(repo)
        monkeypatch.setenv("MISTRAL_API_KEY", "a key of tests")
        text = CLAUDE.replace("anthropic:claude-haiku-4-5", "mistral:mistral-small-latest")
        (repo.root / "lensops.yaml").write_text(text)
        result = lensops(*RECORD, cwd=repo.root)
        assert (result.code, "openai and anthropic" in result.err) == (2, True), result.err

    def test_no_key_is_written_anywhere(self, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LENSOPS_API_KEY", "a-secret-of-tests")
        with batch_server(answer, polls=10_000) as server:
            small(repo, server.url)
            path = repo.root / "lensops.yaml"
            path.write_text(path.read_text().replace("retries: 1", "retries: 1, run_timeout: 0.1"))
            lensops(*RECORD, cwd=repo.root)
        written = [path for path in repo.root.rglob("*") if path.is_file()]
        assert jobs(repo)
        assert not any(b"a-secret-of-tests" in path.read_bytes() for path in written)
        assert (repo.root / ".lensops/recording/.gitignore").exists()
