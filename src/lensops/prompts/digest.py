"""Digests: SHA-256 over the canonical form of a thing, with the kind of thing in front."""

from __future__ import annotations

import hashlib
import json
from typing import Any

PREFIX = "sha256:"
_ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and no layout. Raises `ValueError` for NaN and infinity."""
    return _ENCODER.encode(value).encode("utf-8", "surrogatepass")


def digest(kind: str, value: Any) -> str:
    """`sha256:<hex>` of a value; two kinds never share a digest."""
    return PREFIX + hashlib.sha256(f"lensops/{kind}/v1\n".encode() + canonical(value)).hexdigest()
