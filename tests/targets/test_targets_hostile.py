"""A target that somebody else can write to: nothing there blocks, hangs or crashes lensops."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lensops.errors import Refused, RemoteFailed
from lensops.plan import Plan, make
from lensops.release import MAX_SEQUENCE, Kind
from lensops.render.terminal import plain
from lensops.report.plan import document
from lensops.targets import layout
from lensops.targets.directory import Directory
from support.cli import lensops
from support.releases import DRAFT, prompt, release
from support.repo import Repo

A, B, C = release(offer="v1"), release(offer="v2"), release(offer="v3")
DEEP = "[" * 5_000_000
NOT_DEEP_ENOUGH_TO_STOP_JSON = '{"a":' * 800 + "1" + "}" * 800


@pytest.fixture
def target(tmp_path: Path) -> Directory:
    target = Directory("live", tmp_path / "live", "live")
    target.write(A, DRAFT, target.observe())
    return target


def write(target: Directory, path: str, text: str) -> None:
    file = target._tree.root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


@pytest.mark.parametrize(
    "numbers", [[9_999_999_999], [9_999_999_998, 9_999_999_999], [5], [5, 6], [10**18]]
)
@pytest.mark.parametrize("text", ["{}", "", DEEP[:100_000], "not JSON"])
def test_a_stray_file_in_the_log_blocks_nothing(
    target: Directory, numbers: list[int], text: str
) -> None:
    for number in numbers:
        write(target, layout.record_path(number), text)

    observed = target.observe()
    assert observed.sequence == 1
    assert any("is no part of the log" in problem for problem in observed.problems)
    assert target.write(B, DRAFT, observed).sequence == 2
    assert target.observe().digest == B.digest


@pytest.mark.parametrize("number", [9_999_999_999, MAX_SEQUENCE])
def test_a_forged_record_that_jumps_blocks_nothing(target: Directory, number: int) -> None:
    body = target.log().records[0].body()
    write(target, layout.record_path(number), json.dumps({**body, "sequence": number}))

    assert target.write(B, DRAFT, target.observe()).sequence == 2


def test_a_record_after_a_gap_counts(target: Directory) -> None:
    body = target.log().records[0].body()
    write(target, layout.record_path(4), json.dumps({**body, "sequence": 4}))

    assert target.log().problems == ("the log has no records 2 to 3; it begins anew with record 4",)
    assert target.write(B, DRAFT, target.observe()).sequence == 5


@pytest.mark.parametrize("path", ["current.json", "log/0000000002.json", "log/0000000001.json"])
@pytest.mark.parametrize("text", [DEEP, NOT_DEEP_ENOUGH_TO_STOP_JSON, "9" * 5_000, "NaN"])
def test_hostile_json_is_damage(project: Repo, path: str, text: str) -> None:
    assert lensops("apply", "--yes", cwd=project.root).code == 0
    (project.root / "live/staging" / path).write_text(text)

    for command in (["status"], ["plan"], ["diff", "--target", "staging"]):
        assert lensops(*command, cwd=project.root).code in {0, 2, 5}


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_json_does_not_have_are_damage(target: Directory, value: float) -> None:
    body: dict[str, Any] = json.loads((target._tree.root / "current.json").read_text())
    body["prompts"]["offer"]["parameters"] = {"temperature": value}
    write(target, "current.json", json.dumps(body))

    observed = target.observe()
    assert observed.release is None
    assert "current.json is damaged" in observed.problems[0]


@pytest.mark.slow
def test_a_release_that_no_client_reads_is_not_written(target: Directory) -> None:
    huge = type(A)("demo", {"offer": prompt("v1", "x" * 32_000_000)})

    with pytest.raises(Refused, match="larger than 31,000,000 bytes"):
        target.write(huge, DRAFT, target.observe())
    assert target.observe().digest == A.digest


def test_a_release_that_comes_back_after_its_rollback_is_applied_again(target: Directory) -> None:
    kinds = [target.write(each, DRAFT, target.observe()).kind for each in (B, A, B, C, A)]
    assert kinds == [Kind.APPLY, Kind.ROLLBACK, Kind.APPLY, Kind.APPLY, Kind.ROLLBACK]


@pytest.mark.parametrize("path", ["current.json", "log/0000000001.json", "log/0000000002.json"])
def test_a_pipe_is_not_waited_for(target: Directory, path: str) -> None:
    file = target._tree.root / path
    file.unlink(missing_ok=True)
    os.mkfifo(file)

    observed = target.observe()
    assert observed.digest in {None, A.digest}
    assert (observed.release is None) is (path == "current.json")
    assert len(target.log().records) == (0 if path.endswith("1.json") else 1)


def test_an_object_that_is_a_pipe_is_damage(target: Directory) -> None:
    file = target._tree.root / layout.object_path(A.digest)
    file.unlink()
    os.mkfifo(file)

    with pytest.raises(RemoteFailed, match="is not a regular file"):
        target.release(A.digest)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(-9, 9) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2)
    ),
    max_leaves=4,
)


def places(value: Any, keys: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value but the whole."""
    entries: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        entries = list(value.items())
    elif isinstance(value, list):
        entries = list(enumerate(value))
    return [found for k, child in entries for found in ((*keys, k), *places(child, (*keys, k)))]


@settings(max_examples=120)
@given(
    data=st.data(),
    value=json_values,
    path=st.sampled_from(["current.json", "log/0000000002.json", "object"]),
)
def test_any_part_of_any_file_may_be_anything(data: st.DataObject, value: Any, path: str) -> None:
    """A target with one part replaced is observed, planned for, shown and applied to."""
    with tempfile.TemporaryDirectory() as name:
        target = Directory("live", Path(name), "live")
        for each in (A, B):
            target.write(each, DRAFT, target.observe())
        file = Path(name) / (layout.object_path(B.digest) if path == "object" else path)
        body = json.loads(file.read_text())
        *outer, last = data.draw(st.sampled_from(places(body)))
        inner = body
        for key in outer:
            inner = inner[key]
        inner[last] = value
        file.write_text(json.dumps(body))

        observed = target.observe()
        target.log()
        plan = Plan((make("live", observed.release, C, settled=observed.is_settled),))
        plain(document(plan))
        target.write(C, DRAFT, observed)
        assert target.observe().digest == C.digest
