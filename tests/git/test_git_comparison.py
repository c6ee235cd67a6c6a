"""`Committed` is asked of the bytes that were read, whatever the index says."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from lensops.git import open_repository
from lensops.git.comparison import (
    blob_id,
    compare_with_commit,
    ignored_paths,
    is_as_committed,
    location_in,
)
from support import sample
from support.cli import lensops
from support.repo import Repo


def changed(repo: Repo, *paths: str) -> tuple[list[str], list[str]]:
    """What differs from HEAD, and what it does not hold."""
    data = {path: (repo.root / path).read_bytes() for path in paths}
    with open_repository(repo.root) as repository:
        compared = compare_with_commit(
            repository,
            repository.tree("HEAD"),
            {path: hashlib.sha256(content).hexdigest() for path, content in data.items()},
            lambda path: data[path],
            lambda path: location_in(repository, repo.root / path),
        )
    return list(compared.changed), list(compared.absent)


def test_every_kind_of_difference(project: Repo) -> None:
    names = ["lensops.yaml", "prompts/offer_copy/v1.yaml", "prompts/offer_copy/v2.yaml"]
    assert changed(project, *names) == ([], [])
    project.write({"lensops.yaml": "x", "new.txt": "y"})
    project.git("add", "new.txt", "lensops.yaml")
    assert changed(project, *names, "new.txt") == (["lensops.yaml"], ["new.txt"])


@pytest.mark.parametrize("flag", ["--skip-worktree", "--assume-unchanged"])
def test_flags_of_the_index_hide_nothing(project: Repo, flag: str) -> None:
    project.git("update-index", flag, "lensops.yaml")
    project.write(sample.manifest("v2"))
    assert project.git("status", "--porcelain") == ""
    assert changed(project, "lensops.yaml")[0] == ["lensops.yaml"]
    done = lensops("apply", "--yes", cwd=project.root)
    assert (done.code, "not as committed: lensops.yaml" in done.err) == (1, True)
    assert lensops("rollback", cwd=project.root).code == 1


@pytest.mark.parametrize(
    ("setting", "attributes"),
    [("true", ""), ("input", ""), ("false", "*.yaml text eol=crlf\n")],
)
def test_line_ends_are_converted_as_git_does(project: Repo, setting: str, attributes: str) -> None:
    project.git("config", "core.autocrlf", setting)
    project.commit("Attributes", {".gitattributes": attributes})
    path = project.root / "lensops.yaml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert changed(project, "lensops.yaml") == ([], [])
    path.write_bytes(path.read_bytes() + b"# more\r\n")
    assert changed(project, "lensops.yaml")[0] == ["lensops.yaml"]


@pytest.mark.parametrize("attribute", ["working-tree-encoding=UTF-7", "ident", "filter=x"])
def test_no_other_conversion_makes_files_equal(project: Repo, attribute: str) -> None:
    """The work tree says one thing, the commit another, and git would call that clean."""
    texts = {"working-tree-encoding=UTF-7": (b"a", b"+AGE-"), "ident": (b"$Id$", b"$Id: v2 $")}
    committed, edited = texts.get(attribute, (b"a", b"b"))
    project.git("config", "filter.x.clean", "echo -n a")
    attributes = f"*.txt {attribute}\n"
    project.commit("Begin", {"x.txt": edited, ".gitattributes": attributes})
    assert project.git("cat-file", "blob", "HEAD:x.txt").encode() == committed
    assert changed(project, "x.txt")[0] == ["x.txt"]


def test_ids_of_blobs(project: Repo) -> None:
    data = (project.root / "lensops.yaml").read_bytes()
    entry = project.git("rev-parse", "HEAD:lensops.yaml")
    assert blob_id(data, entry) == entry
    assert len(blob_id(data, "0" * 64)) == 64


def test_without_conversion_line_ends_are_content(project: Repo) -> None:
    path = project.root / "lensops.yaml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert changed(project, "lensops.yaml")[0] == ["lensops.yaml"]


def test_a_large_file_is_compared_by_its_pointer_and_no_filter_runs(
    project: Repo, tmp_path: Path
) -> None:
    content = b"id,score\n1,0.5\n"
    oid = hashlib.sha256(content).hexdigest()
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {len(content)}\n"
    project.commit("Data", {"data.csv": pointer, ".gitattributes": "*.csv filter=lfs -text\n"})
    mark = tmp_path / "ran"
    for command in ("clean", "smudge", "process"):
        project.git("config", f"filter.lfs.{command}", f"touch {mark}; cat")
    project.git("config", "filter.lfs.required", "true")
    (project.root / "data.csv").write_bytes(content)
    assert changed(project, "data.csv") == ([], [])
    (project.root / "data.csv").write_bytes(content + b"2,0.6\n")
    assert changed(project, "data.csv")[0] == ["data.csv"]
    assert not mark.exists()


def test_what_git_ignores(project: Repo) -> None:
    project.write({"live/a": "", "b": ""})
    with open_repository(project.root) as repository:
        assert ignored_paths(repository, ["live/a", "b", "lensops.yaml"]) == {"live/a"}
        assert ignored_paths(repository, ["b"]) == frozenset()
        assert ignored_paths(repository, []) == frozenset()


def test_the_index_counts_for_what_a_commit_would_take(project: Repo) -> None:
    data = (project.root / "lensops.yaml").read_bytes()
    with open_repository(project.root) as repository:
        assert is_as_committed(repository, "lensops.yaml", data)
        assert not is_as_committed(repository, "lensops.yaml", data + b"#")
        project.write({"lensops.yaml": data + b"# staged\n"})
        project.git("add", "lensops.yaml")
        assert not is_as_committed(repository, "lensops.yaml", data)


def test_cases_that_were_deleted_without_a_commit_let_nothing_go(repo: Repo) -> None:
    """The evidence is of the shorter list, and no commit holds that."""
    lensops("init", cwd=repo.root)
    repo.commit("Begin")
    cases = repo.root / "evals/offer_copy/cases.jsonl"
    kept = cases.read_text().splitlines(keepends=True)[:-1]
    cases.write_text("".join(kept))
    evidence = repo.root.parent / "evidence.json"
    assert lensops("gate", "--evidence", evidence, cwd=repo.root).code in (0, 3)
    command = ("apply", "--yes", "--target", "staging", "--evidence", evidence)
    done = lensops(*command, cwd=repo.root)
    assert done.code == 1
    assert "evals/offer_copy/cases.jsonl" in done.err


def test_drafts_beside_the_active_version_are_nobodys_business(project: Repo) -> None:
    project.write({"prompts/offer_copy/v2.yaml": sample.V2 + "# draft\n"})
    project.write({"prompts/offer_copy/v3.yaml": sample.V2})
    assert lensops("apply", "--yes", cwd=project.root).code == 0


@pytest.fixture
def with_submodule(tmp_path: Path) -> Repo:
    """A project whose prompt lies in a submodule, committed."""
    inner = Repo(tmp_path / "inner")
    inner.commit("Begin", {"v1.yaml": "user: Hi {{ x }}\n"})
    outer = Repo(tmp_path / "outer")
    added = ("submodule", "add", "-q", str(inner.root), "ext")
    outer.git("-c", "protocol.file.allow=always", *added)
    manifest = 'version: 1\nproject: p\nprompts:\n  q: {active: v1, path: "ext/{version}.yaml"}\n'
    outer.commit("Begin", {"lensops.yaml": manifest, ".gitignore": ".lensops/\n"})
    return outer


class TestSubmodules:
    """Files of a submodule are committed as far as the commit holds them that the outer names."""

    def test_as_committed(self, with_submodule: Repo) -> None:
        assert changed(with_submodule, "ext/v1.yaml") == ([], [])
        assert lensops("apply", "--yes", cwd=with_submodule.root).code == 0

    def test_edited(self, with_submodule: Repo) -> None:
        with_submodule.write({"ext/v1.yaml": "user: Bye {{ x }}\n"})
        assert changed(with_submodule, "ext/v1.yaml") == (["ext/v1.yaml"], [])
        done = lensops("apply", "--yes", cwd=with_submodule.root)
        assert (done.code, "not as committed: ext/v1.yaml" in done.err) == (1, True)

    def test_new_ones(self, with_submodule: Repo) -> None:
        with_submodule.write({"ext/v2.yaml": "user: Bye {{ x }}\n"})
        assert changed(with_submodule, "ext/v2.yaml") == (["ext/v2.yaml"], [])

    def test_committed_inside_but_not_outside(self, with_submodule: Repo) -> None:
        inner = Repo(with_submodule.root / "ext", init=False)
        inner.commit("Edit", {"v1.yaml": "user: Bye {{ x }}\n"})
        assert changed(with_submodule, "ext/v1.yaml") == (["ext/v1.yaml"], [])
        with_submodule.commit("Take it")
        assert changed(with_submodule, "ext/v1.yaml") == ([], [])

    def test_not_checked_out(self, with_submodule: Repo) -> None:
        with_submodule.git("submodule", "deinit", "-q", "-f", "ext")
        with_submodule.write({"ext/v1.yaml": "user: Hi {{ x }}\n"})
        assert changed(with_submodule, "ext/v1.yaml") == (["ext/v1.yaml"], [])


def test_what_git_replaces_in_this_clone_is_not_what_a_commit_holds(project: Repo) -> None:
    path = "prompts/offer_copy/v1.yaml"
    project.write({path: "user: Bye {{ name }}\n"})
    project.git(
        "replace", project.git("rev-parse", f"HEAD:{path}"), project.git("hash-object", "-w", path)
    )
    assert changed(project, path) == ([path], [])
