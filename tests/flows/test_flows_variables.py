"""Variables are the interface with the application: none may get lost without a word."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lensops.client import Prompts, VariablesWrong
from support.cli import lensops
from support.repo import Repo

CASES = [{"id": str(n), "inputs": {"tier": "gold", "points": n}, "reference": "x"} for n in (1, 2)]
EVAL = "evals:\n  copy: {cases: cases.jsonl, threshold: 0, weights: {bleu: 1}}\n"
V1 = "user: Tier {{ tier }}, {{ points }} points.\n"
BROKEN = "user: Tier {tier}, ${points} points.\n"


def manifest(active: str, rest: str = "", variables: str = "") -> str:
    entry = f"{{active: {active}{variables}}}"
    return f"version: 1\nproject: shop\nprompts:\n  copy: {entry}\n{rest}"


@pytest.fixture
def shop(repo: Repo) -> Repo:
    """A project with v1 active, and v2 in the braces of another language."""
    cases = "".join(json.dumps(case) + "\n" for case in CASES)
    repo.commit(
        "Begin",
        {
            "lensops.yaml": manifest("v1"),
            "prompts/copy/v1.yaml": V1,
            "prompts/copy/v2.yaml": BROKEN,
            "cases.jsonl": cases,
        },
    )
    return repo


def validate(repo: Repo, text: str) -> tuple[int, str]:
    repo.write({"lensops.yaml": text})
    result = lensops("validate", cwd=repo.root)
    return result.code, result.out


def test_a_declared_variable_that_is_lacking_is_an_error(shop: Repo) -> None:
    code, out = validate(shop, manifest("v2", variables=", variables: [points, tier]"))
    assert code == 2
    assert "lensops.yaml:4:22: copy v2 lacks 'points', which the manifest declares" in out
    assert "write {{ points }} for ${points}" in out
    assert "lacks 'tier'" in out


def test_what_every_case_fills_is_passed_by_the_application(shop: Repo) -> None:
    code, out = validate(shop, manifest("v2", EVAL))
    assert code == 2
    assert "lensops.yaml:4:18: copy v2 lacks 'tier', which every case of copy fills" in out


def test_the_rule_can_be_a_warning(shop: Repo) -> None:
    code, out = validate(shop, manifest("v2", f"{EVAL}rules: {{variables: warning}}\n"))
    assert code == 0
    assert "lacks 'tier'" in out
    assert "prompts/copy/v2.yaml: {tier} is text, though 'tier' is a variable" in out


def test_a_sound_version_says_nothing(shop: Repo) -> None:
    code, out = validate(shop, manifest("v1", EVAL, ", variables: [points, tier]"))
    assert (code, "lacks" in out, "is text" in out) == (0, False, False)


def test_going_back_to_a_version_that_uses_less_is_a_warning(shop: Repo) -> None:
    shop.write({"prompts/copy/v3.yaml": V1 + "system: Until {{ ends }}.\n"})
    declared = ", variables: [points, tier, ends]"
    shop.commit("v3", {"lensops.yaml": manifest("v3", variables=declared)})
    code, out = validate(shop, manifest("v1", variables=declared))
    assert (code, "copy v1 lacks 'ends'" in out) == (0, True)


def test_the_gate_compares_with_the_base(shop: Repo) -> None:
    shop.git("switch", "-q", "-c", "branch")
    shop.commit("v2", {"lensops.yaml": manifest("v2")})
    result = lensops("gate", "--base", "main", "--format", "json", cwd=shop.root)
    findings = [f for f in result.json["findings"] if f["rule"] == "variables"]
    assert [(f["subject"], f["outcome"]) for f in findings] == [("copy", "fail")] * 2
    assert "'points', which v1 at the base used" in findings[0]["message"]
    assert result.code == 1


def test_a_branch_cannot_soften_the_rule_for_itself(shop: Repo) -> None:
    shop.git("switch", "-q", "-c", "branch")
    shop.commit("v2", {"lensops.yaml": manifest("v2", "rules: {variables: warning}\n")})
    result = lensops("gate", "--base", "main", "--format", "json", cwd=shop.root)
    assert {f["outcome"] for f in result.json["findings"] if f["rule"] == "variables"} == {"fail"}


def test_a_plan_has_a_line_for_the_interface(shop: Repo) -> None:
    target = "targets: {live: {directory: live}}\n"
    shop.write({".gitignore": "live/\n"})
    shop.commit("target", {"lensops.yaml": manifest("v1", target)})
    assert lensops("apply", "--yes", cwd=shop.root).code == 0
    typed = ", variables: {points: {type: integer, example: 120}, ends: {}, tier: {}}"
    shop.write({"prompts/copy/v3.yaml": V1.replace("tier", "ends")})
    shop.write({"lensops.yaml": manifest("v3", target, typed)})
    out = lensops("plan", cwd=shop.root).out
    assert "~ copy variables: + ends, points: any type → integer such as 120" in out
    changes = lensops("plan", "--format", "json", cwd=shop.root).json["targets"][0]["changes"]
    assert changes[1]["kind"] == "variables"
    assert changes[1]["to"]["points"] == {"type": "integer", "example": 120}


def test_a_diff_has_a_section_for_the_names(shop: Repo) -> None:
    out = lensops("diff", "v1", "v2", "--format", "json", cwd=shop.root).json
    section = out["sections"][-1] if "sections" in out else out["diffs"][0]["sections"][-1]
    assert (section["name"], section["before"], section["after"]) == (
        "variables",
        "points\ntier",
        "",
    )


def test_the_client_takes_every_declared_variable_and_checks_types(shop: Repo) -> None:
    target = "targets: {live: {directory: live}}\nrules: {variables: warning}\n"
    typed = ", variables: {points: {type: integer}, tier: {}, more: {}}"
    shop.write({".gitignore": "live/\n"})
    shop.commit("typed", {"lensops.yaml": manifest("v1", target, typed)})
    assert lensops("apply", "--yes", cwd=shop.root).code == 0
    prompt = Prompts.from_directory(shop.root / "live")["copy"]
    assert prompt.variables == ("more", "points", "tier")
    assert prompt.render(points=3, tier="gold", more=None)[0]["content"] == "Tier gold, 3 points."
    with pytest.raises(VariablesWrong, match="'points' must be of type integer, not str"):
        prompt.render(points="3", tier="gold", more=None)
    with pytest.raises(VariablesWrong, match="'points' must be of type integer, not bool"):
        prompt.request(points=True, tier="gold", more=None)


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ("{points: {type: int}}", "must be 'string', 'integer', 'number'"),
        ("{points: {typ: integer}}", "did you mean 'type'?"),
        ("[1]", "must be text, not 1"),
        ("['a b']", "must be a letter or '_'"),
        ("{points: {type: integer, example: many}}", "example: is not of type integer"),
    ],
)
def test_a_bad_declaration_is_a_problem(shop: Repo, variables: str, message: str) -> None:
    code, out = validate(shop, manifest("v1", variables=f", variables: {variables}"))
    assert code == 2
    assert message in out


def test_a_case_of_another_type_is_a_problem(shop: Repo, tmp_path: Path) -> None:
    typed = ", variables: {points: {type: string}, tier: {type: string}}"
    code, out = validate(shop, manifest("v1", EVAL, typed))
    assert code == 2
    assert "cases.jsonl:1:" in out
    assert "'points' must be of type string" in out
