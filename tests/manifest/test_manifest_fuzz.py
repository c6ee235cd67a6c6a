"""Whatever a manifest or a prompt file holds, it is read, or refused with problems."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lensops.errors import Invalid
from lensops.manifest.drift import Monitor
from lensops.manifest.load import load
from lensops.manifest.model import Manifest, Target
from lensops.manifest.suite import Suite
from lensops.prompts import parse
from lensops.prompts.forms import ENDINGS
from lensops.prompts.forms.structured import KEYS, SECTIONS

WORDS = [*Manifest.model_fields, *Suite.model_fields, *Monitor.model_fields, *Target.model_fields]
ODD = ["", "\x00", "${X}", "{{ x }}", "{{> t }}", "../x", "v1", "openai:m", "é", "\u2028", "-1"]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(ODD)
)


def values(keys: list[str]) -> st.SearchStrategy[Any]:
    """Values nested in mappings of known keys, so that they reach what reads those."""
    return st.recursive(
        SCALARS,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(keys) | st.text(max_size=3), inner, max_size=4)
        ),
        max_leaves=20,
    )


def written(value: Any) -> bytes:
    """A value as a file: JSON is YAML, but for numbers that JSON has no word for."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


@given(st.dictionaries(st.sampled_from(list(Manifest.model_fields)), values(WORDS), max_size=8))
def test_any_manifest(value: Any) -> None:
    with contextlib.suppress(Invalid):
        load(written({"version": 1, "project": "p", "prompts": {}, **value}), "f.yaml")


@pytest.mark.parametrize("ending", ENDINGS)
@given(value=values(["role", "content", "tool_calls", "function", "name", *SECTIONS, *KEYS]))
@pytest.mark.slow
def test_any_prompt_file(ending: str, value: Any) -> None:
    with contextlib.suppress(Invalid):
        parse(written(value), f"v1{ending}", "v1")


@pytest.mark.parametrize("ending", ENDINGS)
@given(data=st.binary(max_size=100) | st.text(st.sampled_from("{}\\%> x\n-:#|"), max_size=40))
def test_any_bytes(ending: str, data: bytes | str) -> None:
    with contextlib.suppress(Invalid):
        parse(data if isinstance(data, bytes) else data.encode(), f"v1{ending}", "v1")
