"""What arrives at a pseudo-terminal."""

from __future__ import annotations

import os


def read_terminal(leader: int) -> str:
    """What the other side has put there until it closed, which ends this side as well."""
    arrived = b"".join(iter(lambda: _read(leader), b""))
    os.close(leader)
    return arrived.decode().replace("\r\n", "\n")


def _read(leader: int) -> bytes:
    try:
        return os.read(leader, 65_536)
    except OSError:  # the other side is closed
        return b""
