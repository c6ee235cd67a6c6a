"""`path:` above the manifest's folder, in a monorepo: every command follows it, and not further."""

from __future__ import annotations

import pytest

from lensops.errors import Exit
from support import sample
from support.cli import lensops
from support.repo import Repo

MANIFEST = """\
version: 1
project: shop
prompts:
  copy: {path: "../shared/prompts/copy_{version}.yaml", active: ACTIVE}
targets:
  staging: {directory: live/staging}
"""


def manifest(active: str, path: str = "../shared/prompts/copy_{version}.yaml") -> str:
    text = MANIFEST.replace("ACTIVE", active)
    return text.replace("../shared/prompts/copy_{version}.yaml", path)


@pytest.fixture
def monorepo(repo: Repo) -> Repo:
    repo.commit(
        "Begin",
        {
            "svc/lensops.yaml": manifest("v1"),
            "shared/prompts/copy_v1.yaml": sample.V1,
            "shared/prompts/copy_v2.yaml": sample.V2,
            ".gitignore": "live/\n",
        },
    )
    return repo


def test_every_command_follows(monorepo: Repo) -> None:
    here = monorepo.root / "svc"
    assert "sound: 1 prompt, 2 versions" in lensops("validate", cwd=here).out
    assert lensops("apply", "--yes", cwd=here).code == 0
    assert lensops("activate", "copy", "v2", "--commit", cwd=here).code == 0
    assert "~ copy v1 → v2" in lensops("plan", "--base", "HEAD~1", cwd=here).out
    assert "punchy" in lensops("diff", "HEAD~1", "HEAD", cwd=here).out
    assert lensops("rollback", cwd=here).code == 0
    events = lensops("history", "--format", "json", cwd=here).json["events"]
    assert [event["kind"] for event in events] == ["rollback", "activate", "activate"]
    (prompt,) = lensops("list", "--format", "json", cwd=here).json["prompts"]
    assert {v["version"]: v["status"] for v in prompt["versions"]} == {
        "v1": "active",
        "v2": "rolled back",
    }
    assert lensops("gate", "--base", "HEAD~1", cwd=here).code in {0, Exit.INCONCLUSIVE}


def test_a_released_version_there_is_frozen(monorepo: Repo) -> None:
    here = monorepo.root / "svc"
    monorepo.commit("In place", {"shared/prompts/copy_v1.yaml": sample.V2})
    done = lensops("validate", cwd=here)
    assert "../shared/prompts/copy_v1.yaml: released version changed in place" in done.out
    assert "changed in place" in lensops("plan", cwd=here).out


def test_an_edit_there_that_is_not_committed_is_not_applied(monorepo: Repo) -> None:
    monorepo.write({"shared/prompts/copy_v1.yaml": f"{sample.V1}\n# more\n"})
    done = lensops("apply", "--yes", cwd=monorepo.root / "svc")
    assert done.code == Exit.CHECK_FAILED, done.out + done.err
    assert "../shared/prompts/copy_v1.yaml" in done.out + done.err


def test_the_project_may_move(monorepo: Repo) -> None:
    monorepo.git("mv", "svc", "service")
    monorepo.commit("Move")
    here = monorepo.root / "service"
    monorepo.commit("v2", {"service/lensops.yaml": manifest("v2")})
    events = lensops("history", "--format", "json", cwd=here).json["events"]
    assert [event["version"] for event in events] == ["v2", "v1"]


@pytest.mark.parametrize(
    "path",
    [
        "../../out/copy_{version}.yaml",
        "../.git/copy_{version}.yaml",
        "../.GIT/copy_{version}.yaml",
        "../link/copy_{version}.yaml",
        "../inner/copy_{version}.yaml",
    ],
)
def test_nothing_outside_is_read(path: str, monorepo: Repo) -> None:
    out = monorepo.root.parent / "out"
    out.mkdir()
    for folder in (out, monorepo.root / ".git", monorepo.root / ".GIT"):
        folder.mkdir(exist_ok=True)
        (folder / "copy_v1.yaml").write_text(sample.V1)
    (monorepo.root / "link").symlink_to(out)
    (monorepo.root / "inner").symlink_to(".git")
    monorepo.write({"svc/lensops.yaml": manifest("v1", path)})
    done = lensops("validate", cwd=monorepo.root / "svc")
    assert done.code == Exit.USAGE
    said = ("is not a path inside the repository", "leaves the repository", "git's own folder")
    assert any(words in done.out for words in said), done.out
    assert "lensops.yaml:4:" in done.out


@pytest.mark.parametrize(
    "path", ["a/../../x_{version}.md", "/x_{version}.md", "..\\x_{version}.md"]
)
def test_words_that_lead_out(path: str, monorepo: Repo) -> None:
    monorepo.write({"svc/lensops.yaml": manifest("v1", path.replace("\\", "\\\\"))})
    done = lensops("validate", cwd=monorepo.root / "svc")
    assert (done.code, "prompts.copy.path" in done.out) == (Exit.USAGE, True), done.out


def test_an_old_manifest_whose_path_led_out_is_stepped_over(repo: Repo) -> None:
    repo.commit("Wrong", {"lensops.yaml": manifest("v1")})
    repo.commit(
        "Right",
        {"lensops.yaml": manifest("v1", "shared/{version}.yaml"), "shared/v1.yaml": sample.V1},
    )
    events = lensops("history", "--format", "json", cwd=repo.root).json["events"]
    assert [event["version"] for event in events][:1] == ["v1"]
