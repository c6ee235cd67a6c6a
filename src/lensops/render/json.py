"""JSON text: the envelope with its schema, sorted keys, no NaN."""

from __future__ import annotations

import json
from typing import Any


def envelope(noun: str, data: dict[str, Any]) -> str:
    """`lensops/<noun>/v1` as text. Raises `ValueError` for NaN and infinity, which JSON lacks."""
    full = {"schema": f"lensops/{noun}/v1", **data}
    return json.dumps(full, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"
