"""Reading inside the repository, writing whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from lensops.errors import UserError
from lensops.files import Folder, OutsideError, create_exclusive, write_atomic


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "a/../../x", "a\\b", "a\0b", "link/x"])
def test_paths_that_leave_are_refused(path: str, tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(tmp_path)
    (tmp_path / "x").write_text("secret")
    with pytest.raises(OutsideError):
        Folder(root).read(path, 100)


def test_a_link_inside_the_repository_is_followed(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "x").write_text("y")
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "link").symlink_to(tmp_path / "shared")
    assert Folder(tmp_path / "service", tmp_path).read("link/x", 100) == b"y"
    with pytest.raises(OutsideError):
        Folder(tmp_path / "service").read("link/x", 100)


def test_reading_stops_at_the_limit(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(b"x" * 11)
    with pytest.raises(UserError, match="larger than 10 bytes"):
        Folder(tmp_path).read("big", 10)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(UserError, match="cannot read folder"):
        Folder(tmp_path).read("folder", 10)


def test_names_and_folders(tmp_path: Path) -> None:
    (tmp_path / "b").write_text("")
    (tmp_path / "a").mkdir()
    folder = Folder(tmp_path)
    assert (folder.names(""), folder.folders(""), folder.names("none")) == (["b"], ["a"], [])


def test_write_keeps_mode_and_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_text("old")
    path.chmod(0o640)
    write_atomic(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["f"]


def test_write_through_a_link_keeps_the_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    write_atomic(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_only_the_first_creates(tmp_path: Path) -> None:
    assert create_exclusive(tmp_path / "log" / "1", b"first")
    assert not create_exclusive(tmp_path / "log" / "1", b"second")
    assert (tmp_path / "log" / "1").read_bytes() == b"first"
    assert [path.name for path in (tmp_path / "log").iterdir()] == ["1"]


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot write x"):
        write_atomic(tmp_path / "file" / "x", b"")
