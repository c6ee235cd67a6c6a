"""Outputs given as conversations: the last message of the assistant is the output."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lensops.errors import Invalid
from lensops.evals.metrics import Flawed
from lensops.evals.outputs import mismatch_notes, read_outputs
from lensops.evals.text import text_of
from lensops.files import Folder

CALL = {"id": "c", "type": "function", "function": {"name": "weather", "arguments": "{}"}}


def read(folder: Path, row: dict[str, Any]) -> Any:
    (folder / "o.jsonl").write_text(json.dumps({"id": "a", **row}) + "\n")
    return read_outputs(Folder(folder), "o.jsonl", ["a"]).of("a")


def test_text_and_calls(tmp_path: Path) -> None:
    user = {"role": "user", "content": "hi"}
    said = {"role": "assistant", "content": "Hello"}
    assert read(tmp_path, {"messages": [user, said]}) == ("Hello",)
    calling = {"role": "assistant", "content": None, "tool_calls": [CALL]}
    (output,) = read(tmp_path, {"messages": [user, calling]})
    assert output == {"content": None, "tool_calls": [CALL]}
    assert text_of(output, None) == Flawed("the output calls tools and has no text")
    assert text_of({**output, "content": "A moment."}, None) == "A moment."


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({}, "needs `output`, or `messages`"),
        ({"output": "x", "messages": []}, "needs `output`, or `messages`"),
        ({"messages": []}, "the last message must be of role assistant"),
        ({"messages": [{"role": "user", "content": "x"}]}, "must be of role assistant"),
        ({"messages": [{"role": "assistant", "content": 5}]}, "must be text or null"),
        ({"output": 42}, "must be text, an object, a list or null, not 42"),
    ],
)
def test_what_is_no_conversation_is_refused(
    row: dict[str, Any], problem: str, tmp_path: Path
) -> None:
    with pytest.raises(Invalid, match=problem):
        read(tmp_path, row)


@pytest.mark.parametrize(
    "row",
    [
        {"output": None},
        {"messages": [{"role": "assistant"}]},
        {"messages": [{"role": "assistant", "content": None, "refusal": "no"}]},
        {"messages": [{"role": "assistant", "content": None, "tool_calls": []}]},
    ],
)
def test_a_generation_that_failed_is_missing_and_said(row: dict[str, Any], tmp_path: Path) -> None:
    assert read(tmp_path, row) == ()
    outputs = read_outputs(Folder(tmp_path), "o.jsonl", ["a"])
    assert list(mismatch_notes(outputs)) == ["o.jsonl has null, which is no output, for 1 case: a"]


@pytest.mark.parametrize("empty", ["", {}, []])
def test_what_is_empty_is_an_output_and_nothing_else(empty: Any, tmp_path: Path) -> None:
    assert read(tmp_path, {"output": empty}) == (empty,)


def test_one_failed_sample_makes_a_case_missing(tmp_path: Path) -> None:
    rows = [{"id": "a", "output": "x", "sample": 0}, {"id": "a", "output": None, "sample": 1}]
    (tmp_path / "o.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    outputs = read_outputs(Folder(tmp_path), "o.jsonl", ["a"])
    assert (outputs.of("a"), outputs.failed) == ((), ("a",))
