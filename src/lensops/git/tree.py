"""The files of a commit, read like a folder: no checkout, nothing written, links followed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from lensops.errors import UserError
from lensops.files import OutsideError, pointer_oid
from lensops.git.objects import Objects, TooLarge, resolve_pointer

MAX_HOPS = 40  # as Linux has it


def follow_links(
    path: str, target_of: Callable[[str], str | None], is_folder: Callable[[str], bool]
) -> str | None:
    """The path with all links on it followed; None when they lead nowhere, or in a circle.

    `target_of` gives the target of the link at a path, None where there is no link. Raises
    `OutsideError` for a link that leaves the repository.
    """
    waiting = path.split("/")[::-1]
    followed: list[str] = []
    hops = 0
    while waiting:
        part = waiting.pop()
        if part in ("", "."):
            continue
        if part == "..":
            if not followed:
                raise _outside(path)
            if not is_folder("/".join(followed)):
                return None
            followed.pop()
            continue
        target = target_of("/".join([*followed, part]))
        if target is None:
            followed.append(part)
            continue
        hops += 1
        if target.startswith("/"):
            raise _outside(path)
        if hops > MAX_HOPS:
            return None
        waiting += target.split("/")[::-1]
    return "/".join(followed)


def _outside(path: str) -> OutsideError:
    return OutsideError(f"{path!r} is a link that leaves the repository")


LINK, FOLDER, SUBMODULE = "120000", "40000", "160000"


class Entry(NamedTuple):
    """One name in a tree: its mode as git writes it, and the id of its object."""

    mode: str
    id: str

    @property
    def is_link(self) -> bool:
        return self.mode == LINK

    @property
    def is_folder(self) -> bool:
        return self.mode == FOLDER

    @property
    def is_submodule(self) -> bool:
        return self.mode == SUBMODULE

    @property
    def is_file(self) -> bool:
        return self.mode not in (LINK, FOLDER, SUBMODULE)


class Submodule(NamedTuple):
    """A folder that holds another repository, and the commit of that one which is meant."""

    folder: str
    commit: str


class EntryTree:
    """Implements `files.Tree` over entries of git; `prefix` is the folder paths are relative to."""

    def __init__(self, objects: Objects, prefix: str = "") -> None:
        self._objects, self._prefix = objects, prefix

    def list_entries(self, folder: str) -> Mapping[str, Entry]:
        """The entries of a folder of the repository by name, on a path without links."""
        raise NotImplementedError

    @property
    def is_empty(self) -> bool:
        return not self.list_entries("")

    def read(self, path: str, limit: int) -> bytes:
        entry = self.entry(path)
        if entry is None or not entry.is_file:
            raise FileNotFoundError(path)
        try:
            data = self._objects.blob(entry.id, limit)
        except TooLarge:
            raise UserError(f"{path} is larger than {limit:,} bytes") from None
        if data is None:
            raise FileNotFoundError(path)
        return resolve_pointer(data, self._objects.large_files, path, limit)

    def digest(self, path: str) -> str:
        """The SHA-256 (hex) of a file's bytes, of any size; of a pointer, of what it stands for.

        Raises `FileNotFoundError`.
        """
        entry = self.entry(path)
        blob = self._objects.digest(entry.id) if entry is not None and entry.is_file else None
        if blob is None:
            raise FileNotFoundError(path)
        return pointer_oid(blob.head) or blob.sha256

    def names(self, folder: str) -> list[str]:
        return [name for name, entry in self._list_followed(folder) if entry.is_file]

    def folders(self, folder: str) -> list[str]:
        return [name for name, entry in self._list_followed(folder) if entry.is_folder]

    def entry(self, path: str) -> Entry | None:
        """What a path is, links followed; None where there is nothing.

        Raises `OutsideError` for a link that leaves the repository.
        """
        location = self.locate(path)
        return None if location is None else self._plain_entry(location)

    def locate(self, path: str) -> str | None:
        """Where a path leads to in the repository; None for links in a circle."""
        return follow_links(f"{self._prefix}/{path}", self._target, self._is_folder)

    def submodule_of(self, path: str) -> tuple[Submodule, str] | None:
        """The submodule that a path leads into, and the path inside it; None for any other."""
        try:
            parts = (self.locate(path) or "").split("/")
        except OutsideError:
            return None
        for count in range(1, len(parts)):
            folder = "/".join(parts[:count])
            entry = self._plain_entry(folder)
            if entry is not None and entry.is_submodule:
                return Submodule(folder, entry.id), "/".join(parts[count:])
        return None

    def _list_followed(self, folder: str) -> list[tuple[str, Entry]]:
        """The entries of a folder in order; a link counts as what it leads to."""
        location = self.locate(folder)
        if location is None:
            return []
        entries = []
        for name, entry in sorted(self.list_entries(location).items()):
            end = self._follow(f"{location}/{name}") if entry.is_link else entry
            if end is not None:
                entries.append((name, end))
        return entries

    def _follow(self, path: str) -> Entry | None:
        """What a link leads to; None where it leads nowhere, or out of the repository."""
        try:
            location = follow_links(path, self._target, self._is_folder)
        except OutsideError:
            return None
        return None if location is None else self._plain_entry(location)

    def _is_folder(self, path: str) -> bool:
        entry = self._plain_entry(path)
        return entry is not None and entry.is_folder

    def _target(self, path: str) -> str | None:
        entry = self._plain_entry(path)
        if entry is None or not entry.is_link:
            return None
        return self._objects.link_target(entry.id)

    def _plain_entry(self, path: str) -> Entry | None:
        """What stands at a path on which there are no links."""
        folder, _, name = path.rpartition("/")
        return self.list_entries(folder).get(name) if path else Entry(FOLDER, "")


class RevisionTree(EntryTree):
    """The files of a commit; of no commit, none."""

    def __init__(self, objects: Objects, commit: str | None, prefix: str = "") -> None:
        super().__init__(objects, prefix)
        self.commit = commit
        self._folders: dict[str, Mapping[str, Entry]] = {}

    def list_entries(self, folder: str) -> Mapping[str, Entry]:
        if folder not in self._folders:
            self._folders[folder] = self._load(folder)
        return self._folders[folder]

    def _load(self, folder: str) -> Mapping[str, Entry]:
        if self.commit is None:
            return {}
        name = f"{self.commit}^{{tree}}"
        if folder:
            entry = self._plain_entry(folder)
            if entry is None or not entry.is_folder:
                return {}
            name = entry.id
        tree = self._objects.get(name)
        return parse_tree(tree.data, len(tree.id) // 2) if tree and tree.kind == "tree" else {}


def parse_tree(data: bytes, id_bytes: int) -> dict[str, Entry]:
    """The entries of a tree object: mode, name, NUL, id; `id_bytes` is 20, or 32 for SHA-256."""
    entries: dict[str, Entry] = {}
    start = 0
    while start < len(data):
        end = data.index(b"\0", start)
        mode, _, name = data[start:end].partition(b" ")
        start = end + 1 + id_bytes
        entry = Entry(mode.decode().lstrip("0"), data[end + 1 : start].hex())
        entries[name.decode("utf-8", "surrogateescape")] = entry
    return entries
