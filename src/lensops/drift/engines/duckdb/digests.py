"""The files of a monitor as they were opened: their identities, and digests of their bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from concurrent.futures import Future
from pathlib import Path
from threading import Event, Thread

from lensops.errors import Stale
from lensops.files import LocalTree


class OpenFiles:
    """Files that must stay as they are. Their digests are found in a thread beside the counting."""

    def __init__(self, folder: LocalTree, files: Iterable[Path]) -> None:
        self.folder = folder
        self.names = {file: file.relative_to(folder.root).as_posix() for file in sorted(set(files))}
        self.identities = {file: _identity(file) for file in self.names}
        self._digests: dict[Path, Future[str]] = {}
        self._left = Event()

    def require_unchanged(self) -> None:
        """Raise `Stale` when a file is not the one that was opened."""
        for file, identity in self.identities.items():
            if _identity(file) != identity:
                problem = f"{self.names[file]} was changed while it was read"
                raise Stale(problem, "run the command again")

    def start_digests(self) -> None:
        """Begin to read the bytes of every file, in a thread that nobody waits for at the end."""
        self._digests = {file: Future() for file in self.names}
        Thread(target=self._read_digests, daemon=True).start()

    def leave(self) -> None:
        """Read no further file."""
        self._left.set()

    def digest(self, file: Path) -> str:
        """The SHA-256 of a file's bytes; the project's snapshot, where there is one, has it too."""
        digest = self._digests.get(file)
        return self._read_digest(file) if digest is None else digest.result()

    def fingerprint(self, files: Iterable[Path]) -> str:
        """One digest of the names and bytes of some files."""
        whole = hashlib.sha256()
        for file in files:
            whole.update(f"{self.names[file]}\0{self.digest(file)}\0".encode())
        return f"sha256:{whole.hexdigest()}"

    def _read_digests(self) -> None:
        for file, digest in self._digests.items():
            if self._left.is_set():
                digest.cancel()  # whoever asks for it is told, and waits for nothing
                continue
            try:
                digest.set_result(self._read_digest(file))
            except Exception as error:  # noqa: BLE001  # raised where the digest is asked for
                digest.set_exception(error)

    def _read_digest(self, file: Path) -> str:
        record = getattr(self.folder, "digest", None)
        if record is not None:
            return str(record(self.names[file]))
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()


def _identity(file: Path) -> tuple[int, int, int]:
    status = file.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns
