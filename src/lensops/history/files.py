"""The files of a project as a walk over commits knows them: kept up to date change by change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lensops.errors import UserError
from lensops.git.tree import FOLDER, Entry, EntryTree

if TYPE_CHECKING:
    from lensops.git import Repository

_POINTER = b"version https://git-lfs.github.com/spec/"


class TrackedFiles(EntryTree):
    """Implements `files.Tree` over what commits touched so far; paths are of the repository.

    `before` are the files of an earlier place of the project, which goes on knowing them.
    """

    def __init__(
        self, repository: Repository, prefix: str, before: TrackedFiles | None = None
    ) -> None:
        super().__init__(repository.objects, prefix)
        self._folders: dict[str, dict[str, Entry]] = before._folders if before else {}
        self.has_links: bool = before is not None and before.has_links

    def list_entries(self, folder: str) -> Mapping[str, Entry]:
        return self._folders.get(folder, {})

    def touch(self, path: str, entry: Entry | None) -> None:
        """Take in that a commit made a path this entry, or removed it."""
        if entry is None:
            self._remove(path)
            return
        self.has_links |= entry.is_link
        folder, _, name = path.rpartition("/")
        self._folders.setdefault(folder, {})[name] = entry
        while folder:
            above, _, name = folder.rpartition("/")
            self._folders.setdefault(above, {}).setdefault(name, Entry(FOLDER, ""))
            folder = above

    def read(self, path: str, limit: int) -> bytes:
        data = super().read(path, limit)
        if data.startswith(_POINTER):
            raise UserError(f"{path} is a pointer of git-lfs, not the file itself")
        return data

    def _remove(self, path: str) -> None:
        folder, _, name = path.rpartition("/")
        entries = self._folders.get(folder, {})
        entries.pop(name, None)
        if not entries and folder:
            self._folders.pop(folder, None)
            self._remove(folder)
