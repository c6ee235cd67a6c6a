"""Nothing that was invented, removed or rewritten passes an eval or the gate."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from lensops.evals.arm import arm_of
from lensops.evals.cases import load_cases
from lensops.evals.judging import grade_requests
from lensops.evals.protocols import AnswerReply, GradeReply
from lensops.evals.recorder import append
from lensops.flows.project import open_project
from lensops.manifest.locate import ProjectRef
from support.cli import Result, lensops
from support.evaluated import small
from support.provider import Said, provider, verdict
from support.repo import Repo

Row = dict[str, Any]


def run(repo: Repo, *args: str) -> Result:
    result = lensops("eval", *args, cwd=repo.root)
    assert "Traceback" not in result.err
    return result


def answer(asked: Row, number: int) -> Said:
    offer = asked["messages"][-1]["content"].split()[-1]
    return verdict("Warm.", tone=4) if asked["model"] == "judge" else Said(f"Come in for {offer}")


def record(
    repo: Repo, version: str = "v1", grade: int = 4, by: str = "judge-1", **only: str
) -> None:
    """Record outputs and votes of the active version, as a run with models would."""
    project = open_project(ProjectRef(repo.root))
    suite = project.manifest.evals["copy"]
    arm = arm_of(project.active["copy"], suite)
    replies: list[AnswerReply | GradeReply] = []
    for case in load_cases(project.tree, suite.cases):
        output = f"Come in for {case.id} ({version})."
        (request,) = arm.requests(case)
        (vote,) = grade_requests(case.id, output, arm.inputs(case), suite.judge)  # type: ignore[arg-type]  # it has one
        replies += [AnswerReply(request, output), GradeReply(vote, {"tone": grade}, model=by)]
    append(repo.root / f"evals/copy/recordings/{version}.jsonl", replies)


def rewrite(repo: Repo, version: str, change: Callable[[Row], Row | None]) -> None:
    """Change rows of recordings; those that become None go."""
    path = repo.root / f"evals/copy/recordings/{version}.jsonl"
    rows = [change(json.loads(line)) for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows if row is not None))


def activate_v2(repo: Repo) -> None:
    (repo.root / "prompts/copy/v2.yaml").write_text("user: Please write about {{ offer }}.\n")
    manifest = repo.root / "lensops.yaml"
    manifest.write_text(manifest.read_text().replace("active: v1", "active: v2"))


def edit(repo: Repo, changes: Mapping[str, str]) -> None:
    manifest = repo.root / "lensops.yaml"
    text = manifest.read_text()
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    manifest.write_text(text)


@pytest.fixture
def recorded(repo: Repo) -> Repo:
    """A project whose active v1 is recorded and committed."""
    small(repo)
    edit(repo, {"model: openai:writer\n    base_url: http://127.0.0.1:9/v1\n": "model: openai:w\n"})
    edit(repo, {"      base_url: http://127.0.0.1:9/v1\n": ""})
    record(repo)
    repo.commit("Recorded")
    return repo


class TestVotes:
    @pytest.mark.parametrize("reply", [Said("Great!"), Said('{"reason": "x", "grades": {}}')])
    def test_a_judge_that_refuses_just_the_bad_outputs_leaves_it_open(
        self, reply: Said, repo: Repo
    ) -> None:
        def script(asked: Row, number: int) -> Said:
            is_bad = asked["model"] == "judge" and "tea" in str(asked["messages"])
            return reply if is_bad else answer(asked, number)

        with provider(script) as server:
            small(repo, server.url)
            result = run(repo)
        assert result.code == 3
        assert "of 4 votes of the judge failed" in result.out

    def test_failed_votes_within_what_may_be_missing_are_told(self, repo: Repo) -> None:
        def script(asked: Row, number: int) -> Said:
            is_bad = asked["model"] == "judge" and "tea" in str(asked["messages"])
            return Said("Great!") if is_bad else answer(asked, number)

        with provider(script) as server:
            small(repo, server.url)
            edit(repo, {"threshold: 0.6": "threshold: 0.6\n    max_missing: 0.25"})
            result = run(repo)
        assert result.code == 0
        assert "· 1 of 4 votes of the judge failed; 25% may" in result.out

    def test_votes_that_were_deleted_leave_it_open(self, recorded: Repo) -> None:
        rewrite(
            recorded,
            "v1",
            lambda row: None if (row["kind"], row["case"]) == ("grade", "tea") else row,
        )
        result = run(recorded)
        assert result.code == 3
        assert "1 of 4 cases were not judged" in result.out
        assert "some are missing" in result.out

    def test_a_score_that_is_neutral_values_alone_is_none(self, recorded: Repo) -> None:
        edit(recorded, {"{rouge_l: 0.5, judge: 0.5}": "{judge: 1.0}"})
        rewrite(recorded, "v1", lambda row: None if row["kind"] == "grade" else row)
        result = run(recorded)
        assert result.code == 3
        assert "nothing was measured" in result.out

    def test_no_interval_and_no_bar_is_drawn_of_neutral_values(self, recorded: Repo) -> None:
        rewrite(recorded, "v1", lambda row: None if row["kind"] == "grade" else row)
        (found,) = run(recorded, "--format", "json").json["evals"]
        assert found["judge"]["neutral"] == 4
        assert (found["interval"], found["metrics"]["judge"]) == (None, None)
        score = next(line for line in run(recorded).out.splitlines() if line.startswith("score"))
        assert "█" not in score

    @pytest.mark.parametrize("value", ["", None])
    def test_an_empty_key_is_no_key(
        self, value: str | None, recorded: Repo, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("OPENAI_API_KEY", raising=False)
        if value is not None:
            monkeypatch.setenv("OPENAI_API_KEY", value)
        rewrite(recorded, "v1", lambda row: None if row["kind"] == "grade" else row)
        result = run(recorded)
        assert result.code == 0
        assert f"OPENAI_API_KEY is {'empty' if value == '' else 'not set'}" in result.out


HEAD = "  copy:\n    cases: cases.jsonl\n"
RENAMED = {HEAD: f"{HEAD}    prompt: copy\n    recordings: rows\n".replace("copy:", "words:", 1)}
OTHER = (
    "prompt: copy, cases: cases.jsonl, recordings: rows, weights: {rouge_l: 1}, threshold: 0, "
    "model: openai:w"
)
MOVES = {
    "another folder": {HEAD: f"{HEAD}    recordings: rows\n"},
    "a renamed eval": RENAMED,
    "a split eval": {**RENAMED, "evals:\n": f"evals:\n  more: {{{OTHER}}}\n"},
}


class TestBase:
    @pytest.fixture
    def branch(self, recorded: Repo) -> Repo:
        """A branch that activates a version which is worse."""
        recorded.git("switch", "-q", "-c", "worse")
        activate_v2(recorded)
        record(recorded, "v2", grade=3)
        return recorded

    def test_a_worse_version_is_one(self, branch: Repo) -> None:
        result = run(branch, "--replay", "--base", "main")
        assert result.code == 1
        assert "against v1: at least" in result.out

    @pytest.mark.parametrize("kind", ["grade", "output"])
    def test_rewriting_the_bases_rows_fails_with_the_row(self, kind: str, branch: Repo) -> None:
        def lower(row: Row) -> Row:
            if row["kind"] != kind:
                return row
            return row | ({"grades": {"tone": 1}} if kind == "grade" else {"output": "Bad."})

        before = run(branch, "--replay", "--base", "main", "--format", "json").json["evals"][0]
        rewrite(branch, "v1", lower)
        result = lensops("gate", "--replay", "--base", "main", "--format", "json", cwd=branch.root)
        assert result.code == 1
        rows = [f for f in result.json["findings"] if f["rule"] == "recordings"]
        assert [row["outcome"] for row in rows] == ["fail"] * 4
        assert rows[0]["place"]["path"] == "evals/copy/recordings/v1.jsonl"
        assert rows[0]["place"]["line"] == (2 if kind == "grade" else 1)
        after = run(branch, "--replay", "--base", "main", "--format", "json").json["evals"][0]
        assert after["regression"]["difference"] == before["regression"]["difference"]

    @pytest.mark.parametrize("way", MOVES)
    def test_wherever_the_branch_keeps_its_rows(self, way: str, branch: Repo) -> None:
        before = run(branch, "--replay", "--base", "main", "--format", "json").json["evals"][0]
        rewrite(branch, "v1", lambda row: row | {"grades": {"tone": 1}} if "grades" in row else row)
        shutil.move(branch.root / "evals/copy/recordings", branch.root / "rows")
        edit(branch, MOVES[way])
        result = lensops("gate", "--replay", "--base", "main", "--format", "json", cwd=branch.root)
        assert result.code == 1, result.out + result.err
        findings = [f for f in result.json["findings"] if f["rule"] == "recordings"]
        assert [(f["outcome"], f["place"]["path"]) for f in findings[:4]] == [
            ("fail", "rows/v1.jsonl")
        ] * 4
        after = run(branch, "--replay", "--base", "main", "--format", "json").json["evals"][-1]
        assert after["regression"]["difference"] == before["regression"]["difference"]

    def test_a_renamed_eval_is_held_against_its_former_policy(self, branch: Repo) -> None:
        shutil.move(branch.root / "evals/copy", branch.root / "evals/words")
        edit(branch, MOVES["a renamed eval"] | {"rows": "evals/words/recordings", "0.6": "0.4"})
        result = lensops("gate", "--replay", "--base", "main", cwd=branch.root)
        for message in (": copy was renamed to words", ".threshold: threshold lowered from 0.60"):
            assert f"gate loosened: evals.words{message}" in result.out

    def test_a_row_of_another_snapshot_of_the_judge_contradicts_nothing(self, branch: Repo) -> None:
        record(branch, "v2", grade=3, by="judge-2")  # the last counts
        result = run(branch, "--replay", "--base", "main")
        assert result.code == 3
        assert "by judge-1 at the base and by judge-2 here" in result.out
        assert "--rejudge" in result.out

    def test_asking_both_anew_makes_them_comparable(self, branch: Repo) -> None:
        with provider(answer) as server:
            judge = "judge:\n      model: openai:judge\n"
            edit(branch, {judge: f"{judge}      base_url: {server.url}\n"})
            record(branch, "v2", grade=3)
            branch.commit("v2")
            result = run(branch, "--record", "--rejudge", "--base", "main")
            assert len(server.asked) == 8
        assert result.code == 0, result.out
        assert "judge-2026" in result.out
        replayed = run(branch, "--replay", "--base", "main")
        assert (replayed.code, len(server.asked)) == (0, 8)

    def test_a_new_case_does_not_end_it(self, branch: Repo) -> None:
        case = {"id": "pie", "inputs": {"offer": "pie"}, "reference": "Come in for pie."}
        with (branch.root / "cases.jsonl").open("a") as file:
            file.write(json.dumps(case) + "\n")
        record(branch, "v2", grade=3)
        result = run(branch, "--replay", "--base", "main")
        assert "1 new case left out, which the base never answered" in result.out
        (found,) = run(branch, "--replay", "--base", "main", "--format", "json").json["evals"]
        assert (found["n"], found["regression"]["n"], found["regression"]["left_out"]) == (5, 4, 1)


class TestOutputs:
    def write(self, repo: Repo, rows: list[Row]) -> Path:
        path = repo.root / "outputs.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return path

    @pytest.mark.parametrize("samples", [[0, 1, 2], [1]])
    def test_another_number_of_samples_is_refused(self, samples: list[int], recorded: Repo) -> None:
        rows = [{"id": "tea", "output": "Tea.", "sample": sample} for sample in samples]
        result = run(recorded, "--outputs", str(self.write(recorded, rows)), "--record")
        assert result.code == 2
        assert "case 'tea' has the samples" in result.err
        assert "the eval declares samples: 1" in result.err

    @pytest.mark.parametrize(("old", "new"), [(1, True), (0, False), ({"b": 1}, {"b": True})])
    def test_values_that_python_takes_for_equal_are_recorded(
        self, old: Any, new: Any, recorded: Repo
    ) -> None:
        edit(recorded, {"{rouge_l: 0.5, judge: 0.5}": "{checks: 1.0}"})
        edit(recorded, {"threshold: 0.6": 'threshold: 0.6\n    checks: [{equals: {"a": 1}}]'})
        cases = ("tea", "coffee", "cake", "soup")
        path = self.write(recorded, [{"id": case, "output": {"a": old}} for case in cases])
        first = run(recorded, "--outputs", str(path), "--record")
        assert first.code == (0 if old == 1 else 1)
        path = self.write(recorded, [{"id": case, "output": {"a": new}} for case in cases])
        given = run(recorded, "--outputs", str(path), "--record")
        replayed = run(recorded, "--replay")
        assert (given.code, replayed.code) == (1, 1)
