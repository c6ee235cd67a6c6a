"""`gate` on the sample: pass, fail, inconclusive; against a base; evidence and what applies it."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from lensops.cli.main import run as run_here
from support.cli import Result, lensops
from support.evaluated import activate, add_bad_version, own_sample
from support.repo import Repo

EVIDENCE = {"release", "cases", "recordings", "schemas", "data", "thresholds"}
LOOSE = "threshold: 0.75", "threshold: 0.60"


@pytest.fixture
def sample(repo: Repo) -> Repo:
    own = own_sample(repo)
    ignored = "eval_results/\n.lensops/\nevidence.json\n"
    own.commit("Ignore what commands leave", {".gitignore": ignored})
    return own


def gate(repo: Repo, *args: str | Path) -> Result:
    result = lensops("gate", "--replay", *args, cwd=repo.root)
    assert "Traceback" not in result.err
    return result


def outcomes(repo: Repo, *args: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for finding in gate(repo, "--format", "json", *args).json["findings"]:
        found.setdefault(finding["rule"], []).append(finding["outcome"])
    return found


def edit(repo: Repo, before: str, after: str) -> None:
    path = repo.root / "llmops.yaml"
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))


def test_pass(sample: Repo) -> None:
    result = gate(sample)
    assert result.code == 0, result.err
    lines = result.out.splitlines()
    assert lines[:4] == [
        "Gate passed ✓",
        "  ✓ threshold offer_copy: mean score 0.7748 of 50 cases reaches the threshold 0.75",
        "  ✓ must pass offer_copy: all 8 cases that must pass do",
        "  ✓ drift propensity: PSI 0.0214, ok",
    ]
    assert lines[-1] == "[gate] pass=3 fail=0 inconclusive=0 note=0 PASSED ✓"
    assert list((sample.root / "eval_results").glob("eval_*.json"))


def test_fail(sample: Repo) -> None:
    add_bad_version(sample)
    result = gate(sample)
    assert result.code == 1
    lines = result.out.splitlines()
    assert lines[0] == "Gate failed ✗"
    assert lines[1].startswith("  ✗ "), "what stops it comes first"
    assert "✗ threshold offer_copy: mean score" in result.out
    assert lines[-1].endswith("FAILED ✗")


def test_inconclusive_when_outputs_are_missing(sample: Repo) -> None:
    path = sample.root / "evals/offer_copy/recordings/v2.jsonl"
    rows = path.read_text().splitlines(keepends=True)
    path.write_text("".join(rows[: len(rows) // 2]))
    result = lensops("gate", cwd=sample.root)
    assert result.code == 3, result.out
    assert result.out.splitlines()[-1].endswith("INCONCLUSIVE ?")
    assert gate(sample).code == 2, "with --replay a miss is an error"


def test_inconclusive_when_nothing_is_declared(project: Repo) -> None:
    result = gate(project)
    assert result.code == 3
    assert "the manifest declares neither `evals` nor `drift`" in result.out


def test_an_invalid_manifest_is_no_verdict(sample: Repo) -> None:
    edit(sample, "threshold: 0.75", "threshold: .nan")
    result = gate(sample)
    assert (result.code, result.out) == (2, "")
    assert "llmops.yaml:16:16: " in result.err


def test_critical_drift_fails(sample: Repo) -> None:
    path = sample.root / "data/current.csv"
    header, *rows = path.read_text().splitlines()
    place = header.split(",").index("score")
    moved = []
    for row in rows:
        cells = row.split(",")
        cells[place] = f"{float(cells[place]) ** 3:.4f}"
        moved.append(",".join(cells))
    path.write_text("\n".join([header, *moved]) + "\n")
    result = gate(sample)
    assert result.code == 1
    assert "✗ drift propensity: PSI" in result.out
    assert outcomes(sample)["drift"] == ["fail"]


def test_a_replay_asks_no_warehouse(sample: Repo) -> None:
    data = "    baseline: data/baseline.csv\n    current: data/current.csv\n"
    away = (
        "    connection: postgres://127.0.0.1:9/${HOME}\n    table: scores\n    time: at\n"
        "    baseline: 2024-01\n    current: 2024-02\n"
    )
    edit(sample, data, away)
    result = gate(sample)
    assert result.code == 3, result.err
    assert (
        "? drift propensity: it is counted in a warehouse, which a replay does not call"
        in result.out
    )
    assert "✓ threshold offer_copy" in result.out
    assert "connection was added" in gate(sample, "--base", "main").out
    drift = lensops("drift", "--replay", cwd=sample.root)
    assert drift.code == 3
    assert "propensity: it is counted in a warehouse, which a replay does not call" in drift.err


def test_a_released_version_changed_in_place_fails(sample: Repo) -> None:
    path = sample.root / "prompts/offer_copy/v2.yaml"
    path.write_text(path.read_text().replace("punchy", "loud"))
    found = lensops("gate", "--format", "json", cwd=sample.root).json["findings"]
    (changed,) = [each for each in found if each["rule"] == "released_version_changed"]
    assert changed["outcome"] == "fail"
    assert changed["place"]["path"] == "prompts/offer_copy/v2.yaml"


def test_against_a_base_that_is_the_same(sample: Repo) -> None:
    found = outcomes(sample, "--base", "HEAD")
    assert found["regression"] == ["pass"]
    assert "gate_loosened" not in found


def test_against_a_better_base_it_fails(sample: Repo) -> None:
    sample.git("switch", "-q", "-c", "topic")
    add_bad_version(sample)
    sample.commit("Louder")
    result = gate(sample, "--base", "main")
    assert result.code == 1
    assert "✗ regression offer_copy: -0." in result.out


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (*LOOSE, "evals.offer_copy.threshold: threshold lowered from 0.75 to 0.60"),
        ("critical: 0.20", "critical: 0.50", "critical widened from 0.20 to 0.50"),
        ("5=compelling", "4=compelling", "rubric changed"),
        ("margin: 0.02", "margin: 0.2", "margin raised from 0.02 to 0.20"),
    ],
)
def test_what_a_branch_loosens_has_a_line_of_its_own(
    sample: Repo, before: str, after: str, says: str
) -> None:
    edit(sample, before, after)
    result = lensops("gate", "--base", "main", cwd=sample.root)
    assert "⚠ gate loosened: " in result.out
    assert says in result.out


def test_dropped_cases_are_loosening(sample: Repo) -> None:
    path = sample.root / "evals/offer_copy/cases.jsonl"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[5:]))
    assert "5 cases (" in gate(sample, "--base", "main").out


def test_loosening_can_be_an_error(sample: Repo) -> None:
    text = (sample.root / "llmops.yaml").read_text()
    sample.commit("Strict", {"llmops.yaml": text + "\nrules: {gate_loosened: error}\n"})
    edit(sample, *LOOSE)
    edit(sample, "gate_loosened: error", "gate_loosened: off")
    assert outcomes(sample, "--base", "main")["gate_loosened"] == ["fail", "fail"]


def test_evidence_lets_exactly_this_release_go(sample: Repo) -> None:
    edit(sample, "staging: { directory:", "staging: { require_gate: true, directory:")
    sample.commit("Require the gate")
    apply = ("apply", "--target", "staging", "--yes")
    refused = lensops(*apply, cwd=sample.root)
    assert (refused.code, "requires the evidence" in refused.err) == (1, True)
    assert gate(sample, "--base", "HEAD~1", "--evidence", "evidence.json").code == 0
    done = lensops(*apply, "--evidence", "evidence.json", cwd=sample.root)
    assert done.code == 0, done.err
    assert "evidence " in done.out
    activate(sample, "v1")
    sample.commit("Another release")
    other = lensops(*apply, "--evidence", "evidence.json", cwd=sample.root)
    assert (other.code, "it was found on other release" in other.err) == (1, True)


def test_evidence_of_a_failed_gate_lets_nothing_go(sample: Repo) -> None:
    add_bad_version(sample)
    sample.commit("Loud")
    assert gate(sample, "--evidence", "evidence.json").code == 1
    refused = lensops("apply", "--yes", "--evidence", "evidence.json", cwd=sample.root)
    assert (refused.code, "the verdict is fail" in refused.err) == (1, True)


def test_looser_thresholds_need_a_gate_of_their_own(sample: Repo) -> None:
    gate(sample, "--evidence", "evidence.json")
    edit(sample, *LOOSE)
    sample.commit("Loosen")
    refused = lensops("apply", "--yes", "--evidence", "evidence.json", cwd=sample.root)
    assert (refused.code, "found on other" in refused.err) == (1, True)


@pytest.mark.parametrize(
    ("path", "before", "after", "what"),
    [
        ("llmops.yaml", "5=compelling", "4=compelling", "thresholds"),
        ("llmops.yaml", "max_words: 40", "max_words: 400", "thresholds"),
        ("schemas/offer_copy.json", '"type": "object"', '"type": ["object", "null"]', "schemas"),
        ("evals/offer_copy/cases.jsonl", '"must_pass": true', '"must_pass": false', "cases"),
        ("evals/offer_copy/recordings/v2.jsonl", "Go large", "Go larger", "recordings"),
        ("data/current.csv", ",0.5", ",0.6", "data"),
    ],
)
def test_evidence_is_of_what_it_was_found_on(
    sample: Repo, path: str, before: str, after: str, what: str
) -> None:
    assert gate(sample, "--evidence", "evidence.json").code == 0
    text = (sample.root / path).read_text()
    assert before in text
    sample.commit("Edit", {path: text.replace(before, after)})
    refused = lensops("apply", "--yes", "--evidence", "evidence.json", cwd=sample.root)
    assert refused.code == 1
    assert f"it was found on other {what}: " in refused.err
    told = lensops("plan", "--evidence", "evidence.json", cwd=sample.root)
    assert (told.code, f"other {what}" in told.out) == (1, True)


def test_line_ends_do_not_spoil_evidence(sample: Repo) -> None:
    gate(sample, "--evidence", "evidence.json")
    path = sample.root / "evals/offer_copy/cases.jsonl"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    sample.git("config", "core.autocrlf", "true")  # as a check-out on Windows leaves it
    done = lensops("apply", "--yes", "--evidence", "evidence.json", cwd=sample.root)
    assert done.code == 0, done.err


def test_a_verdict_written_by_output_is_evidence_too(sample: Repo) -> None:
    gate(sample, "--format", "json", "--output", "evidence.json")
    done = lensops("apply", "--yes", "--evidence", "evidence.json", cwd=sample.root)
    assert done.code == 0, done.err


def test_a_softer_schema_is_loosening(sample: Repo) -> None:
    path = sample.root / "schemas/offer_copy.json"
    path.write_text(path.read_text().replace('"type": "object"', '"type": ["object", "null"]'))
    result = gate(sample, "--base", "main")
    said = "⚠ gate loosened: evals.offer_copy.checks: schemas/offer_copy.json changed"
    assert said in result.out


def test_junit(sample: Repo, tmp_path: Path) -> None:
    add_bad_version(sample)
    gate(sample, "--junit", tmp_path / "gate.xml")
    root = ET.parse(tmp_path / "gate.xml").getroot()
    cases = root.findall(".//testcase")
    assert int(root.attrib["tests"]) == len(cases)
    assert int(root.attrib["failures"]) == len(root.findall(".//failure")) >= 1
    (threshold,) = [case for case in cases if case.attrib["classname"] == "lensops.threshold"]
    assert (threshold.attrib["file"], threshold.attrib["line"]) == ("llmops.yaml", "16")


def test_sarif(sample: Repo, tmp_path: Path) -> None:
    add_bad_version(sample)
    gate(sample, "--sarif", tmp_path / "gate.sarif")
    log = json.loads((tmp_path / "gate.sarif").read_text())
    (run,) = log["runs"]
    assert (log["version"], run["tool"]["driver"]["name"]) == ("2.1.0", "lensops")
    (found,) = [each for each in run["results"] if each["ruleId"] == "threshold"]
    assert found["level"] == "error"
    place = found["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "llmops.yaml"
    assert place["region"] == {"startLine": 16, "startColumn": 16}
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules[found["ruleIndex"]] == "threshold"


def test_annotations_on_actions(sample: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    add_bad_version(sample)
    assert "::error" not in gate(sample).err
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    result = gate(sample, "--format", "json")
    assert "::error file=llmops.yaml,line=16,col=16,title=lensops threshold::" in result.err
    assert result.json["verdict"] == "fail", "stdout stays one report"


def test_the_json_has_the_promised_keys(sample: Repo) -> None:
    body = gate(sample, "--format", "json").json
    assert (body["schema"], body["verdict"]) == ("lensops/verdict/v1", "pass")
    assert set(body["digests"]) == {
        *("release", "cases", "recordings", "schemas", "data", "thresholds")
    }
    for finding in body["findings"]:
        assert {"rule", "subject", "outcome", "value", "limit", "message"} <= set(finding)


def test_the_same_verdict_twice(sample: Repo) -> None:
    one, two = (gate(sample, "--format", "json").json for _ in range(2))
    assert one == two


def test_folder_option_means_all_paths(sample: Repo, tmp_path: Path) -> None:
    done = lensops(
        "gate", "--replay", "-C", sample.root, "--evidence", "evidence.json", cwd=tmp_path
    )
    assert done.code == 0, done.err
    assert (sample.root / "evidence.json").is_file()
    assert run_here(["gate", "-C", str(tmp_path / "absent")]) == 2
