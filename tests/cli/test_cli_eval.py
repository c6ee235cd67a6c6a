"""`lensops eval` on the sample: pass, fail, in doubt; against a base; outputs from elsewhere."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from support.cli import Result, lensops
from support.evaluated import ROOT, activate, add_bad_version, own_sample, small
from support.repo import Repo

LAST = re.compile(
    r"\[eval-gate\] mean_score=(\d\.\d{4}|none) threshold=[\d.]+ n=\d+ "
    r"(PASSED ✓|FAILED ✗|INCONCLUSIVE \?)"
)


@pytest.fixture
def sample(repo: Repo) -> Repo:
    return own_sample(repo)


def run(repo: Repo, *args: str | Path) -> Result:
    result = lensops("eval", *args, cwd=repo.root)
    assert "Traceback" not in result.err
    return result


def first(repo: Repo, *args: str | Path) -> tuple[int, dict[str, Any]]:
    """The exit code, and the only eval of the JSON."""
    result = run(repo, "--format", "json", *args)
    (found,) = result.json["evals"]
    return result.code, found


def stored(repo: Repo) -> list[Path]:
    return sorted((repo.root / "eval_results").glob("eval_*.json"))


class TestTheSample:
    def test_v2_passes_without_a_key(self, sample: Repo) -> None:
        result = run(sample, "--replay")
        assert result.code == 0, result.err
        last = result.out.splitlines()[-1]
        assert LAST.fullmatch(last)
        assert last == "[eval-gate] mean_score=0.7748 threshold=0.75 n=50 PASSED ✓"

    def test_without_replay_nothing_is_asked_either(self, sample: Repo) -> None:
        assert run(sample).code == 0

    @pytest.mark.parametrize("version", ["v1", "v2"])
    def test_every_request_is_recorded(self, version: str, sample: Repo) -> None:
        activate(sample, version)
        code, found = first(sample, "--replay")
        assert code == 0
        assert found["judge"]["scored"] == found["n"] == 50
        assert found["notes"] == []

    def test_no_case_has_a_perfect_score(self, sample: Repo) -> None:
        _, found = first(sample, "--replay")
        assert max(case["scores"]["bleu"] for case in found["cases"]) < 0.999

    def test_the_bad_version_fails_and_is_worse_than_the_base(self, sample: Repo) -> None:
        add_bad_version(sample)
        result = run(sample, "--replay", "--base", "main")
        assert result.code == 1
        assert result.out.splitlines()[-1].endswith("FAILED ✗")
        _, found = first(sample, "--replay", "--base", "main")
        assert found["regression"]["outcome"] == "fail"
        assert len(found["must_pass_failed"]) == 8
        assert found["mean_score"] < 0.4

    def test_the_json_has_the_promised_keys(self, sample: Repo) -> None:
        _, found = first(sample, "--replay", "--base", "HEAD")
        assert {
            "name", "prompt", "version", "mean_score", "interval", "threshold", "n", "missing",
            "passed", "metrics", "judge", "signatures", "regression", "cases",
        } <= set(found)  # fmt: skip
        assert set(found["metrics"]) == set(found["signatures"]) == {"bleu", "rouge_l", "judge"}
        assert {"model", "scored", "neutral", "unscored"} <= set(found["judge"])
        wanted = {"base_version", "difference", "interval", "margin", "outcome", "n_needed"}
        assert wanted <= set(found["regression"])
        assert {"id", "scores", "aggregate"} <= set(found["cases"][0])

    def test_the_starter_projects_recordings_fit(self, repo: Repo) -> None:
        assert lensops("init", cwd=repo.root).code == 0
        repo.commit("Begin")
        assert run(repo, "--replay").code == 0
        lensops("activate", "v2", cwd=repo.root)
        code, found = first(repo, "--replay", "--base", "main")
        assert (code, found["version"], found["regression"]["outcome"]) == (0, "v2", "pass")


class TestResults:
    def test_each_run_leaves_one(self, sample: Repo) -> None:
        run(sample, "--replay")
        run(sample, "--replay", "--threshold", "0.9")
        names = [path.name for path in stored(sample)]
        assert len(names) == 2
        assert all(re.fullmatch(r"eval_\d{8}T\d{6}Z(_\d+)?\.json", name) for name in names)
        data = json.loads(stored(sample)[0].read_text())
        assert data["schema"] == "lensops/eval/v1"
        assert str(sample.root) not in stored(sample)[0].read_text()
        left = {path.name for path in (sample.root / "eval_results").iterdir()}
        assert left == {".gitignore", *names}

    def test_they_are_left_out_of_git_until_somebody_wants_them(self, repo: Repo) -> None:
        assert lensops("init", cwd=repo.root).code == 0
        repo.commit("Begin")
        run(repo, "--replay")
        assert repo.git("status", "--porcelain") == ""
        (repo.root / "eval_results/.gitignore").unlink()
        run(repo, "--replay")
        assert repo.git("status", "--porcelain") == "?? eval_results/"

    def test_a_run_that_cannot_start_leaves_none(self, sample: Repo) -> None:
        assert run(sample, "--eval", "nope").code == 2
        assert stored(sample) == []

    def test_markdown_stays_under_the_limit_of_a_comment(self, sample: Repo) -> None:
        add_bad_version(sample)
        result = run(sample, "--replay", "--base", "main", "--format", "markdown")
        assert len(result.out) < 60_000
        assert "[eval-gate]" in result.out


class TestSeveral:
    @pytest.fixture
    def two(self, sample: Repo) -> Repo:
        """A second eval of the same prompt, which asks too much."""
        path = sample.root / "llmops.yaml"
        strict = """
  strict:
    prompt: offer_copy
    cases: evals/offer_copy/cases.jsonl
    recordings: evals/offer_copy/recordings
    text: body
    weights: { rouge_l: 1.0 }
    threshold: 0.9

