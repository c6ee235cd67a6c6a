"""The encoder for many values writes what `json` writes, and refuses what it refuses."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lensops.json_text import make_encoder

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
values = st.recursive(
    scalars.filter(lambda value: not isinstance(value, float) or math.isfinite(value)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(values)
def test_it_writes_what_json_writes(value: Any) -> None:
    assert make_encoder()(value) == json.dumps(value, sort_keys=True, ensure_ascii=False)
    close = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert make_encoder(",", ":")(value) == close


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        make_encoder()({"a": [number]})
