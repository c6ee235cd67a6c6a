"""Outputs given as conversations: the last message of the assistant is the output."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lensops.errors import Invalid
from lensops.evals.outputs import read_outputs
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
    assert text_of(output, None) == ""
    assert text_of({**output, "content": "A moment."}, None) == "A moment."


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({}, "needs `output`, or `messages`"),
        ({"output": "x", "messages": []}, "needs `output`, or `messages`"),
        ({"messages": []}, "the last message must be of role assistant"),
        ({"messages": [{"role": "user", "content": "x"}]}, "must be of role assistant"),
        ({"messages": [{"role": "assistant"}]}, "neither content nor tool_calls"),
    ],
)
def test_what_is_no_conversation_is_refused(
    row: dict[str, Any], problem: str, tmp_path: Path
) -> None:
    with pytest.raises(Invalid, match=problem):
        read(tmp_path, row)
