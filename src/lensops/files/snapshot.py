"""A tree in which each file is opened once: all readers of a command see the same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Mapping
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any, Protocol, TypeVar, cast, runtime_checkable

from lensops.errors import Stale, UserError
from lensops.files.read import content_digest, open_regular
from lensops.files.tree import LocalTree, Tree

T = TypeVar("T")


class Snapshot:
    """Implements `LocalTree` over a folder or a revision, and remembers what was read.

    A file that is absent at its first reading stays absent. Paths are normalised, so `./a` and `a`
    are one file.
    """

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._data: dict[str, bytes | FileNotFoundError] = {}
        self._parsed: dict[tuple[str, Hashable], Any] = {}
        self._listings: dict[tuple[str, str], list[str]] = {}
        self._used: dict[str, str] = {}

    @property
    def used(self) -> Mapping[str, str]:
        """The SHA-256 (hex) of every file that was read, by path."""
        return MappingProxyType(self._used)

    def read(self, path: str, limit: int) -> bytes:
        """The file's bytes, opened at the first call alone.

        Raises `FileNotFoundError`, `UserError` past `limit` bytes, and `Stale` when a reader that
        streamed the file recorded other bytes.
        """
        key = normalise(path)
        if key not in self._data:
            try:
                data = self._tree.read(key, limit)
            except FileNotFoundError as error:
                self._data[key] = error
            else:
                self.record(key, self._digest_of(data))
                self._data[key] = data
        content = self._data[key]
        if isinstance(content, FileNotFoundError):
            raise FileNotFoundError(path)
        if len(content) > limit:
            raise UserError(f"{path} is larger than {limit:,} bytes")
        return content

    def parse(self, path: str, limit: int, parser: Callable[[bytes, str], T]) -> T:
        """What `parser(data, path)` makes of the file, computed once for a path and a parser.

        A `UserError` of the parser is raised again each time. Raises what `read` raises.
        """
        key = (normalise(path), parser)
        if key not in self._parsed:
            try:
                self._parsed[key] = parser(self.read(path, limit), path)
            except UserError as error:
                self._parsed[key] = error
        value = self._parsed[key]
        if isinstance(value, UserError):
            raise value.with_traceback(None)
        return cast("T", value)

    def derive(self, path: str, make: Callable[[Snapshot, str], T]) -> T:
        """What `make(snapshot, path)` gives, computed once for a path and a maker.

        For a reader that streams a file itself, and records its digest. Nothing is kept of a
        failure.
        """
        key = (normalise(path), make)
        if key not in self._parsed:
            self._parsed[key] = make(self, path)
        return cast("T", self._parsed[key])

    def keep(self, path: str, make: Callable[[Snapshot, str], T], value: T) -> None:
        """Hold what `derive` would give, which a reader of the file has made on its way."""
        self._parsed[normalise(path), make] = value

    def digest(self, path: str) -> str:
        """The SHA-256 (hex) of the bytes that were read; of a file that was not, it is streamed.

        Raises `FileNotFoundError`, `UserError`.
        """
        key = normalise(path)
        if key not in self._used:
            if isinstance(self._data.get(key), FileNotFoundError):
                raise FileNotFoundError(path)
            self.record(key, self._stream_digest(key))
        return self._used[key]

    def record(self, path: str, digest: str) -> None:
        """Take in the digest of a file that a reader streamed by itself.

        Raises `Stale` when other bytes of the file were used before.
        """
        key = normalise(path)
        if self._used.setdefault(key, digest) != digest:
            raise Stale(f"{path} was changed while it was read", "run the command again")

    def forget(self, path: str) -> None:
        """Read a file anew next time: the command itself has written it."""
        key = normalise(path)
        self._data.pop(key, None)
        self._used.pop(key, None)
        self._listings.clear()
        for parsed in [entry for entry in self._parsed if entry[0] == key]:
            del self._parsed[parsed]

    def names(self, folder: str) -> list[str]:
        return list(self._list("names", folder, self._tree.names))

    def folders(self, folder: str) -> list[str]:
        return list(self._list("folders", folder, self._tree.folders))

    def path(self, path: str) -> Path:
        """Where a path lies on disk. Raises `UserError` for a revision."""
        return self._local.path(path)

    @property
    def root(self) -> Path:
        return self._local.root

    @property
    def boundary(self) -> Path:
        return self._local.boundary

    @property
    def is_local(self) -> bool:
        """Whether its files lie on disk, and can be written to."""
        return hasattr(self._tree, "boundary")

    @property
    def _local(self) -> LocalTree:
        if not self.is_local:
            raise UserError("the files of a revision do not lie on disk")
        return cast("LocalTree", self._tree)

    def _list(self, kind: str, folder: str, names: Callable[[str], list[str]]) -> list[str]:
        key = normalise(folder)
        if (kind, key) not in self._listings:
            self._listings[kind, key] = names(key)
        return self._listings[kind, key]

    def _digest_of(self, data: bytes) -> str:
        """Of a revision's pointer, the digest of the large file that it stands for."""
        return hashlib.sha256(data).hexdigest() if self.is_local else content_digest(data)

    def _stream_digest(self, path: str) -> str:
        if isinstance(self._tree, _Digests):
            return self._tree.digest(path)
        if not self.is_local:
            return self._digest_of(self._tree.read(path, 1 << 40))
        try:
            with open_regular(self.path(path)) as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            raise
        except OSError as error:
            reason = (error.strerror or "unreadable").lower()
            raise UserError(f"cannot read {path}: {reason}") from None


@runtime_checkable
class _Digests(Protocol):
    """A tree that knows the digests of its files without holding them in memory."""

    def digest(self, path: str) -> str:
        """The SHA-256 (hex) of a file's bytes. Raises `FileNotFoundError`, `UserError`."""


def normalise(path: str) -> str:
    """One spelling of a path; `..` is left in, for the tree to refuse."""
    spelling = str(PurePosixPath(path))
    return "" if spelling == "." else spelling