drift:"""
        path.write_text(path.read_text().replace("\ndrift:", strict, 1))
        return sample

    def test_the_worst_one_is_the_last_line(self, two: Repo) -> None:
        result = run(two, "--replay")
        assert result.code == 1
        assert "offer_copy v2 · 50 cases" in result.out
        assert result.out.splitlines()[-1].endswith("FAILED ✗ (strict, worst of 2)")

    def test_one_can_be_chosen(self, two: Repo) -> None:
        assert first(two, "--replay", "--eval", "offer_copy")[0] == 0
        assert first(two, "--replay", "--eval", "strict")[1]["judge"] is None

    def test_an_unknown_one_has_a_did_you_mean(self, two: Repo) -> None:
        result = run(two, "--eval", "strickt")
        assert result.code == 2
        assert "did you mean 'strict'?" in result.err

    def test_outputs_belong_to_one(self, two: Repo) -> None:
        assert "the outputs of which eval" in run(two, "--outputs", "o.jsonl").err


class TestThreshold:
    def test_an_override_counts_and_is_shown(self, sample: Repo) -> None:
        result = run(sample, "--replay", "--threshold", "0.9")
        assert result.code == 1
        assert "threshold 0.90 (an override: the manifest says 0.75)" in result.out
        assert "threshold=0.9 n=50 FAILED" in result.out
        _, found = first(sample, "--replay", "--threshold", "0.7")
        assert (found["threshold"], found["declared_threshold"]) == (0.7, 0.75)
        assert found["threshold_overridden"] is True

    @pytest.mark.parametrize("value", ["2", "-0.1", "nan", "high"])
    def test_one_that_is_no_share_is_bad_usage(self, value: str, sample: Repo) -> None:
        assert run(sample, "--replay", "--threshold", value).code == 2


class TestBase:
    def test_a_better_version_passes_with_the_flipped_cases(self, sample: Repo) -> None:
        activate(sample, "v1")
        sample.commit("Begin with v1")
        activate(sample, "v2")
        result = run(sample, "--replay", "--base", "main")
        assert result.code == 0
        assert "+0.0213 against v1: at most" in result.out
        assert "crossed the threshold" in result.out
        _, found = first(sample, "--replay", "--base", "main")
        compared = found["regression"]
        assert (compared["base_version"], compared["n"], compared["identical"]) == ("v1", 50, 0)
        assert compared["difference"] == pytest.approx(0.0213, abs=1e-4)

    def test_the_base_is_where_the_branch_began(self, sample: Repo) -> None:
        sample.git("checkout", "-q", "-b", "topic")
        sample.commit("Work")
        sample.git("checkout", "-q", "main")
        activate(sample, "v1")
        sample.commit("Meanwhile on main")
        sample.git("checkout", "-q", "topic")
        _, found = first(sample, "--replay", "--base", "main")
        assert found["regression"]["base_version"] == "v2"

    def test_the_same_version_differs_by_nothing(self, sample: Repo) -> None:
        _, found = first(sample, "--replay", "--base", "main")
        compared = found["regression"]
        assert (compared["difference"], compared["identical"]) == (0.0, 50)
        assert compared["outcome"] == "pass"

    def test_a_prompt_that_is_new_has_nothing_to_be_compared_with(self, repo: Repo) -> None:
        repo.commit("Nothing yet", {"README": "x"})
        repo.git("checkout", "-q", "-b", "topic")
        own_sample(repo)
        code, found = first(repo, "--replay", "--base", "main")
        assert (code, found["regression"]) == (0, None)
        assert "no manifest at the base" in found["notes"][0]

    def test_an_unknown_ref_is_said(self, sample: Repo) -> None:
        result = run(sample, "--replay", "--base", "mian")
        assert result.code == 2
        assert "mian" in result.err


class TestOutputs:
    def write(self, repo: Repo, changes: dict[str, Any] | None = None) -> Path:
        """The recorded outputs of v2 as a file made elsewhere."""
        rows = [
            json.loads(line)
            for line in (ROOT / "evals/offer_copy/recordings/v2.jsonl").read_text().splitlines()
        ]
        outputs = {row["case"]: row["output"] for row in rows if row["kind"] == "output"}
        outputs |= changes or {}
        lines = [
            json.dumps({"id": key, "output": value}) for key, value in outputs.items() if value
        ]
        path = repo.root / "outputs.jsonl"
        path.write_text("\n".join(lines))
        return path

    def test_equal_outputs_score_the_same(self, sample: Repo) -> None:
        _, found = first(sample, "--replay", "--outputs", self.write(sample))
        assert found["mean_score"] == pytest.approx(0.7748, abs=1e-4)

    def test_one_that_nobody_can_judge_beside_others_that_are_judged_leaves_it_open(
        self, sample: Repo
    ) -> None:
        path = self.write(sample, {"iced-02": {"headline": "x", "body": "Other words", "cta": "y"}})
        code, found = first(sample, "--outputs", path)
        assert found["judge"]["neutral"] == 1
        assert found["judge"]["reason"] == "OPENAI_API_KEY is not set"
        assert code == 3

    def test_missing_and_extra_ids_are_said_and_missing_ones_leave_it_open(
        self, sample: Repo
    ) -> None:
        path = self.write(sample, {"iced-02": None, "zzz": "Who is this?"})
        result = run(sample, "--outputs", path)
        assert result.code == 3
        assert "has no output for 1 case: iced-02" in result.out
        assert "has outputs of 1 unknown case: zzz" in result.out
        assert result.out.splitlines()[-1].endswith("INCONCLUSIVE ?")

    @pytest.mark.parametrize("link", ["evals/offer_copy/recordings", "eval_results"])
    def test_nothing_is_written_through_a_link_that_leaves(
        self, link: str, sample: Repo, tmp_path: Path
    ) -> None:
        outside = tmp_path / "outside"
        outside.mkdir()
        path = self.write(sample)
        if (sample.root / link).exists():
            shutil.rmtree(sample.root / link)
        (sample.root / link).symlink_to(outside)
        result = run(sample, "--outputs", path, "--record")
        assert result.code == 2
        assert "leaves the repository" in result.err
        assert list(outside.iterdir()) == []

    def test_record_keeps_them_as_the_versions_recordings(self, sample: Repo) -> None:
        recordings = sample.root / "evals/offer_copy/recordings/v2.jsonl"
        recordings.unlink()
        path = self.write(sample)
        assert run(sample, "--outputs", path, "--record").code in (0, 1)
        kept = [json.loads(line) for line in recordings.read_text().splitlines()]
        assert {row["kind"] for row in kept} == {"output"}
        assert len(kept) == 50
        assert first(sample)[1]["missing"] == 0
        run(sample, "--outputs", path, "--record")
        assert len(recordings.read_text().splitlines()) == 50

    def test_null_has_one_verdict_before_and_after_it_is_recorded(self, sample: Repo) -> None:
        path = self.write(sample)
        good = path.read_text()
        path.write_text(good + '\n{"id": "iced-02", "output": null, "sample": 1}')
        assert run(sample, "--outputs", path).code == 2  # another number of samples
        lines = [line for line in good.splitlines() if '"iced-02"' not in line]
        path.write_text("\n".join([*lines, '{"id": "iced-02", "output": null}']))
        given, by_file = first(sample, "--outputs", path, "--record")
        replayed, by_replay = first(sample, "--replay")
        assert given == replayed == lensops("gate", "--replay", cwd=sample.root).code == 3
        same = ("mean_score", "missing", "n", "passed")
        assert [by_file[key] for key in same] == [by_replay[key] for key in same]
        assert by_replay["missing"] == 1
        recordings = sample.root / "evals/offer_copy/recordings/v2.jsonl"
        before = recordings.read_text()
        run(sample, "--outputs", path, "--record")
        assert recordings.read_text() == before  # it is recorded already
        path.write_text(good)
        run(sample, "--outputs", path, "--record")
        assert first(sample, "--replay")[1]["missing"] == 0

    def test_a_bad_file_is_said_with_its_place(self, sample: Repo) -> None:
        (sample.root / "outputs.jsonl").write_text('{"id": "a"}\n')
        result = run(sample, "--outputs", "outputs.jsonl")
        assert result.code == 2
        assert (
            "outputs.jsonl:1: needs `output`, or `messages` whose last one is the output"
            in result.err
        )

    def test_no_file_is_said(self, sample: Repo) -> None:
        assert "there is no file nope.jsonl" in run(sample, "--outputs", "nope.jsonl").err


class TestMissing:
    def test_nothing_recorded_and_no_key_is_inconclusive(self, sample: Repo) -> None:
        (sample.root / "evals/offer_copy/recordings/v2.jsonl").unlink()
        result = run(sample)
        assert result.code == 3
        assert "OPENAI_API_KEY is not set" in result.out
        assert "mean_score=none" in result.out.splitlines()[-1]

    def test_replay_makes_it_an_error_with_a_way_on(self, sample: Repo) -> None:
        path = sample.root / "evals/offer_copy/recordings/v2.jsonl"
        path.write_text("".join(path.read_text().splitlines(keepends=True)[2:]))
        result = run(sample, "--replay")
        assert result.code == 2
        assert "1 output of v2 is not recorded: welcome-01" in result.err
        assert "--explain welcome-01" in result.err

    def test_record_without_a_key_says_what_to_set(self, sample: Repo) -> None:
        (sample.root / "evals/offer_copy/recordings/v2.jsonl").unlink()
        result = run(sample, "--record")
        assert result.code == 2
        assert "set OPENAI_API_KEY" in result.err

    def test_a_torn_last_line_is_said(self, sample: Repo) -> None:
        path = sample.root / "evals/offer_copy/recordings/v2.jsonl"
        path.write_bytes(path.read_bytes()[:-100])
        result = run(sample)
        assert "the last line is cut short and was left out" in result.out

    def test_record_and_replay_exclude_each_other(self, sample: Repo) -> None:
        assert run(sample, "--record", "--replay").code == 2

    def test_a_manifest_without_evals_says_how_to_begin(self, project: Repo) -> None:
        result = run(project)
        assert result.code == 2
        assert "declares no evals" in result.err


class TestExplain:
    def test_a_recorded_case(self, sample: Repo) -> None:
        result = run(sample, "--explain", "iced-02")
        assert result.code == 0
        assert result.out.count("is recorded") == 2

    def test_the_part_that_differs(self, sample: Repo) -> None:
        path = sample.root / "prompts/offer_copy/v2.yaml"
        path.write_text(path.read_text().replace("temperature: 0.3", "temperature: 0.9"))
        result = run(sample, "--explain", "iced-02", "--format", "json")
        (request, *_) = result.json["evals"][0]["requests"]
        assert request["state"] == "changed"
        assert request["differences"] == [
            {"part": "parameters.temperature", "recorded": "0.3", "now": "0.9"}
        ]

    def test_a_changed_rubric_leaves_the_output_and_changes_the_vote(self, sample: Repo) -> None:
        path = sample.root / "llmops.yaml"
        path.write_text(path.read_text().replace("5=flawless", "5=perfect"))
        result = run(sample, "--explain", "iced-02", "--format", "json")
        output, grade = result.json["evals"][0]["requests"]
        assert (output["state"], grade["state"]) == ("recorded", "changed")
        assert [each["part"] for each in grade["differences"]] == ["rubric.coherence"]

    def test_an_unknown_case_has_a_did_you_mean(self, sample: Repo) -> None:
        result = run(sample, "--explain", "iced-20")
        assert result.code == 2
        assert "did you mean 'iced-0" in result.err


class TestBadInput:
    @pytest.mark.parametrize(
        ("old", "new", "says"),
        [
            ("bleu: 0.2", "blue: 0.2", "did you mean 'bleu'?"),
            ("schemas/offer_copy.json", "schemas/nope.json", "there is no file schemas/nope.json"),
            ("openai:gpt-6.1-sol\n", "openai:gpt-4o-mini\n", "would judge its own outputs"),
            ("cases.jsonl", "nope.jsonl", "there is no file evals/offer_copy/nope.jsonl"),
            ("text: body", "text: body\n    tokenizer: 13b", "did you mean '13a'?"),
            ("text: body", "text: body\n    prompt: offer_cop", "did you mean 'offer_copy'?"),
            ("max_words: 40", 'regex: "("', "is none"),
        ],
    )
    @pytest.mark.parametrize("command", ["eval", "validate"])
    def test_is_said_with_its_place(
        self, command: str, old: str, new: str, says: str, sample: Repo
    ) -> None:
        path = sample.root / "llmops.yaml"
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new, 1))
        result = lensops(command, cwd=sample.root)
        said = result.err + result.out
        assert (result.code, says in said) == (2, True), said
        assert re.search(r"llmops\.yaml:\d+:\d+: ", said)

    def test_names_with_markup_and_controls_are_shown_as_they_are(self, repo: Repo) -> None:
        bad = ["[red]x[/red]", "\x1b[31mred", "a|b"]
        small(repo, offers=bad)
        path = repo.root / "lensops.yaml"
        path.write_text(path.read_text().replace("judge: 0.5", "bleu: 0.5"))
        rows = [json.dumps({"id": name, "output": f"{name}\x1b]0;title"}) for name in bad]
        (repo.root / "o.jsonl").write_text("\n".join(rows))
        for form in ("text", "markdown"):
            result = run(repo, "--outputs", "o.jsonl", "--format", form)
            assert result.code == 1, result.err
            assert "\x1b" not in result.out
        assert "[red]x[/red]" in run(repo, "--outputs", "o.jsonl").out
