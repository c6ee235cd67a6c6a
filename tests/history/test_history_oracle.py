"""History equals what plain git says, on generated repositories and under every setting."""

from __future__ import annotations

import random
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from lensops.errors import UserError
from lensops.files import Tree
from lensops.git import open_repository
from lensops.history import read_history
from lensops.manifest import Node, read_yaml
from lensops.prompts import load_prompt, locate_declared
from support import sample
from support.repo import Repo

Row = tuple[str, str | None, str]  # commit, version that is active after it, subject

SETTINGS = [
    *(("log.diffMerges", value) for value in ["off", "none", "on", "m", "first-parent", "1"]),
    *(("log.diffMerges", value) for value in ["separate", "c", "combined", "cc", "dense-combined"]),
    *(("log.diffMerges", value) for value in ["remerge", "r"]),
    ("log.showSignature", "true"),
    ("log.follow", "true"),
    ("log.date", "relative"),
    ("log.decorate", "full"),
    ("log.showRoot", "false"),
    ("log.excludeDecoration", "refs/*"),
    ("log.mailmap", "false"),
    ("log.abbrevCommit", "true"),
    ("log.graphColors", "red"),
    ("core.abbrev", "4"),
    ("core.quotePath", "true"),
    ("core.pager", "false"),
    ("core.fsmonitor", "touch fsmonitor-ran"),
    ("core.commitGraph", "false"),
    ("color.ui", "always"),
    ("color.diff", "always"),
    ("diff.renames", "copies"),
    ("diff.renameLimit", "1"),
    ("diff.external", "touch external-ran"),
    ("diff.noprefix", "true"),
    ("diff.relative", "true"),
    ("diff.orderFile", "/nonexistent-not-read"),
    ("diff.ignoreSubmodules", "all"),
    ("diff.statGraphWidth", "1"),
    ("format.pretty", "oneline"),
    ("i18n.logOutputEncoding", "ISO-8859-1"),
    ("notes.displayRef", "*"),
    ("pager.log", "true"),
    ("status.relativePaths", "false"),
    ("submodule.recurse", "true"),
    ("alias.rev-list", "version"),
]


class Generator:
    """Commits of every shape on one repository, by a seed."""

    def __init__(self, repo: Repo, seed: int) -> None:
        self.repo, self.random = repo, random.Random(seed)
        self.count = 2
        repo.commit("Begin", sample.files())

    @property
    def folder(self) -> str:
        """Where the project lies now: a revert may have moved it back."""
        manifest = next(self.repo.root.rglob("lensops.yaml"))
        return manifest.relative_to(self.repo.root).as_posix().removesuffix("lensops.yaml")

    def run(self, steps: int) -> None:
        for _ in range(steps):
            self.repo.clock += self.random.choice([60, 60, 86_400, -1_000_000])
            step = self.random.choice([self.add, self.switch, self.edit, self.other, self.merge])
            self.random.choice([step, step, step, self.squash, self.revert, self.move])()

    def add(self) -> None:
        self.count += 1
        text = f"user: text {self.count} for {{{{ segment }}}}\n"
        files = {f"{self.folder}prompts/offer_copy/v{self.count}.yaml": text}
        self.commit(f"Add and activate v{self.count} (#{self.count})", files, f"v{self.count}")

    def switch(self) -> None:
        self.commit("Switch — früher", {}, f"v{self.random.randint(1, self.count + 1)}")

    def edit(self) -> None:
        number = self.random.randint(1, self.count)
        text = f"user: edited {self.random.random()}\n"
        self.commit("Edit", {f"{self.folder}prompts/offer_copy/v{number}.yaml": text})

    def other(self) -> None:
        self.commit("Another file", {f"docs/{self.random.random()}.md": "x\n"})

    def merge(self, *, squash: bool = False) -> None:
        branches = [f"topic{self.random.random()}" for _ in range(self.random.choice([1, 1, 2]))]
        for number, branch in enumerate(branches):
            self.repo.git("switch", "-q", "-c", branch, "main")
            self.add() if number == 0 else self.other()
            self.repo.git("switch", "-q", "main")
        self.other()
        self.repo.tick()
        flags = ["--squash"] if squash else ["--no-ff", "-m", "Merge topics"]
        self.repo.git("merge", "-q", *flags, *(branches[:1] if squash else branches))
        if squash:
            self.repo.commit("Squashed (#7)")

    def squash(self) -> None:
        self.merge(squash=True)

    def revert(self) -> None:
        self.repo.tick()
        parents = self.repo.git("rev-list", "--parents", "-n", "1", "HEAD").split()[1:]
        main_line = ["-m", "1"] if len(parents) > 1 else []
        if parents:
            self.repo.git("revert", "--no-edit", *main_line, "HEAD", check=False)
        self.repo.git("revert", "--abort", check=False)

    def move(self) -> None:
        folder = f"place{self.random.randint(0, 99)}/"
        if folder == self.folder:
            return
        (self.repo.root / folder).mkdir(exist_ok=True)
        self.repo.git("mv", f"{self.folder}lensops.yaml", f"{self.folder}prompts", folder)
        self.repo.commit("Move the project")

    def commit(self, message: str, files: dict[str, str], active: str | None = None) -> None:
        if active is not None:
            files = {**files, f"{self.folder}lensops.yaml": sample.files(active)["lensops.yaml"]}
        encoding = self.random.choice(["UTF-8", "ISO-8859-1"])
        self.repo.git("config", "i18n.commitEncoding", encoding)
        self.repo.commit(message, files, author="Zoé <z@example.org>")


