"""`diff`: versions, revisions and targets; what differs and how it is shown."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lensops.plan.change import Action
from lensops.plan.difference import SectionChange
from lensops.report.diff import unified_text
from support import sample
from support.cli import lensops
from support.repo import Repo


def sections(repo: Repo, *args: str) -> dict[str, str]:
    body = lensops("diff", *args, "--format", "json", cwd=repo.root).json
    return {section["name"]: section["action"] for section in body["sections"]}


def test_between_versions(project: Repo) -> None:
    result = lensops("diff", "v1", "v2", cwd=project.root)
    assert result.code == 0
    assert (
        result.out
        == """\
offer_copy: v1 → v2
  system
--- a/system
+++ b/system
@@ -1 +1 @@
-You write warm offer copy.
+You write punchy offer copy.

  user
--- a/user
+++ b/user
@@ -1 +1 @@
-Write an offer for {{ segment }} with {{ points }} points.
+Write a short offer for {{ segment }} with {{ points }} points.
"""
    )


def test_as_json(project: Repo) -> None:
    body = lensops("diff", "v1", "v2", "--format", "json", cwd=project.root).json
    assert body["schema"] == "lensops/diff/v1"
    assert (body["prompt"], body["from"], body["to"]) == ("offer_copy", "v1", "v2")
    assert body["sections"][0] == {
        "name": "system",
        "action": "update",
        "whitespace_only": False,
        "before": "You write warm offer copy.",
        "after": "You write punchy offer copy.",
    }


def test_between_revisions(project: Repo) -> None:
    project.commit("Go", sample.manifest("v2"))
    assert set(sections(project, "HEAD~1", "HEAD")) == {"system", "user"}
    assert sections(project, "HEAD", "main") == {}
    assert set(sections(project, "HEAD~1")) == {"system", "user"}, "against the work tree"


def test_a_version_at_a_revision(project: Repo) -> None:
    project.commit("Edit in place", {"prompts/offer_copy/v2.yaml": sample.V2 + "max: x\n"})
    project.write({"prompts/offer_copy/v2.yaml": sample.V2.replace("punchy", "bold")})
    assert sections(project, "v2@HEAD~1", "v2") == {"system": "update"}


def test_a_version_wins_over_a_branch_of_that_name(project: Repo) -> None:
    project.git("branch", "v2")
    body = lensops("diff", "v1", "v2", "--format", "json", cwd=project.root).json
    assert body["to"] == "v2"


def test_the_target_against_the_manifest(project: Repo) -> None:
    out = lensops("diff", cwd=project.root).out
    assert out.startswith("offer_copy: nothing at staging → v1")
    lensops("apply", "--yes", cwd=project.root)
    assert "no difference" in lensops("diff", "--target", "production", cwd=project.root).out
    project.write(sample.manifest("v2"))
    assert lensops("diff", cwd=project.root).out.startswith("offer_copy: v1 at staging → v2")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (sample.V1 + "# a comment\n", "only layout differs"),
        (
            sample.V1.replace("system: You", 'system: "You').replace("copy.\n", 'copy."\n'),
            "only layout",
        ),
        (sample.V1.replace("warm offer", "warm  offer"), "only whitespace differs"),
        (sample.V1, "no difference"),
    ],
)
def test_what_is_no_change_of_words_is_said(project: Repo, text: str, says: str) -> None:
    project.write({"prompts/offer_copy/v3.yaml": text})
    assert says in lensops("diff", "v1", "v3", cwd=project.root).out


def test_unchanged_lines_are_folded(project: Repo) -> None:
    long = "\n".join(f"  Line {index}." for index in range(40))
    v3, v4 = f"user: |\n{long}\n", f"user: |\n{long.replace('Line 20', 'Row 20')}\n"
    project.write({"prompts/offer_copy/v3.yaml": v3, "prompts/offer_copy/v4.yaml": v4})
    out = lensops("diff", "v3", "v4", cwd=project.root).out
    assert ("-Line 20." in out, "+Row 20." in out, "Line 2.\n" in out) == (True, True, False)


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("v1", "v22"), "did you mean 'v2'?"),
        (("nope", "v2"), "neither a version of offer_copy nor a revision"),
        (("v1@nope", "v2"), "neither a version"),
        (("v9@HEAD", "v2"), "there is no file prompts/offer_copy/v9.yaml"),
        (("v1", "v2", "--prompt", "x"), "there is no prompt 'x'"),
        (("v1", "--target", "staging"), "--target cannot be combined"),
        (("--target", "stagin"), "did you mean 'staging'?"),
    ],
)
def test_what_cannot_be_compared(project: Repo, args: tuple[str, ...], says: str) -> None:
    result = lensops("diff", *args, cwd=project.root)
    assert (result.code, says in result.err) == (2, True), result.err


def test_several_prompts(project: Repo) -> None:
    more = "  subject_line:\n    active: v1\n\ntargets"
    manifest = sample.MANIFEST.replace("\ntargets", more)
    project.commit("More", {"lensops.yaml": manifest, "prompts/subject_line/v1.yaml": "user: Hi\n"})
    changed = manifest.replace("active: v1 #", "active: v2 #")
    project.commit("Go", {"lensops.yaml": changed})
    out = lensops("diff", "HEAD~1", "HEAD", cwd=project.root).out
    assert out.startswith("offer_copy: ")
    assert out.endswith("1 prompt without a difference\n")
    body = lensops("diff", "HEAD~1", "HEAD", "--format", "json", cwd=project.root).json
    assert [each["prompt"] for each in body["diffs"]] == ["offer_copy", "subject_line"]
    assert lensops("diff", "v1", "v2", cwd=project.root).code == 2


texts = st.text("ab \n\t.", max_size=30)


@settings(max_examples=25)
@given(before=texts, after=texts)
def test_the_plain_form_is_a_diff_that_git_applies(
    tmp_path_factory: pytest.TempPathFactory, before: str, after: str
) -> None:
    if before == after:
        return
    folder: Path = tmp_path_factory.mktemp("apply")
    change = SectionChange("system prompt", Action.UPDATE, before, after)
    ends = bool(before) and bool(after) and before.endswith("\n") != after.endswith("\n")
    old, new = (before, after) if ends else (_closed(before), _closed(after))
    (folder / "system_prompt").write_bytes(old.encode())
    patch = unified_text(change).encode()
    subprocess.run(
        ["git", "apply", "--unidiff-zero", "--whitespace=nowarn", "-"],
        cwd=folder,
        input=patch,
        check=True,
    )
    assert (folder / "system_prompt").read_bytes() == new.encode()


def _closed(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"
