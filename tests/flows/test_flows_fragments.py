"""Fragments: shared text that prompts name, expanded in releases, versioned as prompts are."""

from __future__ import annotations

import json

import pytest

from lensops.client import Prompts
from support.cli import lensops
from support.repo import Repo

MANIFEST = """\
version: 1
project: shop
prompts:
  a: {active: v1}
  b: {active: v1}
  c: {active: v1}
fragments:
  tone: {active: v1} # shared
targets: {live: {directory: live}}
"""
FILES = {
    "lensops.yaml": MANIFEST,
    "prompts/a/v1.yaml": "system: '{{> tone }}'\nuser: Hi {{ name }}\n",
    "prompts/b/v1.md": "Be {{>tone}}. Now.\n",
    "prompts/c/v1.md": "Nothing shared.\n",
    "prompts/_fragments/tone/v1.md": "warm\n",
    "prompts/_fragments/tone/v2.md": "brief\n",
    ".gitignore": "live/\n",
}


@pytest.fixture
def shop(repo: Repo) -> Repo:
    repo.commit("Begin", FILES)
    return repo


def run(repo: Repo, *args: str, code: int = 0) -> str:
    result = lensops(*args, cwd=repo.root)
    assert result.code == code, result.out + result.err
    return result.out + result.err


def edit(repo: Repo, old: str, new: str) -> None:
    repo.write({"lensops.yaml": MANIFEST.replace(old, new)})


def test_an_application_sees_text(shop: Repo) -> None:
    run(shop, "apply", "--yes")
    prompts = Prompts.from_directory(shop.root / "live")
    assert prompts["a"].render(name="Ada")[0] == {"role": "system", "content": "warm"}
    assert prompts["b"].render() == [{"role": "user", "content": "Be warm. Now."}]


def test_a_plan_says_why_prompts_change(shop: Repo) -> None:
    run(shop, "apply", "--yes")
    assert "_fragments/tone v1 → v2" in run(shop, "activate", "v2", "--prompt", "tone")
    assert "tone: {active: v2} # shared" in (shop.root / "lensops.yaml").read_text()
    out = run(shop, "plan")
    assert "2 prompts change because tone v1 → v2" in out
    assert "~ a v1 → v1 (the content of this version differs)" in out
    assert "~ b v1 → v1" in out
    assert "~ c" not in out
    assert "-Be warm. Now.\n+Be brief. Now." in out


def test_a_branch_changes_all_three_against_its_base(shop: Repo) -> None:
    shop.git("switch", "-q", "-c", "branch")
    run(shop, "activate", "v2", "--prompt", "tone", "--commit")
    assert "2 prompts change because tone v1 → v2" in run(shop, "plan", "--base", "main")


def test_history_list_and_rollback_take_fragments(shop: Repo) -> None:
    run(shop, "activate", "v2", "--prompt", "tone", "--commit")
    events = lensops("history", "--format", "json", cwd=shop.root).json["events"]
    newest = events[0]
    assert (newest["prompt"], newest["version"]) == ("_fragments/tone", "v2")
    listed = lensops("list", "--prompt", "tone", "--format", "json", cwd=shop.root).json
    assert [v["status"] for v in listed["prompts"][0]["versions"]] == ["archived", "active"]
    run(shop, "rollback", "--prompt", "tone")
    assert "tone: {active: v1} # shared" in (shop.root / "lensops.yaml").read_text()


def test_diff_is_of_the_expanded_text(shop: Repo) -> None:
    assert "brief" in run(shop, "diff", "v1", "v2", "--prompt", "tone")
    run(shop, "activate", "v2", "--prompt", "tone", "--commit")
    out = run(shop, "diff", "HEAD~1", "HEAD", "--prompt", "b")
    assert "-Be warm. Now.\n+Be brief. Now." in out


def test_a_released_fragment_that_is_changed_in_place_is_found(shop: Repo) -> None:
    shop.write({"prompts/_fragments/tone/v1.md": "other\n"})
    assert "released version changed in place: _fragments/tone v1" in run(shop, "validate", code=2)


def test_a_fragment_is_part_of_what_must_be_committed(shop: Repo) -> None:
    rules = MANIFEST + "rules: {released_version_changed: off}\n"
    shop.commit("off", {"lensops.yaml": rules.replace("off", "'off'")})
    shop.write({"prompts/_fragments/tone/v1.md": "edited\n"})
    assert "prompts/_fragments/tone/v1.md" in run(shop, "apply", "--yes", code=1)


def test_one_fragment_in_another(shop: Repo) -> None:
    more = "  tone: {active: v3}\n  brand: {active: v1}\n"
    edit(shop, "  tone: {active: v1} # shared\n", more)
    shop.write({"prompts/_fragments/tone/v3.md": "warm as {{> brand}}\n"})
    shop.write({"prompts/_fragments/brand/v1.txt": "Tea & Co\n"})
    shop.commit("nested")
    run(shop, "apply", "--yes")
    body = json.loads((shop.root / "live/current.json").read_text())
    assert body["fragments"] == {"brand": "v1", "tone": "v3"}
    assert Prompts.from_directory(shop.root / "live")["b"].render()[0]["content"] == (
        "Be warm as Tea & Co. Now."
    )


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        (
            {"prompts/c/v1.md": "A\n{{> ton }}\n"},
            "prompts/c/v1.md:2:1: there is no fragment 'ton' (did you mean 'tone'?)",
        ),
        (
            {"prompts/_fragments/tone/v1.md": "x {{> tone}}"},
            "prompts/_fragments/tone/v1.md:1:3: fragments go in a circle: tone → tone",
        ),
        (
            {"prompts/_fragments/tone/v1.md": "x {{> no}}"},
            "prompts/_fragments/tone/v1.md:1:3: there is no fragment 'no'",
        ),
        (
            {"prompts/_fragments/tone/v1.md": "x\n {{ who }}"},
            "prompts/_fragments/tone/v1.md:2:2: {{> tone }} brings 'who' into a",
        ),
        (
            {"lensops.yaml": MANIFEST.replace("v1} # shared", "v9}")},
            "lensops.yaml:8:18: there is no file prompts/_fragments/tone/v9",
        ),
        (
            {"lensops.yaml": MANIFEST.replace("{active: v1} # shared", "{activ: v1}")},
            "did you mean 'active'?",
        ),
        (
            {
                "lensops.yaml": MANIFEST.replace("v1} # shared", "v4}"),
                "prompts/_fragments/tone/v4.yaml": "user: x\n",
            },
            "prompts/_fragments/tone/v4.yaml: a fragment is text",
        ),
    ],
)
def test_what_is_wrong_with_fragments(shop: Repo, files: dict[str, str], problem: str) -> None:
    shop.write(files)
    assert problem in run(shop, "validate", code=2)


def test_a_variable_of_a_fragment_may_be_declared(shop: Repo) -> None:
    shop.write({"prompts/_fragments/tone/v5.md": "to {{ who }}\n"})
    text = MANIFEST.replace("v1} # shared", "v5}").replace("  c: {active: v1}\n", "")
    text = text.replace("a: {active: v1}", "a: {active: v1, variables: [name, who]}")
    shop.write(
        {"lensops.yaml": text.replace("b: {active: v1}", "b: {active: v1, variables: [who]}")}
    )
    assert "is sound" in run(shop, "validate")
