"""Make commits by plumbing, for targets: no work tree, no index of the user's is touched."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path

from lensops.git.process import Git


def write_commit(
    git: Git,
    parent: str | None,
    files: Mapping[str, bytes],
    message: str,
    who: Mapping[str, str],
    removed: Collection[str] = (),
) -> str:
    """The id of a new commit: the parent's files, some written anew or removed. No branch moves.

    `who` holds git's variables of author, committer and their dates.
    """
    with tempfile.TemporaryDirectory(prefix="lensops-") as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        git.capture("read-tree", parent or "--empty", variables=index)
        ids = _write_blobs(git, Path(folder), list(files.values()))
        entries = [f"100644 {blob}\t{path}\0" for blob, path in zip(ids, files, strict=True)]
        listed = "".join(entries).encode()
        git.capture("update-index", "-z", "--index-info", data=listed, variables=index)
        if removed:
            names = "".join(f"{path}\0" for path in removed).encode()
            git.capture(
                "update-index", "--force-remove", "-z", "--stdin", data=names, variables=index
            )
        tree = git.line("write-tree", variables=index)
    parents = ["-p", parent] if parent else []
    return git.line("commit-tree", tree, *parents, data=message.encode(), variables=who)


def _write_blobs(git: Git, folder: Path, contents: list[bytes]) -> list[str]:
    """The ids of new blobs, by one process."""
    paths = [folder / str(number) for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    names = "".join(f"{path}\n" for path in paths).encode()
    return git.line("hash-object", "-w", "--no-filters", "--stdin-paths", data=names).split()


def create_bare(folder: Path) -> None:
    """Create an empty bare repository."""
    folder.mkdir(parents=True, exist_ok=True)
    Git(folder).capture("init", "--quiet", "--bare", ".")
