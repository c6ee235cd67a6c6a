"""Digests: SHA-256 over the canonical form of a thing, with the kind of thing in front."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from typing import Any

from lensops.json_text import make_encoder

PREFIX = "sha256:"
_encode = make_encoder(",", ":")


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and no layout. Raises `ValueError` for NaN and infinity."""
    return _encode(value).encode("utf-8", "surrogatepass")


def digest(kind: str, value: Any) -> str:
    """`sha256:<hex>` of a value; two kinds never share a digest."""
    return PREFIX + hashlib.sha256(_kind_bytes(kind) + canonical(value)).hexdigest()


class DigestForm:
    """Digests of objects that differ in a few keys: the rest is put in canonical form once."""

    def __init__(self, kind: str, value: Mapping[str, Any], *holes: str) -> None:
        """`value` is such an object; what it has at the keys `holes` is of no account."""
        pieces = [b""]
        self._holes = sorted(holes)
        for name in sorted(value):
            pieces[-1] += (b"," if name != min(value) else b"{") + canonical(name) + b":"
            if name in holes:
                pieces.append(b"")
            else:
                pieces[-1] += canonical(value[name])
        pieces[-1] += b"}"
        self._begun = hashlib.sha256(_kind_bytes(kind) + pieces[0])
        self._rest = pieces[1:]

    def digest(self, **values: Any) -> str:
        """What `digest` gives of the object with these values at its holes."""
        sha256 = self._begun.copy()
        for name, piece in zip(self._holes, self._rest, strict=True):
            sha256.update(canonical(values[name]) + piece)
        return PREFIX + sha256.hexdigest()


@cache
def _kind_bytes(kind: str) -> bytes:
    return f"lensops/{kind}/v1\n".encode()
