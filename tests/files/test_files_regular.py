"""What is no regular file is refused at once: a pipe would block, a device would never end."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from lensops.errors import UserError
from lensops.evals.cases import read_cases
from lensops.evals.outputs import read_outputs
from lensops.evals.recordings import read_recordings
from lensops.evidence.file import read_evidence
from lensops.files import Folder, Snapshot, read_regular

KINDS: dict[str, Callable[[Path], None]] = {
    "pipe": os.mkfifo,
    "folder": Path.mkdir,
    "link to a device": lambda path: path.symlink_to("/dev/zero"),
}
READERS: dict[str, Callable[[Path], object]] = {
    "read": lambda path: Folder(path.parent, Path("/")).read(path.name, 100),
    "digest": lambda path: Snapshot(Folder(path.parent, Path("/"))).digest(path.name),
    "cases": lambda path: read_cases(Folder(path.parent, Path("/")), path.name),
    "recordings": lambda path: read_recordings(Folder(path.parent, Path("/")), path.name),
    "outputs": lambda path: read_outputs(Folder(path.parent, Path("/")), path.name, ["a"]),
    "evidence": read_evidence,
}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("reader", READERS)
def test_what_is_no_file_is_refused(kind: str, reader: str, tmp_path: Path) -> None:
    path = tmp_path / "it"
    KINDS[kind](path)
    with pytest.raises(UserError, match=r"cannot read.* it: (it is not a regular|is a directory)"):
        READERS[reader](path)


def test_no_more_memory_is_taken_than_a_file_has(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    tracemalloc.start()
    try:
        assert Folder(tmp_path).read("a", 2_000_000_000) == b"12345"
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
    assert read_regular(tmp_path / "a", 3) == b"1234"
