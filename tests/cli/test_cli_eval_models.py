"""`lensops eval` with models that answer on loopback: recorded at once, replayed without them."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from support.cli import Result, lensops
from support.evaluated import OFFERS, small
from support.provider import Said, error, provider, verdict
from support.repo import Repo
from support.terminals import read_terminal


def answers(asked: dict[str, Any], number: int) -> Said:
    """The writer names the offer; the judge likes it."""
    if asked["model"] == "judge":
        return verdict("Warm.", tone=4)
    return Said("Come in for " + asked["messages"][-1]["content"].split()[-1])


def run(repo: Repo, *args: str) -> Result:
    result = lensops("eval", *args, cwd=repo.root)
    assert "Traceback" not in result.err
    return result


def recordings(repo: Repo) -> Path:
    return repo.root / "evals/copy/recordings/v1.jsonl"


def rows(repo: Repo) -> list[dict[str, Any]]:
    return [json.loads(line) for line in recordings(repo).read_text().splitlines()]


def test_record_asks_once_and_replay_gives_the_same(repo: Repo) -> None:
    with provider(answers) as server:
        small(repo, server.url)
        recorded = run(repo, "--record")
        assert recorded.code == 0, recorded.err
        assert len(server.asked) == 2 * len(OFFERS)
        again = run(repo, "--record")
        assert len(server.asked) == 2 * len(OFFERS)
    assert [row["kind"] for row in rows(repo)] == ["output"] * 4 + ["grade"] * 4
    assert {row["model"] for row in rows(repo)} == {"writer-2026", "judge-2026"}
    assert all(row["tokens_in"] == 100 and row["latency_s"] is not None for row in rows(repo))
    replayed = run(repo, "--replay")  # the server is gone
    assert replayed.code == 0
    assert replayed.out == again.out == recorded.out


def test_without_record_models_are_asked_and_nothing_is_kept(repo: Repo) -> None:
    with provider(answers) as server:
        small(repo, server.url)
        assert run(repo).code == 0
        assert server.asked
    assert not recordings(repo).exists()


def test_progress_and_what_was_used_up_go_to_stderr(repo: Repo) -> None:
    with provider(answers) as server:
        small(repo, server.url)
        result = run(repo, "--record")
    assert "asking openai:writer: 4 outputs" in result.err
    assert re.search(r"4 votes: 480 tokens, \d+\.\d s", result.err)
    assert "asking" not in result.out


def test_a_terminal_sees_a_bar_with_tokens(repo: Repo) -> None:
    seen, terminal = pty.openpty()
    with provider(answers) as server:
        small(repo, server.url)
        command = [sys.executable, "-m", "lensops", "eval", "--record"]
        done = subprocess.run(
            command, cwd=repo.root, stdout=subprocess.PIPE, stderr=terminal, check=False
        )
    os.close(terminal)
    shown = read_terminal(seen)
    assert done.returncode == 0
    assert "openai:writer: 4 outputs" in shown
    assert "4/4" in shown
    assert "480 tokens" in shown
    assert b"/4" not in done.stdout


def test_equal_outputs_are_judged_once(repo: Repo) -> None:
    def script(asked: dict[str, Any], number: int) -> Said:
        return verdict(tone=5) if asked["model"] == "judge" else Said("Hi")

    with provider(script) as server:
        small(repo, server.url)
        (repo.root / "prompts/copy/v1.yaml").write_text("user: Say hi.\n")
        run(repo, "--record")
        assert [asked["model"] for asked in server.asked] == ["writer"] * 4 + ["judge"]


def test_a_base_with_equal_outputs_costs_no_vote(repo: Repo) -> None:
    with provider(answers) as server:
        small(repo, server.url)
        run(repo, "--record")
        repo.commit("Recorded")
        (repo.root / "prompts/copy/v2.yaml").write_text("user: Please write about {{ offer }}.\n")
        manifest = repo.root / "lensops.yaml"
        manifest.write_text(manifest.read_text().replace("v1", "v2", 1))
        before = len(server.asked)
        result = run(repo, "--record", "--base", "main")
        kinds = [asked["model"] for asked in server.asked[before:]]
    assert kinds == ["writer"] * 4
    assert "against v1: all outputs are identical" in result.out
    assert result.code == 0


def test_no_quota_ends_the_run_with_5_and_keeps_what_was_answered(repo: Repo) -> None:
    with provider(
        lambda a, n: answers(a, n) if n < 2 else error(429, "insufficient_quota")
    ) as server:
        small(repo, server.url)
        result = run(repo, "--record")
        assert len(server.asked) == 3
    assert result.code == 5
    assert "quota" in result.err
    assert [row["case"] for row in rows(repo)] == ["tea", "coffee"]
    with provider(answers) as server:
        manifest = repo.root / "lensops.yaml"
        manifest.write_text(re.sub(r"http://[^\s]+", server.url, manifest.read_text()))
        assert run(repo, "--record").code == 0


def test_a_dead_server_ends_the_run_with_5(repo: Repo) -> None:
    small(repo)
    result = run(repo)
    assert result.code == 5
    assert "nobody answers" in result.err


@pytest.mark.parametrize("fallback", ["neutral", "fail"])
def test_a_judge_without_a_verdict_is_never_neutral(fallback: str, repo: Repo) -> None:
    def script(asked: dict[str, Any], number: int) -> Said:
        return Said("I like it!") if asked["model"] == "judge" else answers(asked, number)

    with provider(script) as server:
        small(repo, server.url)
        manifest = repo.root / "lensops.yaml"
        rubric = "rubric: {tone: 5=warm}"
        declared = f"{rubric}\n      fallback: {fallback}"
        manifest.write_text(manifest.read_text().replace(rubric, declared))
        result = run(repo, "--format", "json")
    assert result.code == 3
    (found,) = result.json["evals"]
    totals = found["judge"]
    assert (totals["scored"], totals["neutral"], totals["unscored"]) == (0, 0, 4)
    assert "no valid verdict" in found["cases"][0]["reasons"]["judge"]


def test_several_votes_are_averaged_and_their_agreement_told(repo: Repo) -> None:
    def script(asked: dict[str, Any], number: int) -> Said:
        return verdict(tone=4 + number % 2) if asked["model"] == "judge" else answers(asked, number)

    with provider(script) as server:
        small(repo, server.url)
        manifest = repo.root / "lensops.yaml"
        text = manifest.read_text().replace("rubric:", "samples: 2\n      rubric:")
        manifest.write_text(text)
        (found,) = run(repo, "--format", "json").json["evals"]
    assert found["judge"]["agreement"] == 0.0
    assert found["metrics"]["judge"] == pytest.approx(0.9)


def test_ctrl_c_keeps_what_is_done_and_the_same_command_goes_on(repo: Repo) -> None:
    interrupted = threading.Event()

    def script(asked: dict[str, Any], number: int) -> Said:
        hangs = number == 2 and not interrupted.is_set()
        return Said(hang=True) if hangs else answers(asked, number)

    with provider(script) as server:
        small(repo, server.url)
        running = subprocess.Popen(
            [sys.executable, "-m", "lensops", "eval", "--record"],
            cwd=repo.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ},
            text=True,
        )
        until = time.monotonic() + 90
        while len(server.asked) < 3 and time.monotonic() < until:
            time.sleep(0.02)
        assert len(server.asked) == 3
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
        interrupted.set()
        assert running.returncode == 130, err
        assert "the same command goes on where it stopped\n" in err
        assert "Traceback" not in err
        assert out == ""
        assert [row["case"] for row in rows(repo)] == ["tea", "coffee"]
        assert run(repo, "--record").code == 0
        assert len(server.asked) == 3 + 2 + 4  # two outputs that were left, and the votes
    assert len(rows(repo)) == 8


def test_no_key_is_written_anywhere(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    key = "sk-very-secret-123456"
    monkeypatch.setenv("LENSOPS_API_KEY", key)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-another-654321")
    refused = Said(status=400, body=json.dumps({"error": {"message": f"no: {key}"}}))
    with provider(lambda a, n: refused if n == 1 else answers(a, n)) as server:
        small(repo, server.url)
        result = run(repo, "--record", "--format", "json")
        assert server.headers[0]["authorization"] == f"Bearer {key}"
    written = [
        path.read_text() for path in repo.root.rglob("*") if path.suffix in (".json", ".jsonl")
    ]
    assert len(written) >= 3
    for text in (*written, result.out, result.err):
        assert "very-secret" not in text
        assert "sk-another" not in text
    assert "${LENSOPS_API_KEY}" in result.out
