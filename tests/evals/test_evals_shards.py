"""Shards: any split of any suite, in any order, is one recording; a lost or second one is told."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lensops.errors import Invalid
from lensops.evals.arm import Arm
from lensops.evals.cases import Case
from lensops.evals.protocols import AnswerReply, GradeReply, GradeRequest
from lensops.evals.recorder import append
from lensops.evals.recordings import Recordings, read_recordings
from lensops.evals.shards import Shard, label_of, lost_shards, parse_shard
from lensops.files import Folder
from lensops.prompts import Message, Prompt

NAME = "v1.jsonl"
ARM = Arm(Prompt("v1", (Message("user", "Write about {{ x }}."),)), "openai:x", samples=2)
CASES = st.lists(st.integers(0, 5) | st.text(max_size=3) | st.none(), max_size=12)


def cases_of(values: list[object]) -> list[Case]:
    """Cases whose input is a value; None has none, so that nothing can be asked."""
    return [
        Case(f"case-{number}", {} if value is None else {"x": value})
        for number, value in enumerate(values)
    ]


def replies_of(case: Case) -> list[AnswerReply]:
    return [
        AnswerReply(request, f"{case.id} {request.sample}", model="x")
        for request in ARM.requests(case)
    ]


def record(folder: Path, cases: list[Case], of: int) -> list[Path]:
    """Each shard's cases into a file of its own, those without any left out."""
    paths = [folder / Shard(number, of).path(NAME) for number in range(1, of + 1)]
    for number, path in enumerate(paths, start=1):
        for case in cases:
            if Shard(number, of).has(case, ARM):
                append(path, replies_of(case))
    return [path for path in paths if path.exists()]


def read_joined(folder: Path, paths: list[Path]) -> Recordings:
    """What is in all of them, one after the other."""
    (folder / NAME).write_bytes(b"".join(path.read_bytes() for path in paths))
    return read_recordings(Folder(folder), NAME)


@given(st.data(), CASES, st.integers(1, 5))
def test_parts_in_any_order_some_twice_answer_as_one_run(
    data: st.DataObject, values: list[object], of: int
) -> None:
    cases = cases_of(values)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = record(folder, cases, of)
        again = data.draw(st.lists(st.sampled_from(paths))) if paths else []
        joined = read_joined(folder, data.draw(st.permutations([*paths, *again])))
        assert [sum(Shard(n, of).has(case, ARM) for n in range(1, of + 1)) for case in cases] == [
            1
        ] * len(cases)
        for case in cases:
            found = [row and row.output for row in map(joined.output, ARM.requests(case))]
            assert found == [reply.output for reply in replies_of(case)]


@given(CASES.filter(any), st.integers(2, 5), st.data())
def test_a_lost_part_is_named_where_something_is_missing(
    values: list[object], of: int, data: st.DataObject
) -> None:
    cases = cases_of(values)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = record(folder, cases, of)
        lost = data.draw(st.sampled_from(paths))
        joined = read_joined(folder, [path for path in paths if path != lost])
        missing = [
            request
            for case in cases
            for request in ARM.requests(case)
            if joined.output(request) is None
        ]
        assert missing
        assert len(paths) == 1 or label_of(lost.name) in joined.lost_shards


def test_a_part_that_was_recorded_twice_otherwise_is_refused(tmp_path: Path) -> None:
    reply = replies_of(cases_of(["tea"])[0])[0]
    append(tmp_path / "v1.shard-1-of-1.jsonl", [reply])
    other = tmp_path / "other/v1.shard-1-of-1.jsonl"
    append(other, [replace(reply, output="another answer")])
    with pytest.raises(Invalid, match=r"v1.jsonl:2: case-0: another row .* recorded twice"):
        read_joined(tmp_path, [tmp_path / "v1.shard-1-of-1.jsonl", other])


@pytest.mark.parametrize(
    ("file", "grades", "is_refused"),
    [
        ("v1.shard-2-of-3.jsonl", {"tone": 4}, True),  # of another split
        ("v1.shard-2-of-3.jsonl", {"tone": 5}, False),
        ("v1.shard-2-of-3.jsonl", None, False),  # a failed vote is no answer
        ("v1.shard-1-of-2.jsonl", {"tone": 4}, False),  # asked anew: --rejudge
        ("v1.jsonl", {"tone": 4}, False),
    ],
)
def test_a_vote_is_refused_only_between_parts(
    file: str, grades: dict[str, int] | None, is_refused: bool, tmp_path: Path
) -> None:
    request = GradeRequest("a", "text", {}, {"tone": "5=warm"}, "openai:x")
    append(tmp_path / "v1.shard-1-of-2.jsonl", [GradeReply(request, {"tone": 5}, model="x")])
    append(tmp_path / "other" / file, [GradeReply(request, grades, model="x")])
    paths = [tmp_path / "v1.shard-1-of-2.jsonl", tmp_path / "other" / file]
    if is_refused:
        with pytest.raises(Invalid, match="recorded twice"):
            read_joined(tmp_path, paths)
    else:
        assert read_joined(tmp_path, paths).grade(request) is not None


def test_outputs_that_no_shard_recorded_may_change(tmp_path: Path) -> None:
    reply = replies_of(cases_of(["tea"])[0])[0]
    append(tmp_path / NAME, [reply, replace(reply, output="a newer one")])
    row = read_recordings(Folder(tmp_path), NAME).output(reply.request)
    assert row is not None
    assert row.output == "a newer one"


@pytest.mark.parametrize(
    ("labels", "lost"),
    [
        (set(), []),
        ({"1/1"}, []),
        ({"1/3", "3/3"}, ["2/3"]),
        ({"1/2", "2/2", "1/3"}, ["2/3", "3/3"]),
    ],
)
def test_lost_shards_are_those_without_a_row(labels: set[str], lost: list[str]) -> None:
    assert lost_shards(labels) == lost


def test_a_shard_names_its_file() -> None:
    assert label_of(parse_shard("2/8").path("a/v2.jsonl")) == "2/8"
    assert label_of("v2.jsonl") is None


def test_a_part_that_a_crash_cut_short_is_refused_with_its_line(tmp_path: Path) -> None:
    paths = record(tmp_path, cases_of([*range(6)]), 2)
    paths[0].write_bytes(paths[0].read_bytes()[:-20])
    lines = paths[0].read_bytes().count(b"\n")
    with pytest.raises(Invalid, match=rf"v1.jsonl:{lines + 1}:"):
        read_joined(tmp_path, paths)
