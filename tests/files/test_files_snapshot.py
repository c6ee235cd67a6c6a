"""A snapshot opens each file once, and every reader sees the same bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from lensops.errors import Stale, UserError
from lensops.files import Folder, Snapshot


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_bytes(b"first")
    return tmp_path


@pytest.fixture
def snapshot(folder: Path) -> Snapshot:
    return Snapshot(Folder(folder))


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def length(data: bytes, path: str) -> int:
    return len(data)


def refuse(data: bytes, path: str) -> int:
    raise UserError(f"{path} is refused", data.decode())


def test_an_edit_after_the_first_reading_is_not_seen(folder: Path, snapshot: Snapshot) -> None:
    assert snapshot.read("a.txt", 10) == b"first"
    (folder / "a.txt").write_bytes(b"second")
    assert snapshot.read("./a.txt", 10) == b"first"
    assert snapshot.parse("a.txt", 10, length) == 5
    assert snapshot.digest("a.txt") == sha256(b"first")
    assert dict(snapshot.used) == {"a.txt": sha256(b"first")}


def test_what_is_absent_stays_absent(folder: Path, snapshot: Snapshot) -> None:
    with pytest.raises(FileNotFoundError):
        snapshot.read("b.txt", 10)
    (folder / "b.txt").write_bytes(b"late")
    for read in (lambda: snapshot.read("b.txt", 10), lambda: snapshot.digest("b.txt")):
        with pytest.raises(FileNotFoundError):
            read()
    assert "b.txt" not in snapshot.used


def test_folders_are_listed_once(folder: Path, snapshot: Snapshot) -> None:
    assert (snapshot.names(""), snapshot.folders(".")) == (["a.txt"], [])
    (folder / "b.txt").write_bytes(b"")
    (folder / "c").mkdir()
    assert (snapshot.names("."), snapshot.folders("")) == (["a.txt"], [])


def test_a_parser_runs_once_for_a_path(snapshot: Snapshot) -> None:
    calls = []

    def parser(data: bytes, path: str) -> list[bytes]:
        calls.append(path)
        return [data]

    assert snapshot.parse("a.txt", 10, parser) is snapshot.parse("./a.txt", 10, parser)
    assert calls == ["a.txt"]
    assert snapshot.parse("a.txt", 10, length) == 5


def test_what_a_parser_refuses_is_refused_again(snapshot: Snapshot) -> None:
    for _ in range(2):
        with pytest.raises(UserError, match=r"a\.txt is refused"):
            snapshot.parse("a.txt", 10, refuse)


def test_the_limit_holds_for_what_was_read_with_a_larger_one(snapshot: Snapshot) -> None:
    assert snapshot.read("a.txt", 5) == b"first"
    with pytest.raises(UserError, match="larger than 4 bytes"):
        snapshot.read("a.txt", 4)


def test_a_file_past_the_limit_is_not_used(snapshot: Snapshot) -> None:
    with pytest.raises(UserError, match="larger than 4 bytes"):
        snapshot.read("a.txt", 4)
    assert dict(snapshot.used) == {}


def test_a_streamed_file_that_changed_is_stale(folder: Path, snapshot: Snapshot) -> None:
    snapshot.record("a.txt", sha256(b"first"))
    assert snapshot.digest("a.txt") == sha256(b"first")
    (folder / "a.txt").write_bytes(b"second")
    with pytest.raises(Stale, match=r"a\.txt was changed"):
        snapshot.read("a.txt", 10)
    with pytest.raises(Stale):
        snapshot.record("a.txt", sha256(b"second"))


def test_a_digest_is_streamed_where_nothing_was_read(folder: Path, snapshot: Snapshot) -> None:
    assert snapshot.digest("a.txt") == sha256(b"first")
    (folder / "a.txt").write_bytes(b"second")
    assert snapshot.digest("a.txt") == sha256(b"first")
    with pytest.raises(Stale):
        snapshot.read("a.txt", 10)


def test_a_file_that_the_command_wrote_is_read_anew(folder: Path, snapshot: Snapshot) -> None:
    assert snapshot.parse("a.txt", 10, length) == 5
    (folder / "a.txt").write_bytes(b"second")
    (folder / "b.txt").write_bytes(b"")
    snapshot.forget("a.txt")
    assert snapshot.parse("a.txt", 10, length) == 6
    assert snapshot.digest("a.txt") == sha256(b"second")
    assert snapshot.names("") == ["a.txt", "b.txt"]


def test_paths_that_leave_are_refused(folder: Path, snapshot: Snapshot) -> None:
    for read in (snapshot.path, snapshot.digest, lambda path: snapshot.read(path, 10)):
        with pytest.raises(UserError, match="inside the repository"):
            read("../a.txt")


class Revision:
    """Files of a commit: there is nothing on disk."""

    def read(self, path: str, limit: int) -> bytes:
        return path.encode()

    def names(self, folder: str) -> list[str]:
        return []

    def folders(self, folder: str) -> list[str]:
        return []


def test_a_revision_has_digests_but_no_paths() -> None:
    snapshot = Snapshot(Revision())
    assert not snapshot.is_local
    assert snapshot.digest("x") == sha256(b"x")
    assert snapshot.read("x", 10) == b"x"
    with pytest.raises(UserError, match="do not lie on disk"):
        snapshot.path("x")
