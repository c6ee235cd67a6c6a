"""YAML into values with places."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from lensops.errors import Invalid
from lensops.manifest import read_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 1", 1),
        ("a: -0x1F", -31),
        ("a: 0o17", 15),
        ("a: 012", "012"),
        ("a: 1_000", 1000),
        ("a: 0.1", 0.1),
        ("a: .5", 0.5),
        ("a: 1e3", 1000.0),
        ("a: -.inf", float("-inf")),
        ("a: ~", None),
        ("a:", None),
        ("a: Null", None),
        ("a: true", True),
        ("a: yes", "yes"),
        ("a: 2026-01-02", "2026-01-02"),
        ("a: '1'", "1"),
        ("a: !!str 1", "1"),
        ("a: |\n  x\n  y\n", "x\ny\n"),
        ("a: >-\n  x\n  y\n", "x y"),
        ("a: [1, [2], {b: 3}]", [1, [2], {"b": 3}]),
        ("b: &b {c: 1, d: 2}\na:\n  <<: *b\n  d: 3", {"d": 3, "c": 1}),
        ("b: &b [1]\na: *b", [1]),
    ],
)
def test_values(text: str, value: Any) -> None:
    assert read_yaml(text.encode(), "f").plain()["a"] == value


def test_places_count_from_one_and_spans_leave_anchors_out() -> None:
    text = "# ☕\na:\n  b: &x 'v1' # c\n"
    node = read_yaml(text.encode(), "f").get("a", "b")
    assert node is not None
    assert str(node.location) == "f:3:9"
    assert text[node.start : node.end] == "'v1'"


KEYS = st.text(st.sampled_from("abcxyz_"), min_size=1, max_size=5)
# the library's own writer does not escape the line ends of YAML 1.1, and loses them
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x85\u2028\u2029"), max_size=12)
SCALARS = st.none() | st.booleans() | st.integers(-9, 10**6) | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=4))
def test_what_the_library_writes_is_read_back(value: dict[str, Any]) -> None:
    stream = io.StringIO()
    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = False  # in flow style it writes `{a: :0}`, which it cannot read
    writer.dump(value, stream)
    assert read_yaml(stream.getvalue().encode(), "f").plain() == value


@given(st.binary(max_size=200))
def test_any_bytes_give_a_value_or_problems(data: bytes) -> None:
    with contextlib.suppress(Invalid):
        read_yaml(data, "f").plain()
