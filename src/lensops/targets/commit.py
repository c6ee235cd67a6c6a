"""The tree of a commit, read and extended by git's plumbing; no work tree is touched."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from lensops.errors import UserError
from lensops.targets.git import Git


class CommitTree:
    """The files of a commit as a `files.Tree`; of no commit, an empty one."""

    def __init__(self, git: Git, commit: str | None) -> None:
        self._git = git
        self._blobs = _blobs(git, commit) if commit else {}
        self._read: dict[str, bytes] = {}

    def __bool__(self) -> bool:
        return bool(self._blobs)

    def read(self, path: str, limit: int) -> bytes:
        if path not in self._blobs:
            raise FileNotFoundError(path)
        if path not in self._read:
            self.load([path])
        data = self._read[path]
        if len(data) > limit:
            raise UserError(f"{path} is larger than {limit:,} bytes")
        return data

    def load(self, paths: Iterable[str]) -> None:
        """Read several files with one git process."""
        wanted = [path for path in paths if path in self._blobs]
        request = "".join(f"{self._blobs[path]}\n" for path in wanted).encode()
        output = self._git.run("cat-file", "--batch", data=request)
        at = 0
        for path in wanted:
            head = output.index(b"\n", at)
            size = int(output[at:head].split()[2])
            self._read[path] = output[head + 1 : head + 1 + size]
            at = head + size + 2

    def names(self, folder: str) -> list[str]:
        pure = PurePosixPath(folder)
        paths = map(PurePosixPath, self._blobs)
        return sorted(path.name for path in paths if path.parent == pure)

    def folders(self, folder: str) -> list[str]:
        pure = PurePosixPath(folder)
        parents = {parent for path in self._blobs for parent in PurePosixPath(path).parents}
        return sorted(p.name for p in parents if p.parent == pure and p != pure)


def add_commit(
    git: Git, parent: str | None, files: Mapping[str, bytes], message: str, who: Mapping[str, str]
) -> str:
    """The id of a new commit: the parent's files with some written anew. No branch moves.

    `who` holds git's variables of author, committer and their dates.
    """
    with tempfile.TemporaryDirectory(prefix="lensops-") as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        git.run("read-tree", parent or "--empty", env=index)
        entries = [
            f"100644 {git.line('hash-object', '-w', '--stdin', data=data)}\t{path}\n"
            for path, data in files.items()
        ]
        git.run("update-index", "--index-info", data="".join(entries).encode(), env=index)
        tree = git.line("write-tree", env=index)
    parents = ["-p", parent] if parent else []
    return git.line("commit-tree", tree, *parents, data=message.encode(), env=who)


def _blobs(git: Git, commit: str) -> dict[str, str]:
    listed = git.run("ls-tree", "-r", "-z", "--full-tree", commit).decode("utf-8", "replace")
    entries = (entry.split("\t", 1) for entry in listed.split("\0") if entry)
    return {path: about.split()[2] for about, path in entries if about.split()[1] == "blob"}
