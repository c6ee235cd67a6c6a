"""JSON text is what `json` writes with indentation, but for long tables, and never NaN."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lensops.render.json import MANY, envelope

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, width=32),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.dictionaries(st.text(), values))
def test_the_text_is_that_of_json(data: dict[str, Any]) -> None:
    full = {"schema": "lensops/x/v1", **data}
    try:
        text = json.dumps(full, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    except ValueError:
        with pytest.raises(ValueError, match="JSON compliant"):
            envelope("x", data)
    else:
        assert envelope("x", data) == text + "\n"


def test_a_long_table_has_a_line_a_row() -> None:
    rows = [{"id": f"c{number}", "scores": {"bleu": 0.5}} for number in range(MANY + 1)]
    text = envelope("eval", {"evals": [{"cases": rows, "n": MANY + 1}]})
    assert json.loads(text)["evals"][0]["cases"] == rows
    assert '        {"id": "c7", "scores": {"bleu": 0.5}},\n' in text
    assert text.count("\n") == MANY + 11


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        envelope("x", {"value": float("nan")})