def plain_git(root: Path, ref: str = "HEAD") -> Iterator[Row]:
    """The oracle: each commit of the line, what its manifest names and what that file holds."""

    def git(*arguments: str) -> str:
        command = ["git", "-c", "i18n.logOutputEncoding=UTF-8", *arguments]
        done = subprocess.run(command, cwd=root, capture_output=True, check=False)
        return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""

    before: tuple[str | None, str] = (None, "")
    for commit in reversed(git("rev-list", "--first-parent", ref).split()):
        names = git("ls-tree", "-r", "--name-only", commit).splitlines()
        manifest = next((name for name in names if name.endswith("lensops.yaml")), None)
        match = re.search(r"active: (\S+)", git("cat-file", "-p", f"{commit}:{manifest}"))
        version = match[1] if match else None
        folder = (manifest or "").removesuffix("lensops.yaml")
        path = f"{folder}prompts/offer_copy/{version}.yaml"
        now = (version, git("cat-file", "-p", f"{commit}:{path}"))
        if now != before:
            yield commit, version, git("show", "-s", "--format=%s", commit).strip()
        before = now


def read(root: Path) -> list[Row]:
    with open_repository(root) as repository:
        path = next(root.rglob("lensops.yaml")).relative_to(root).as_posix()
        events = read_history(repository, path).events
    return [(event.commit, event.version, event.subject) for event in reversed(events)]


@pytest.mark.parametrize("seed", range(8))
def test_generated_histories(repo: Repo, seed: int) -> None:
    Generator(repo, seed).run(16)
    expected = list(plain_git(repo.root))
    assert len(expected) > 2
    assert read(repo.root) == expected


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Repo, list[Row]]:
    monkeypatch = pytest.MonkeyPatch()
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "Ada")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "ada@example.org")
    repo = Repo(tmp_path_factory.mktemp("generated"))
    Generator(repo, 3).run(20)
    monkeypatch.undo()
    return repo, list(plain_git(repo.root))


@pytest.mark.parametrize(("name", "value"), SETTINGS, ids=lambda part: str(part))
def test_no_setting_bends_it(
    generated: tuple[Repo, list[Row]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
) -> None:
    repo, expected = generated
    config = tmp_path / "config"
    repo.git("config", "--file", str(config), name, value)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    assert read(repo.root) == expected
    assert not list(repo.root.glob("*-ran"))


@pytest.mark.parametrize("seed", range(4))
def test_a_digest_is_that_of_the_version_at_its_commit(repo: Repo, seed: int) -> None:
    """Read change by change or as one tree, a commit holds the same."""
    Generator(repo, seed).run(12)
    parts = {"system.md": "Be kind.", "user.md": "Write for {{ segment }}."}
    folder = next(repo.root.rglob("lensops.yaml")).parent
    files = {f"prompts/offer_copy/whole/{name}": text for name, text in parts.items()}
    text = sample.MANIFEST.replace(
        "active: v1", "active: whole\n    path: prompts/offer_copy/{version}/system.md"
    )
    prefix = folder.relative_to(repo.root).as_posix() + "/"
    prefix = "" if prefix == "./" else prefix
    repo.commit(
        "Parts", {f"{prefix}{path}": t for path, t in {**files, "lensops.yaml": text}.items()}
    )
    with open_repository(repo.root) as repository:
        path = f"{prefix}lensops.yaml"
        for event in read_history(repository, path).events:
            names = repo.git("ls-tree", "-r", "--name-only", event.commit).splitlines()
            manifest = next(name for name in names if name.endswith("lensops.yaml"))
            tree = repository.tree(event.commit, manifest.rpartition("/")[0])
            node = read_yaml(tree.read(manifest.rpartition("/")[2], 10_000), "lensops.yaml")
            assert event.digest == digest_at(tree, node, event.version or "")


def digest_at(tree: Tree, node: Node, version: str) -> str | None:
    try:
        return load_prompt(tree, locate_declared(node, "offer_copy"), version).source_digest
    except UserError:
        return None
