"""What recording will take is shown before, and split over machines; no run is needed to know."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest

from lensops.evals.estimate import smallest_loss
from lensops.evals.interval import clustered_mean
from support.cli import lensops
from support.evaluated import small
from support.provider import Said, completion, provider, verdict
from support.repo import Repo

OFFERS = tuple(f"offer{number}" for number in range(12))
NEAR = 0.1  # predicted against billed


def answer(asked: dict[str, Any], number: int) -> Said:
    if asked["model"] == "judge":
        return verdict("Warm.", tone=4)
    return Said("Come in for " + asked["messages"][-1]["content"].split()[-1])


def billed(asked: dict[str, Any], number: int) -> Said:
    """A token for each four letters, in and out."""
    said = answer(asked, number)
    body = json.loads(completion(said, asked))
    sent = len(json.dumps(asked["messages"])) // 4
    body["usage"] = {
        "prompt_tokens": sent,
        "completion_tokens": len(said.content or "") // 4,
        "total_tokens": sent,
    }
    return Said(body=json.dumps(body))


def estimate(repo: Repo) -> dict[str, Any]:
    result = lensops("eval", "--dry-run", "--format", "json", cwd=repo.root)
    assert result.code == 0, result.err
    (found,) = result.json["evals"]
    return dict(found)


def activate_v2(repo: Repo) -> None:
    (repo.root / "prompts/copy/v2.yaml").write_text("user: Please write about {{ offer }}.\n")
    manifest = repo.root / "lensops.yaml"
    manifest.write_text(manifest.read_text().replace("active: v1", "active: v2"))


class TestDryRun:
    def test_without_recordings_what_replies_take_is_unknown_not_0(self, repo: Repo) -> None:
        small(repo)
        found = estimate(repo)
        assert (found["outputs"], found["votes"]) == (4, 4)
        assert found["tokens_in"] > 0
        assert (found["tokens_out"], found["cost"], found["seconds"]) == (None, None, None)

    def test_nobody_is_asked_and_nothing_is_written(self, repo: Repo) -> None:
        with provider(answer) as server:
            small(repo, server.url)
            estimate(repo)
            assert server.asked == []
        assert not (repo.root / "eval_results").exists()

    @pytest.mark.slow
    def test_predicted_tokens_are_those_that_are_billed(self, repo: Repo) -> None:
        with provider(billed) as server:
            small(repo, server.url, OFFERS)
            manifest = repo.root / "lensops.yaml"
            text = manifest.read_text()
            text = text.replace("    judge:", "    price: {input: 2, output: 9}\n    judge:")
            text = text.replace("rubric:", "price: {input: 5, output: 25}\n      rubric:")
            manifest.write_text(text)
            assert lensops("eval", "--record", cwd=repo.root).code == 0
            repo.commit("Recorded")
            activate_v2(repo)
            plan = lensops("plan", "--base", "main", cwd=repo.root)
            predicted = estimate(repo)
            assert (predicted["outputs"], predicted["votes"]) == (12, 12)
            lensops("eval", "--record", cwd=repo.root)
        path = repo.root / "evals/copy/recordings/v2.jsonl"
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        for key in ("tokens_in", "tokens_out", "cost"):
            assert predicted[key] == pytest.approx(sum(row[key] for row in rows), rel=NEAR)
        assert "12 outputs and 12 votes to record" in plan.out

    def test_a_changed_limit_of_tokens_is_seen(self, repo: Repo) -> None:
        def cut(asked: dict[str, Any], number: int) -> Said:
            if asked["model"] == "judge":
                return billed(asked, number)
            body = json.loads(completion(Said("Tea " * 10), asked))
            body["choices"][0]["finish_reason"] = "length"
            body["usage"] = {"prompt_tokens": 9, "completion_tokens": 10, "total_tokens": 19}
            return Said(body=json.dumps(body))

        with provider(cut) as server:
            small(repo, server.url)
            manifest = repo.root / "lensops.yaml"
            price = "    price: {input: 0, output: 1000}\n    judge:"
            manifest.write_text(manifest.read_text().replace("    judge:", price))
            first = repo.root / "prompts/copy/v1.yaml"
            first.write_text(first.read_text() + "parameters: {max_tokens: 10}\n")
            assert lensops("eval", "--record", cwd=repo.root).code in (0, 1)
        activate_v2(repo)
        second = repo.root / "prompts/copy/v2.yaml"
        text, seen, text_of_40 = second.read_text(), {}, ""
        for limit in (5, 10, 40, None):
            second.write_text(text + (f"parameters: {{max_tokens: {limit}}}\n" if limit else ""))
            found = estimate(repo)
            seen[limit] = (found["cut"], found["most_tokens_out"], found["tokens_out"])
            if limit == 40:
                text_of_40 = lensops("eval", "--dry-run", cwd=repo.root).out
        votes = seen[5][2] - 4 * 5
        assert seen == {
            5: (0, None, votes + 20),  # each reply is cut earlier
            10: (0, None, votes + 40),  # and here where it was
            40: (4, votes + 160, votes + 40),
            None: (4, None, votes + 40),
        }
        assert f"{votes + 40} to {votes + 160} out" in text_of_40
        assert "4 recorded outputs cut off at a lower limit of tokens" in text_of_40

    def test_the_smallest_loss_is_that_of_simulated_comparisons(self) -> None:
        draw = np.random.default_rng(5)
        cases, runs, widths = 60, 1000, []
        for _ in range(runs):
            shared = draw.normal(0, 1, cases)
            first, second = (
                0.7 + 0.1 * (shared + draw.normal(0, 1, cases)) / 2**0.5 for _ in range(2)
            )
            names = [str(number) for number in range(cases)]
            low, high = clustered_mean(list(second - first), names).interval(0.95) or (0, 0)
            widths.append((high - low) / 2)
        scores = 0.7 + 0.1 * draw.normal(0, 1, (runs, cases))
        predicted = [
            smallest_loss(clustered_mean(list(row), list(map(str, range(cases)))), 0.95)
            for row in scores
        ]
        assert np.mean(predicted) == pytest.approx(np.mean(widths), rel=0.05)  # type: ignore[arg-type]  # none is None


class TestShards:
    @pytest.mark.slow
    def test_all_of_them_give_the_verdict_of_one_run(self, repo: Repo) -> None:
        with provider(answer) as server:
            small(repo, server.url, OFFERS)
            folder = repo.root / "evals/copy/recordings"
            for number in (1, 2, 3):
                result = lensops("eval", "--record", "--shard", f"{number}/3", cwd=repo.root)
                assert result.code == 0, result.err
            assert len(server.asked) == 24
            again = lensops("eval", "--record", "--shard", "2/3", cwd=repo.root)
            assert (again.code, len(server.asked)) == (0, 24)
            parts = sorted(folder.glob("v1.shard-*-of-3.jsonl"))
            assert len(parts) == 3
            whole = folder / "v1.jsonl"
            whole.write_bytes(b"".join(part.read_bytes() for part in parts))
            together = lensops("eval", "--replay", cwd=repo.root)
            assert together.code == 0, together.err
            whole.unlink()
            alone = lensops("eval", "--record", cwd=repo.root)
        times = r"within [\d.]+ s"
        assert re.sub(times, "", together.out) == re.sub(times, "", alone.out)

    def test_a_lost_shard_is_missing_hence_inconclusive(self, repo: Repo) -> None:
        with provider(answer) as server:
            small(repo, server.url, OFFERS)
            lensops("eval", "--record", "--shard", "1/2", cwd=repo.root)
        folder = repo.root / "evals/copy/recordings"
        (folder / "v1.shard-1-of-2.jsonl").rename(folder / "v1.jsonl")
        for command in ("eval", "gate"):
            result = lensops(command, "--replay", cwd=repo.root)
            assert result.code == 3, result.out + result.err
        assert "shard 2/2 is not here" in lensops("eval", "--replay", cwd=repo.root).out

    @pytest.mark.parametrize("wrong", ["0/2", "3/2", "x", "1/0", "1"])
    def test_what_is_no_shard_is_refused(self, wrong: str, repo: Repo) -> None:
        small(repo)
        result = lensops("eval", "--record", "--shard", wrong, cwd=repo.root)
        assert (result.code, "is no shard" in result.err) == (2, True)

    def test_only_recording_is_split(self, repo: Repo) -> None:
        small(repo)
        assert lensops("eval", "--replay", "--shard", "1/2", cwd=repo.root).code == 2
