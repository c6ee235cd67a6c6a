"""Large files: what Git LFS keeps of them beside the repository, by digest; nothing is fetched."""

from __future__ import annotations

import hashlib
from pathlib import Path

from lensops.errors import UserError
from lensops.files import pointer_oid


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
