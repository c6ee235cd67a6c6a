"""Compare bytes that were read with what a commit holds; no index, no filter program has a say."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lensops.errors import UserError
from lensops.files import OutsideError, pointer_oid
from lensops.git.process import GitFailed
from lensops.git.tree import Entry, RevisionTree, Submodule

if TYPE_CHECKING:
    from lensops.git.repository import Repository

SHA1_DIGITS = 40
_FILTERS = r"^filter\..*\.(clean|smudge|process|required)$"


@dataclass(frozen=True, slots=True)
class CommitComparison:
    """`changed`: paths whose bytes the commit holds otherwise; `absent`: those it does not hold."""

    changed: tuple[str, ...]
    absent: tuple[str, ...]


def compare_with_commit(
    repository: Repository,
    tree: RevisionTree,
    digests: Mapping[str, str],
    read: Callable[[str], bytes],
    location_of: Callable[[str], str | None],
) -> CommitComparison:
    """Compare files, by the SHA-256 (hex) of what was read of each, with a commit's tree.

    `read` gives the bytes of a path again, `location_of` its path in the repository. Equal are the
    same bytes, bytes that git's own conversion of line ends makes the same, and a file whose
    pointer of git-lfs names its digest. Files of a submodule are held by the commit of it that the
    tree names; what that one does not hold is changed, ignored there or not.
    """
    changed, absent = [], []
    in_submodules: dict[Submodule, dict[str, str]] = {}
    settings: tuple[str, ...] | None = None
    for path, digest in digests.items():
        entry = _entry(tree, path)
        if entry is None:
            if module := tree.submodule_of(path):
                in_submodules.setdefault(module[0], {})[module[1]] = path
            else:
                absent.append(path)
            continue
        if _holds(repository, entry, digest):
            continue
        data = read(path)
        if blob_id(data.replace(b"\r\n", b"\n"), entry.id) != entry.id:
            changed.append(path)  # more than line ends
            continue
        settings = _no_filters(repository) if settings is None else settings
        if _converted_id(repository, settings, location_of(path), data) != entry.id:
            changed.append(path)
    for submodule, paths in in_submodules.items():
        held = _held_in_submodule(repository, submodule, paths, digests, read)
        changed += [path for path in paths.values() if path not in held]
    return CommitComparison(tuple(changed), tuple(absent))


def _held_in_submodule(
    outer: Repository,
    submodule: Submodule,
    paths: Mapping[str, str],
    digests: Mapping[str, str],
    read: Callable[[str], bytes],
) -> set[str]:
    """Those of the files that the commit of a submodule holds; `paths` are keyed by those inside.

    None where it is not checked out, or does not have the commit.
    """
    from lensops.git.repository import open_repository

    folder = (outer.root or outer.git_dir) / submodule.folder
    try:
        with open_repository(folder) as inner:
            if inner.root != folder.resolve():
                return set()
            compared = compare_with_commit(
                inner,
                inner.tree(submodule.commit),
                {inside: digests[path] for inside, path in paths.items()},
                lambda inside: read(paths[inside]),
                lambda inside: inside,
            )
    except UserError:
        return set()
    missing = {*compared.changed, *compared.absent}
    return {path for inside, path in paths.items() if inside not in missing}


def ignored_paths(repository: Repository, paths: Iterable[str]) -> frozenset[str]:
    """Those of the paths of the repository that its `.gitignore` leaves out of it."""
    request = "".join(f"{path}\0" for path in paths).encode("utf-8", "surrogateescape")
    if not request:
        return frozenset()
    any_path = {"GIT_LITERAL_PATHSPECS": "0"}  # check-ignore knows no other kind
    try:
        output = repository.git.capture(
            "check-ignore", "-z", "--stdin", data=request, variables=any_path
        )
    except GitFailed as error:
        if error.status != 1:  # 1: none of them is
            raise
        return frozenset()
    return frozenset(output.decode("utf-8", "surrogateescape").strip("\0").split("\0"))


def location_in(repository: Repository, path: Path) -> str | None:
    """A path of the disk as the repository names it, links followed; None for one outside."""
    try:
        return repository.relative(path)
    except UserError:
        return None


def blob_id(data: bytes, like: str) -> str:
    """The id of a blob, by the hash of another id of the repository."""
    algorithm = hashlib.sha1 if len(like) == SHA1_DIGITS else hashlib.sha256
    return algorithm(b"blob %d\0" % len(data) + data).hexdigest()


def _entry(tree: RevisionTree, path: str) -> Entry | None:
    try:
        entry = tree.entry(path)
    except OutsideError:
        return None
    return entry if entry is not None and entry.is_file else None


def _holds(repository: Repository, entry: Entry, digest: str) -> bool:
    """Whether a blob has this digest, or is a pointer to what has it."""
    blob = repository.objects.digest(entry.id)
    return blob is not None and digest in (blob.sha256, pointer_oid(blob.head))


def _converted_id(
    repository: Repository, settings: tuple[str, ...], location: str | None, data: bytes
) -> str | None:
    """The id that git would give these bytes at a path, line ends converted as its settings say."""
    if location is None:
        return None
    command = ("hash-object", "--stdin", f"--path={location}")
    try:
        return repository.git.capture(*command, data=data, settings=settings).decode().strip()
    except GitFailed:  # a conversion that is refused (`core.safecrlf`, an encoding)
        return None


def _no_filters(repository: Repository) -> tuple[str, ...]:
    """Settings that switch every filter program off which the user's settings name."""
    output = repository.git.line_or_none("config", "--name-only", "--get-regexp", _FILTERS) or ""
    return tuple(
        f"{name}=false" if name.endswith(".required") else f"{name}="
        for name in dict.fromkeys(output.splitlines())
    )


def is_as_committed(repository: Repository, path: str, data: bytes) -> bool:
    """Whether `HEAD` and the index hold a path of the repository with these bytes."""
    tree = RevisionTree(repository.objects, repository.head())
    digest = hashlib.sha256(data).hexdigest()
    compared = compare_with_commit(
        repository, tree, {path: digest}, lambda _: data, lambda name: name
    )
    if compared.changed or compared.absent:
        return False
    staged = repository.git.line("ls-files", "--stage", "-z", "--", path)
    entry = tree.entry(path)
    return entry is not None and staged.split(" ")[1:2] == [entry.id]
