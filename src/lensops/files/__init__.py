"""Files: read within limits and the repository, write so that a crash leaves old or new."""

from lensops.files.regular import open_regular
from lensops.files.snapshot import Snapshot
from lensops.files.text import decode
from lensops.files.tree import Folder, LocalTree, OutsideError, Tree
from lensops.files.write import check_destination, create_exclusive, write_atomic

__all__ = [
    "Folder",
    "LocalTree",
    "OutsideError",
    "Snapshot",
    "Tree",
    "check_destination",
    "create_exclusive",
    "decode",
    "open_regular",
    "write_atomic",
]
