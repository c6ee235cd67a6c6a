"""What a pull request may write into schemas, patterns and cases ends, soon and without a crash."""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lensops.errors import Invalid, UserError
from lensops.evals.cases import read_cases
from lensops.evals.checks import check_fault, checked_output, run_check
from lensops.evals.outputs import read_outputs
from lensops.evals.recordings import read_recordings
from lensops.evals.schema import Schema, read_schema
from lensops.files import Folder
from lensops.manifest.suite import Check

EVIL = "^(a|a|aa)+$"
TEXT = "a" * 60 + "!"
FOREVER = 60  # seconds; without a limit it would be years, and the machine may be slow
DOUBLED = {
    "$defs": {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 4} for n in range(40)}
    | {"d40": {"type": "integer"}},
    "$ref": "#/$defs/d0",
}


@pytest.mark.parametrize(
    ("schema", "value", "says"),
    [
        ({"pattern": EVIL}, TEXT, "took more than 1 s"),
        ({"patternProperties": {EVIL: {}}}, {TEXT: 1}, "took more than 1 s"),
        (
            {"patternProperties": {EVIL: {}}, "additionalProperties": False},
            {TEXT: 1},
            "took more than 1 s",
        ),
        ({"$ref": "#"}, 1, "refers to itself without end"),
        (DOUBLED, 1, "took more than 1 s"),
    ],
    ids=["pattern", "patternProperties", "additionalProperties", "recursive $ref", "doubling $ref"],
)
def test_a_schema_that_would_never_end_does(schema: Any, value: Any, says: str) -> None:
    began = time.monotonic()
    fault = Schema(schema).fault(value)
    assert fault is not None
    assert says in fault
    assert time.monotonic() - began < FOREVER


def test_what_a_limited_schema_says_is_what_jsonschema_says() -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"type": "integer"}},
        "patternProperties": {"^x": {"type": "string", "pattern": "^q"}},
        "additionalProperties": {"type": "boolean"},
    }
    assert Schema(schema).fault({"a": 1, "x1": "qq", "z": True}) is None
    assert "is not of type 'boolean'" in (Schema(schema).fault({"z": 1}) or "")
    assert "does not match" in (Schema(schema).fault({"x1": "p"}) or "")
    assert "not allowed: 'b'" in (Schema({"additionalProperties": False}).fault({"b": 1}) or "")


@pytest.mark.parametrize(
    "content",
    [
        "[" * 100_000,
        '{"pattern": "("}',
        '{"maximum": ' + "9" * 5_000 + "}",
        '{"type": "nope"}',
        "[1]",
        '"x"',
        "null",
        '{"pattern": "' + "(" * 50_000 + '"}',
        '{"patternProperties": {"a": {}}, "unevaluatedProperties": false}',
        '{"a": 1, "a": 2}',
        '{"maximum": NaN}',
    ],
)
def test_what_is_no_schema_is_a_problem_with_its_file(content: str, tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text(content)
    with pytest.raises(Invalid, match=r"s\.json"):
        read_schema(Folder(tmp_path), "s.json")


@pytest.mark.parametrize("pattern", ["(", "(" * 9_000, "a" * 10_001, "(?P<a>x)(?P<a", "[z-a]"])
def test_a_pattern_that_is_none_is_a_problem(pattern: str) -> None:
    assert "pattern" in (check_fault(Check(regex=pattern)) or "")


@pytest.mark.slow
def test_a_pattern_that_never_ends_is_stopped() -> None:
    result = run_check(Check(regex=EVIL), checked_output(TEXT, None, {}))
    assert (result.passed, "more than 1 s" in result.reason) == (False, True)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda part: (
        st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=5), part, max_size=3)
    ),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    [
        "id",
        "inputs",
        "reference",
        "references",
        "group",
        "must_pass",
        "checks",
        "kind",
        "key",
        "case",
        "sample",
        "output",
        "grades",
        "model",
        "regex",
        "json_schema",
        "max_words",
    ]
)
ROWS = st.lists(
    st.binary(max_size=30)
    | st.dictionaries(FIELDS, JSON, max_size=5).map(lambda row: json.dumps(row).encode()),
    max_size=4,
).map(b"\n".join)


@given(data=ROWS)
def test_readers_of_rows_never_crash(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("rows")
    (folder / "f.jsonl").write_bytes(data)
    tree = Folder(folder)
    for reader in (
        lambda: read_cases(tree, "f.jsonl"),
        lambda: read_recordings(tree, "f.jsonl"),
        lambda: read_outputs(tree, "f.jsonl", ["a"]),
        lambda: read_schema(tree, "f.jsonl"),
    ):
        with contextlib.suppress(UserError):
            reader()
