"""Objects by name, over one `git cat-file --batch` that lasts as long as the repository."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lensops.errors import UserError
from lensops.files import pointer_oid
from lensops.git.process import GitFailed

if TYPE_CHECKING:
    from lensops.git.process import Conversation, Git


_HEADER = re.compile(rb"([0-9a-f]{40,64}) ([a-z]+) ([0-9]+)\n")
MAX_BYTES = 1 << 30  # of one object; a tree or a prompt is far smaller
MAX_TARGET = 4096  # bytes of a path
CHUNK, HEAD = 1 << 20, 1024
# what a commit holds everywhere, not what `git replace` puts in its place in this clone
_AS_COMMITTED = {"GIT_NO_REPLACE_OBJECTS": "1"}
SMALL = 1 << 18  # bytes of an object that is kept


class TooLarge(UserError):
    """An object has more bytes than its reader allows."""


class BlobDigest(NamedTuple):
    """The SHA-256 (hex) of a blob's content, and its first bytes."""

    sha256: str
    head: bytes


class GitObject(NamedTuple):
    """An object: its id, its kind (blob, tree, commit, tag) and its content."""

    id: str
    kind: str
    data: bytes


class Objects:
    """Asks a running `cat-file --batch`, which is started by the first question."""

    def __init__(self, git: Git, large_files: Path | None = None) -> None:
        self._git = git
        self.large_files = large_files  # where Git LFS keeps files by digest
        self._process: Conversation | None = None
        self._small: dict[str, GitObject] = {}  # by id: nothing is asked for twice
        self.failure: GitFailed | None = None  # why git ended, when it did

    def get(self, name: str, limit: int = MAX_BYTES) -> GitObject | None:
        """The object of an id or a revision's name; None when there is none.

        Raises `TooLarge` when it has more than `limit` bytes, and `GitFailed` when git ends, as it
        does where an object cannot be fetched.
        """
        if name in self._small and len(self._small[name].data) <= limit:
            return self._small[name]
        header = self._ask(name)
        if header is None:
            return None
        size = int(header[3])
        if size > limit:
            self.close()  # rather than read what nobody wants
            raise TooLarge(f"{name} is larger than {limit:,} bytes")
        data = self._conversation.take(size + 1)[:-1]
        item = GitObject(header[1].decode(), header[2].decode(), data)
        if size <= SMALL:
            self._small[item.id] = item
        return item

    def digest(self, name: str) -> BlobDigest | None:
        """The digest of a blob of any size; None when there is none."""
        if small := self._small.get(name):
            return _digest_of(small) if small.kind == "blob" else None
        header = self._ask(name)
        if header is None:
            return None
        left, head, sha256 = int(header[3]), b"", hashlib.sha256()
        while left:
            chunk = self._conversation.take(min(left, CHUNK))
            head = head or chunk[:HEAD]
            sha256.update(chunk)
            left -= len(chunk)
        self._conversation.take(1)
        return BlobDigest(sha256.hexdigest(), head) if header[2] == b"blob" else None

    def commit(self, revision: str) -> str | None:
        """The id of the commit that a revision names."""
        commit = self.get(f"{revision}^{{commit}}")
        return commit.id if commit else None

    def blob(self, name: str, limit: int = MAX_BYTES) -> bytes | None:
        """The bytes of a blob; None when there is none."""
        blob = self.get(name, limit)
        return blob.data if blob and blob.kind == "blob" else None

    def link_target(self, name: str) -> str:
        """Where a link leads, by the id of its blob; `/` for what is too long to be a path."""
        try:
            target = self.blob(name, MAX_TARGET) or b""
        except TooLarge:
            return "/"
        return target.decode("utf-8", "surrogateescape")

    def close(self) -> None:
        """End the process; the next question starts another one."""
        if self._process is not None:
            self._process.close()
            self._process = None

    def _ask(self, name: str) -> re.Match[bytes] | None:
        """The id, kind and size of an object, whose content then waits to be read."""
        if "\n" in name or "\0" in name or not name:
            return None
        try:
            answer = self._conversation.ask(name.encode("utf-8", "surrogateescape"))
        except GitFailed as error:
            self.failure = error
            raise
        return _HEADER.fullmatch(answer)  # none for what is missing, or ambiguous

    @property
    def _conversation(self) -> Conversation:
        if self._process is None:
            self._process = self._git.start("cat-file", "--batch", variables=_AS_COMMITTED)
        return self._process


def _digest_of(blob: GitObject) -> BlobDigest:
    return BlobDigest(hashlib.sha256(blob.data).hexdigest(), blob.data[:HEAD])


def resolve_pointer(data: bytes, store: Path | None, path: str, limit: int) -> bytes:
    """The file that a pointer stands for where the store has it; other data as it is.

    Raises `UserError` for a stored file that is damaged, or larger than `limit` bytes.
    """
    oid = pointer_oid(data)
    if oid is None or store is None:
        return data
    try:
        with (store / oid[:2] / oid[2:4] / oid).open("rb") as file:
            content = file.read(limit + 1)
    except OSError:
        return data
    if len(content) > limit:
        raise UserError(f"{path} is larger than {limit:,} bytes")
    if (actual := hashlib.sha256(content).hexdigest()) != oid:
        message = f"{path}: Git LFS has sha256:{actual} in the place of sha256:{oid}"
        raise UserError(message, "`git lfs fsck` finds what is damaged")
    return content
