"""A branch that asks less of itself, in every way that was tried: none of it passes as silence."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.cli import Result, lensops
from support.evaluated import add_bad_version, own_sample
from support.repo import Repo

MANIFEST = "llmops.yaml"
CASES = "evals/offer_copy/cases.jsonl"
RECORDINGS = "evals/offer_copy/recordings"
TARGETS = "  production: { directory: .lensops/live/production, after: staging }\n"


@pytest.fixture
def strict(repo: Repo) -> Repo:
    """The sample on main, with a rule that loosening fails, and a branch."""
    own = own_sample(repo)
    text = (own.root / MANIFEST).read_text()
    text = text.replace("after: staging }", "after: staging, require_gate: true }")
    text += "\nrules: {gate_loosened: error}\n"
    own.commit("Be strict", {MANIFEST: text, ".gitignore": "eval_results/\n.lensops/\n"})
    own.git("switch", "-q", "-c", "topic")
    return own


def edit(repo: Repo, *replacements: tuple[str, str], path: str = MANIFEST) -> None:
    text = (repo.root / path).read_text()
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    (repo.root / path).write_text(text)


def edit_rows(repo: Repo, path: str, change: Callable[[dict[str, Any]], None]) -> None:
    rows = [json.loads(line) for line in (repo.root / path).read_text().splitlines()]
    for row in rows:
        change(row)
    (repo.root / path).write_text("".join(json.dumps(row) + "\n" for row in rows))


def append_rows(repo: Repo, path: str, rows: list[dict[str, Any]]) -> None:
    with (repo.root / path).open("a") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def gate(repo: Repo) -> Result:
    repo.commit("Change")
    return lensops("gate", "--base", "main", cwd=repo.root)


def rename_target(repo: Repo) -> None:
    renamed = "  live: { directory: .lensops/live/production }\n"
    edit(repo, (TARGETS.replace(" }", ", require_gate: true }"), renamed))


def drop_after(repo: Repo) -> None:
    edit(repo, (", after: staging", ""))


def move_directory(repo: Repo) -> None:
    edit(repo, (".lensops/live/production", ".lensops/live/elsewhere"))


def add_target(repo: Repo) -> None:
    edit(repo, ("targets:\n", "targets:\n  fast: { directory: .lensops/live/fast }\n"))


def watch_the_baseline(repo: Repo) -> None:
    edit(repo, ("current: data/current.csv", "current: data/baseline.csv"))


def copy_the_baseline(repo: Repo) -> None:
    shutil.copy(repo.root / "data/baseline.csv", repo.root / "data/current.csv")


def swap_the_baseline(repo: Repo) -> None:
    shutil.copy(repo.root / "data/current.csv", repo.root / "data/baseline.csv")


def add_easy_cases(repo: Repo) -> None:
    first = json.loads((repo.root / CASES).read_text().splitlines()[0])
    append_rows(repo, CASES, [{**first, "id": f"easy-{number}"} for number in range(40)])


def drop_a_case(repo: Repo) -> None:
    lines = (repo.root / CASES).read_text().splitlines(keepends=True)
    (repo.root / CASES).write_text("".join(lines[:-1]))


def soften_a_case(repo: Repo) -> None:
    edit_rows(repo, CASES, lambda row: row.pop("checks", None))


def move_recordings(repo: Repo) -> None:
    shutil.copytree(repo.root / RECORDINGS, repo.root / "evals/elsewhere")
    edit(repo, (f"recordings: {RECORDINGS}", "recordings: evals/elsewhere"))


def change_the_model(repo: Repo) -> None:
    edit(repo, ("    text: body", "    model: openai:gpt-5\n    text: body"))


def improve_recorded_grades(repo: Repo) -> None:
    def best(row: dict[str, Any]) -> None:
        if row.get("grades"):
            row["grades"] = dict.fromkeys(row["grades"], 5)

    edit_rows(repo, f"{RECORDINGS}/v2.jsonl", best)


def worsen_the_grades_of_the_base(repo: Repo) -> None:
    def worst(row: dict[str, Any]) -> None:
        if row.get("grades"):
            row["grades"] = dict.fromkeys(row["grades"], 1)

    edit_rows(repo, f"{RECORDINGS}/v1.jsonl", worst)


def delete_recorded_rows(repo: Repo) -> None:
    path = repo.root / RECORDINGS / "v1.jsonl"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-3]))


def outvote_recorded_grades(repo: Repo) -> None:
    rows = (repo.root / RECORDINGS / "v2.jsonl").read_text().splitlines()
    grade = json.loads(next(line for line in rows if '"kind": "grade"' in line))
    other = {**grade, "key": "sha256:" + "0" * 64, "sample": 1}
    append_rows(repo, f"{RECORDINGS}/v2.jsonl", [other])


def soften_the_schema(repo: Repo) -> None:
    edit(repo, ('"type": "object"', '"type": ["object", "null"]'), path="schemas/offer_copy.json")


def soften_the_rule(repo: Repo) -> None:
    edit(repo, ("gate_loosened: error", "gate_loosened: off"))


def soften_another_rule(repo: Repo) -> None:
    edit(repo, ("{gate_loosened: error", "{released_version_changed: off, gate_loosened: error"))


def exempt_the_gate(repo: Repo) -> None:
    edit(repo, (", require_gate: true", ""))


@pytest.mark.parametrize(
    "change",
    [
        rename_target,
        drop_after,
        move_directory,
        add_target,
        exempt_the_gate,
        watch_the_baseline,
        copy_the_baseline,
        swap_the_baseline,
        add_easy_cases,
        drop_a_case,
        soften_a_case,
        move_recordings,
        change_the_model,
        improve_recorded_grades,
        worsen_the_grades_of_the_base,
        delete_recorded_rows,
        outvote_recorded_grades,
        soften_the_schema,
        soften_the_rule,
        soften_another_rule,
    ],
)
def test_what_asks_less_fails_where_the_base_says_so(
    strict: Repo, change: Callable[[Repo], None]
) -> None:
    change(strict)
    result = gate(strict)
    assert result.code in (1, 2), result.out + result.err  # 2: a replay that lacks a recording
    assert "gate loosened" in result.out or result.code == 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("threshold: 0.75", "threshold: 0.76"),
        ("critical: 0.20", "critical: 0.15"),
        ("project: loyalty-offers", "project: loyalty-offers # a remark"),
        ("- max_words: 40", "- max_words: 40\n      - min_words: 2"),
    ],
)
def test_what_tightens_passes(strict: Repo, old: str, new: str) -> None:
    edit(strict, (old, new))
    result = gate(strict)
    assert result.code == 0, result.out
    assert "gate loosened" not in result.out


def test_a_new_version_with_its_recordings_loosens_nothing(strict: Repo) -> None:
    add_bad_version(strict)
    result = gate(strict)
    assert result.code == 1, "it is a bad one"
    assert "gate loosened" not in result.out


def test_new_rows_of_the_current_window_are_let_be(strict: Repo) -> None:
    path = strict.root / "data/current.csv"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    result = gate(strict)
    assert (result.code, "gate loosened" in result.out) == (0, False), result.out


def test_added_cases_are_shown_with_how_they_move_the_mean(strict: Repo) -> None:
    first, *_ = (strict.root / CASES).read_text().splitlines()
    append_rows(strict, CASES, [{**json.loads(first), "id": "easy"}])
    screen = gate(strict).out
    assert "1 case (easy) added: that moves the mean from 0.7748 to 0.77" in screen


def test_removed_cases_are_shown_with_how_they_move_the_mean(strict: Repo) -> None:
    drop_a_case(strict)
    screen = gate(strict).out
    assert "removed, 50 → 49 cases: that moves the mean from 0.7748 to 0.77" in screen


def test_the_rules_of_the_base_decide(strict: Repo) -> None:
    edit(strict, ("threshold: 0.75", "threshold: 0.70"))
    edit(strict, ("\nrules: {gate_loosened: error}\n", "\n"))
    assert gate(strict).code == 1
    strict.git("branch", "-f", "main", "topic")
    edit(strict, ("threshold: 0.70", "threshold: 0.65"))
    edit(strict, ("targets:", "rules: {gate_loosened: error}\ntargets:"))
    assert gate(strict).code == 0, "it is a note by the rule of the base"


def test_an_unsound_base_is_inconclusive(strict: Repo, tmp_path: Path) -> None:
    strict.git("switch", "-q", "main")
    text = (strict.root / MANIFEST).read_text()
    strict.commit("Break", {MANIFEST: text.replace("threshold: 0.75", "threshold: high")})
    strict.git("switch", "-q", "-c", "fix")
    strict.write({MANIFEST: text})
    result = gate(strict)
    assert result.code == 3
    assert "? base llmops.yaml: the manifest at the base is not sound" in result.out


def test_a_first_manifest_has_no_policy_to_loosen(repo: Repo) -> None:
    repo.commit("Begin", {"README": "prompts soon"})
    repo.git("switch", "-q", "-c", "topic")
    own_sample(repo)
    result = lensops("gate", "--base", "main", cwd=repo.root)
    assert result.code == 0, result.out
    assert "· base llmops.yaml: there is no manifest at the base" in result.out
