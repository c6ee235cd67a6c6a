"""`lensops plan` in real repositories: what it shows, what it forbids, what it leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import sample
from support.cli import lensops
from support.repo import Repo

EVALS = """
evals:
  offer_copy:
    cases: cases.jsonl
    weights: {bleu: 1.0}
    threshold: 0.75
drift:
  propensity:
    baseline: a.csv
    current: b.csv
    features: {score: {}}
"""


def applied(project: Repo) -> None:
    result = lensops("apply", "--yes", cwd=project.root)
    assert result.code == 0, result.err


def edited(project: Repo, old: str, new: str) -> None:
    path = project.root / "lensops.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def with_limits(project: Repo) -> None:
    project.commit("Add limits", {"lensops.yaml": sample.MANIFEST + EVALS})


def snapshot(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {str(path): path.read_bytes() for path in files}


def test_an_empty_target_would_be_created(project: Repo) -> None:
    before = snapshot(project.root)
    result = lensops("plan", cwd=project.root)
    assert result.code == 0, result.err
    assert "Serves nothing yet" in result.out
    assert "offer_copy" in result.out
    assert "The same changes as at staging" in result.out
    assert snapshot(project.root) == before


def test_the_json_has_the_promised_keys(project: Repo) -> None:
    body = lensops("plan", "--format", "json", cwd=project.root).json
    assert body["schema"] == "lensops/plan/v1"
    assert body["digest"].startswith("sha256:")
    staging, production = body["targets"]
    assert (staging["name"], production["name"]) == ("staging", "production")
    assert staging["in_sync"] is False
    assert staging["findings"] == []
    (change,) = staging["changes"]
    assert {key: change[key] for key in ("kind", "name", "action", "from", "to", "loosened")} == {
        "kind": "prompt",
        "name": "offer_copy",
        "action": "create",
        "from": None,
        "to": "v1",
        "loosened": False,
    }


def test_exit_codes(project: Repo) -> None:
    assert lensops("plan", "--exit-code", cwd=project.root).code == 10
    applied(project)
    assert lensops("plan", "--exit-code", cwd=project.root).code == 0
    project.write(sample.manifest("v2"))
    assert lensops("plan", "--exit-code", cwd=project.root).code == 10
    assert lensops("plan", cwd=project.root).code == 0


def test_in_sync_is_short(project: Repo) -> None:
    applied(project)
    result = lensops("plan", cwd=project.root)
    lines = result.out.splitlines()
    assert [line.split(" · ")[0] for line in lines if line.strip()] == [
        "✓ staging is in sync",
        "✓ production is in sync",
        "No changes: every target serves what the manifest asks for.",
    ]


def test_an_update_shows_the_difference(project: Repo) -> None:
    applied(project)
    project.write(sample.manifest("v2"))
    out = lensops("plan", cwd=project.root).out
    assert "offer_copy v1 → v2" in out
    assert "-You write warm offer copy." in out.replace("- You", "-You")
    assert "+You write punchy offer copy." in out.replace("+ You", "+You")


def test_what_a_reader_would_not_see_from_versions_is_said(project: Repo) -> None:
    applied(project)
    new = sample.V2.replace("{{ points }}", "{{ points }} {{ ends }}")
    project.write({"prompts/offer_copy/v3.yaml": new, **sample.manifest("v3")})
    assert "offer_copy variables: + ends" in lensops("plan", cwd=project.root).out
    project.write({"prompts/offer_copy/v4.yaml": "# a comment\n" + sample.V1})
    project.write(sample.manifest("v4"))
    assert "the same content" in lensops("plan", cwd=project.root).out


def test_a_loosened_limit_has_a_line_of_its_own(project: Repo) -> None:
    with_limits(project)
    applied(project)
    edited(project, "threshold: 0.75", "threshold: 0.6")
    edited(project, "{score: {}}", "{score: {}}\n    bands: {warning: 0.1, critical: 0.3}")
    result = lensops("plan", cwd=project.root)
    lines = [line.strip() for line in result.out.splitlines()]
    assert "⚠ gate loosened: offer_copy threshold 0.75 → 0.60" in lines
    assert "⚠ gate loosened: propensity.critical band 0.20 → 0.30" in lines
    changes = lensops("plan", "--format", "json", cwd=project.root).json["targets"][0]["changes"]
    assert [(c["kind"], c["from"], c["to"], c["loosened"]) for c in changes] == [
        ("threshold", 0.75, 0.6, True),
        ("band", 0.2, 0.3, True),
    ]


def test_a_tightened_limit_is_no_alarm(project: Repo) -> None:
    with_limits(project)
    applied(project)
    edited(project, "threshold: 0.75", "threshold: 0.8")
    result = lensops("plan", cwd=project.root)
    assert "loosened" not in result.out
    assert "offer_copy threshold 0.75 → 0.80" in result.out


def test_the_digest_survives_commit_amend_and_time(project: Repo) -> None:
    applied(project)
    project.write(sample.manifest("v2"))

    def digest() -> str:
        return str(lensops("plan", "--format", "json", cwd=project.root).json["digest"])

    first = digest()
    project.commit("Use v2")
    second = digest()
    project.git("commit", "-q", "--amend", "-m", "Use v2, squashed", "--date", "2020-01-01")
    assert first == second == digest()


def test_one_target(project: Repo) -> None:
    result = lensops("plan", "--target", "staging", "--format", "json", cwd=project.root)
    (target,) = result.json["targets"]
    assert target["digest"] == result.json["digest"]
    result = lensops("plan", "--target", "production", cwd=project.root)
    assert "production comes after staging" in result.out


def test_an_unknown_target_gets_a_suggestion(project: Repo) -> None:
    result = lensops("plan", "--target", "stagin", cwd=project.root)
    assert result.code == 2
    assert "did you mean 'staging'" in result.err


def test_against_the_base_no_target_is_asked(project: Repo) -> None:
    edited(project, "{directory: live/staging}", "{git: nowher../gone.git, branch: live}")
    project.commit("Move staging")
    project.git("checkout", "-q", "-b", "feature")
    project.commit("Use v2", {"lensops.yaml": (project.root / "lensops.yaml").read_text()})
    edited(project, "active: v1", "active: v2")
    result = lensops("plan", "--base", "main", "--exit-code", cwd=project.root)
    assert result.code == 10, result.err
    assert "offer_copy v1 → v2" in result.out
    assert "main" in result.out
    body = lensops("plan", "--base", "main", "--format", "json", cwd=project.root).json
    assert body["base"] == {"ref": "main", "commit": project.git("rev-parse", "main")}
    assert [target["name"] for target in body["targets"]] == ["base"]


def test_against_the_base_it_is_the_merge_base_that_counts(project: Repo) -> None:
    project.git("checkout", "-q", "-b", "feature")
    project.commit("Say something else", {"README.md": "x"})
    project.git("checkout", "-q", "main")
    project.commit("Use v2 on main", sample.manifest("v2"))
    project.git("checkout", "-q", "feature")
    result = lensops("plan", "--base", "main", "--exit-code", cwd=project.root)
    assert result.code == 0
    assert "Nothing changes against main" in result.out


@pytest.mark.parametrize(
    ("base", "words"),
    [
        ({"README.md": "no manifest"}, "there is no manifest at the base"),
        ({"lensops.yaml": "version: 9\n"}, "the manifest at the base is not sound"),
    ],
)
def test_a_base_without_a_sound_manifest(repo: Repo, base: dict[str, str], words: str) -> None:
    repo.commit("Base", base)
    repo.git("checkout", "-q", "-b", "feature")
    repo.commit("Begin", sample.files())
    result = lensops("plan", "--base", "main", cwd=repo.root)
    assert result.code == 0, result.err
    assert words in result.out
    assert "offer_copy v1" in result.out


def test_a_base_that_had_the_other_name_of_the_manifest(repo: Repo) -> None:
    files = sample.files()
    files["llmops.yaml"] = files.pop("lensops.yaml")
    repo.commit("Base", files)
    repo.git("checkout", "-q", "-b", "feature")
    repo.git("mv", "llmops.yaml", "lensops.yaml")
    repo.commit("Rename", sample.manifest("v2"))
    result = lensops("plan", "--base", "main", cwd=repo.root)
    assert "offer_copy v1 → v2" in result.out


def test_a_manifest_in_a_subfolder(repo: Repo) -> None:
    repo.commit("Base", {f"apps/shop/{name}": text for name, text in sample.files().items()})
    repo.git("checkout", "-q", "-b", "feature")
    repo.write({"apps/shop/lensops.yaml": sample.files("v2")["lensops.yaml"]})
    result = lensops("plan", "--base", "main", cwd=repo.root / "apps/shop/prompts")
    assert "offer_copy v1 → v2" in result.out


def test_base_goes_without_target(project: Repo) -> None:
    result = lensops("plan", "--base", "main", "--target", "staging", cwd=project.root)
    assert result.code == 2
    assert "--base cannot be combined with --target" in result.err


def test_an_unknown_base(project: Repo) -> None:
    result = lensops("plan", "--base", "mian", cwd=project.root)
    assert result.code == 2
    assert "mian" in result.err


def test_a_released_version_that_was_changed_in_place_forbids_it(project: Repo) -> None:
    commit = project.head()
    applied(project)
    project.write({"prompts/offer_copy/v1.yaml": sample.V1.replace("warm", "hot")})
    result = lensops("plan", cwd=project.root)
    assert result.code == 1
    assert "released version changed in place" in result.out
    assert commit[:7] in result.out
    refused = lensops("apply", "--yes", "--allow-dirty", cwd=project.root)
    assert refused.code == 1
    assert "released version changed in place" in refused.err


@pytest.mark.parametrize(("rule", "said"), [("warning", True), ("off", False)])
def test_the_rule_can_be_weakened(project: Repo, rule: str, said: bool) -> None:
    text = sample.MANIFEST + f"rules: {{released_version_changed: {rule}}}\n"
    project.commit("Weaken", {"lensops.yaml": text})
    applied(project)
    project.write({"prompts/offer_copy/v1.yaml": sample.V1.replace("warm", "hot")})
    result = lensops("plan", cwd=project.root)
    assert result.code == 0
    assert ("changed in place" in result.out) is said


def test_a_released_version_that_is_no_longer_active_is_looked_at(project: Repo) -> None:
    project.commit("Use v2", sample.manifest("v2"))
    project.write({"prompts/offer_copy/v1.yaml": sample.V1.replace("warm", "hot")})
    assert "offer_copy v1" in lensops("plan", cwd=project.root).out


def test_a_new_layout_of_a_released_version_is_fine(project: Repo) -> None:
    project.write({"prompts/offer_copy/v1.yaml": "# comment\n" + sample.V1})
    result = lensops("plan", cwd=project.root)
    assert result.code == 0
    assert "changed in place" not in result.out


def test_without_a_repository_it_works_and_says_what_is_not_known(tmp_path: Path) -> None:
    Repo(tmp_path / "plain", init=False).write(sample.files())
    result = lensops("plan", cwd=tmp_path / "plain")
    assert result.code == 0, result.err
    assert "not in a git repository" in result.out
    assert "offer_copy" in result.out


def test_in_a_repository_without_a_commit(repo: Repo) -> None:
    repo.write(sample.files())
    result = lensops("plan", cwd=repo.root)
    assert result.code == 0, result.err


def test_an_invalid_manifest_is_not_planned(project: Repo) -> None:
    edited(project, "active: v1", "active: v9")
    result = lensops("plan", cwd=project.root)
    assert result.code == 2
    assert "lensops.yaml:6:13" in result.err


def test_a_gate_that_is_required_is_said(project: Repo) -> None:
    edited(project, "{directory: live/staging}", "{directory: live/staging, require_gate: true}")
    result = lensops("plan", cwd=project.root)
    assert result.code == 0
    assert "evidence of a passed gate" in result.out
    findings = lensops("plan", "--format", "json", cwd=project.root).json["targets"][0]["findings"]
    assert [finding["rule"] for finding in findings] == ["evidence_missing"]


def test_a_target_that_was_edited_by_hand(project: Repo) -> None:
    applied(project)
    current = project.root / "live/staging/current.json"
    current.write_text(current.read_text().replace("warm", "cold"))
    result = lensops("plan", "--exit-code", cwd=project.root)
    assert result.code == 10
    assert "changed behind the log" in result.out
    assert "cold" in result.out


def test_removing_many_prompts_is_announced(project: Repo) -> None:
    names = [f"p{number:02d}" for number in range(12)]
    files = {f"prompts/{name}/v1.yaml": sample.V1 for name in names}

    def manifest(some: list[str]) -> str:
        prompts = "".join(f"  {name}: {{active: v1}}\n" for name in some)
        return f"version: 1\nproject: loyalty-offers\nprompts:\n{prompts}"

    project.commit("Many", {**files, "lensops.yaml": manifest(names)})
    applied(project)
    project.commit("Few", {"lensops.yaml": manifest(names[:8])})
    result = lensops("plan", cwd=project.root)
    assert result.code == 0
    assert "4 of 12 prompts would be removed" in result.out


def test_text_that_would_bend_the_terminal_is_written_out(project: Repo) -> None:
    evil = 'user: "a \\x1b[31m red [bold]b[/bold] \\u202e"\n'
    project.write({"prompts/offer_copy/v3.yaml": evil, **sample.manifest("v3")})
    out = lensops("plan", cwd=project.root).out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "[bold]b[/bold]" in out


def test_output_is_written_as_well(project: Repo) -> None:
    result = lensops("plan", "--output", project.root / "plan.json", cwd=project.root)
    assert result.code == 0
    assert '"schema": "lensops/plan/v1"' in (project.root / "plan.json").read_text()
    assert "offer_copy" in result.out


def test_a_remote_that_cannot_be_reached_ends_with_5(
    project: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lensops.git.remotes.PAUSES", ())
    edited(project, "{directory: live/staging}", "{git: ../gone.git, branch: live}")
    result = lensops("plan", cwd=project.root)
    assert result.code == 5
    assert "cannot reach" in result.err
