"""JSON encoder: one for many small values, since `json` makes a new one for each."""

from __future__ import annotations

import json
from collections.abc import Callable
from json import encoder
from typing import Any


def make_encoder(item: str = ", ", key: str = ": ") -> Callable[[Any], str]:
    """From a value to its JSON with sorted keys, between separators, any character as it is.

    What is made raises `ValueError` for NaN and infinity. It is CPython's own encoder, made as
    `json.JSONEncoder.encode` does for each value, which for a small one takes as long as the value;
    where an interpreter has none, it is `encode` itself.
    """
    plain = json.JSONEncoder(
        sort_keys=True, separators=(item, key), ensure_ascii=False, allow_nan=False
    )
    make = getattr(encoder, "c_make_encoder", None)
    if make is None:
        return plain.encode
    write = encoder.encode_basestring
    encode = make(None, plain.default, write, None, key, item, True, False, False)
    return lambda value: "".join(encode(value, 0))
