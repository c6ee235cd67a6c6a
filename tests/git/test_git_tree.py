"""A commit's tree reads like the folder that was committed: files, folders, links."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from lensops.errors import UserError
from lensops.files import Folder, OutsideError, Tree
from lensops.git import open_repository
from lensops.git.tree import Entry, follow_links, parse_tree
from support.repo import Repo

NAMES = ["a", "b", "c.yaml", "é", "with space"]
TARGETS = [
    "a",
    "b",
    "../a",
    "../../b",
    "b/c.yaml",
    "./a/../b",
    "missing",
    "/etc/hostname",
    "..",
    ".",
]


def grow(root: Path, seed: int) -> list[str]:
    """Files, folders and links by a seed; gives every path that may be asked for."""
    choose = random.Random(seed)
    folders = [root]
    for _ in range(14):
        path = choose.choice(folders) / choose.choice(NAMES)
        if path.exists() or path.is_symlink():
            continue
        kind = choose.choice(["file", "folder", "folder", "link", "link"])
        if kind == "file":
            path.write_text(str(path))
        elif kind == "link":
            path.symlink_to(choose.choice(TARGETS))
        else:
            path.mkdir()
            (path / "kept").write_text("a folder of git holds something")
            folders.append(path)
    inner = [f"{name}/{other}" for name in NAMES for other in [*NAMES, "kept"]]
    return ["", *NAMES, *inner, "a/b/c.yaml", "b/a/kept"]


def read(tree: Tree, path: str) -> object:
    """What a tree says of a path, in one value."""
    try:
        content: object = tree.read(path, 1000) if path else None
    except FileNotFoundError:
        content = "missing"
    except OutsideError:
        return "outside"
    except UserError:
        content = "missing"  # a folder, a circle
    names, folders = tree.names(path), tree.folders(path)
    return (
        content,
        [n for n in names if stays(tree, path, n)],
        [n for n in folders if stays(tree, path, n)],
    )


def stays(tree: Tree, folder: str, name: str) -> bool:
    """Whether an entry can be read; on disk, links that leave the repository are listed too."""
    if name == ".git":
        return False
    try:
        tree.read(f"{folder}/{name}".lstrip("/"), 1000)
    except OutsideError:
        return False
    except (FileNotFoundError, UserError):
        return True
    return True


@pytest.mark.parametrize("seed", range(12))
def test_a_commit_reads_like_the_folder(repo: Repo, seed: int) -> None:
    paths = grow(repo.root, seed)
    repo.commit("All of it", {"one": "file"})
    folder = Folder(repo.root)
    with open_repository(repo.root) as repository:
        for prefix in ("", "a"):
            below = Folder(repo.root / prefix, repo.root) if prefix else folder
            if prefix and not (repo.root / prefix).is_dir():
                continue
            if prefix and (repo.root / prefix).is_symlink():
                continue  # a manifest's folder is where links lead
            tree = repository.tree("HEAD", prefix)
            for path in paths:
                assert read(tree, path) == read(below, path), (prefix, path)


def test_the_entries_of_a_tree_object() -> None:
    blob, folder = "1" * 40, "2" * 64
    data = b"100644 a b\0" + bytes.fromhex(blob) + b"120000 \xff\0" + bytes.fromhex(blob)
    assert parse_tree(data, 20) == {"a b": Entry("100644", blob), "\udcff": Entry("120000", blob)}
    assert parse_tree(b"40000 x\0" + bytes.fromhex(folder), 32) == {"x": Entry("40000", folder)}


@pytest.mark.parametrize(
    ("links", "path", "end"),
    [
        ({}, "a/./b//c", "a/b/c"),
        ({"a": "b"}, "a/c", "b/c"),
        ({"a/b": "../c"}, "a/b/d", "c/d"),
        ({"a": "b", "b": "a"}, "a", None),
        ({"a": "a/a"}, "a", None),
        ({"a": "gone/../b"}, "a", None),
    ],
)
def test_links_are_followed(links: dict[str, str], path: str, end: str | None) -> None:
    assert follow_links(path, links.get, lambda folder: folder != "gone") == end


@pytest.mark.parametrize("target", ["/", "..", "../x", "b/../../x"])
def test_links_that_leave_are_refused(target: str) -> None:
    with pytest.raises(OutsideError):
        follow_links("a", {"a": target}.get, lambda _: True)
