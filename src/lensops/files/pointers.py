"""Pointers of Git LFS: what a revision holds of a large file, its digest and its size."""

from __future__ import annotations

import hashlib
import re

from lensops.errors import UserError

_LONGEST = 1_024  # bytes, by the format's specification
_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:ext-[^\n]*\n)*"
    rb"oid sha256:([0-9a-f]{64})\nsize \d+\n?"
)


def pointer_oid(data: bytes) -> str | None:
    """The SHA-256 (hex) of the file that a pointer stands for; None of what is no pointer."""
    match = _POINTER.fullmatch(data) if len(data) <= _LONGEST else None
    return match[1].decode() if match else None


def refuse_pointer(data: bytes, path: str) -> None:
    """Raises `UserError` where a pointer stands for a file whose content is needed."""
    if oid := pointer_oid(data):
        message = f"{path} is a pointer of Git LFS to sha256:{oid}, which is not here"
        hint = "`git lfs pull` gets it; that of a base, `git lfs fetch origin <branch>`"
        raise UserError(message, hint)


def content_digest(data: bytes) -> str:
    """The SHA-256 (hex) of a revision's file; of a pointer, that of the file it stands for."""
    return pointer_oid(data) or hashlib.sha256(data).hexdigest()
