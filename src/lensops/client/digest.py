"""Digests as lensops writes them, computed again from what was read."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def digest(kind: str, value: Any) -> str:
    """`sha256:<hex>` over the kind and the canonical JSON of a value.

    The formula of `lensops.prompts.digest`, which this package must not import; a test holds the
    two together. Raises `ValueError` for NaN and infinity.
    """
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    data = f"lensops/{kind}/v1\n".encode() + text.encode("utf-8", "surrogatepass")
    return "sha256:" + hashlib.sha256(data).hexdigest()
