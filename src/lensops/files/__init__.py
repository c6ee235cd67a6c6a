"""Files: read within limits and the repository, write so that a crash leaves old or new."""

from lensops.files.read import (
    content_digest,
    decode,
    open_regular,
    pointer_oid,
    read_regular,
    refuse_pointer,
)
from lensops.files.snapshot import Snapshot
from lensops.files.tree import Folder, LocalTree, OutsideError, Tree
from lensops.files.write import check_destination, create_exclusive, write_atomic

__all__ = [
    "Folder",
    "LocalTree",
    "OutsideError",
    "Snapshot",
    "Tree",
    "check_destination",
    "content_digest",
    "create_exclusive",
    "decode",
    "open_regular",
    "pointer_oid",
    "read_regular",
    "refuse_pointer",
    "write_atomic",
]
