"""Recordings: what was kept is found again, after crashes, by several writers, or told why not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lensops.errors import Invalid, UserError
from lensops.evals.explain import differences, explain
from lensops.evals.lines import LARGE
from lensops.evals.protocols import AnswerReply, AnswerRequest, GradeReply, GradeRequest
from lensops.evals.recorded import OutputRow
from lensops.evals.recorder import append
from lensops.evals.recordings import Recordings, read_recordings
from lensops.files import Folder
from lensops.json_text import MAX_DEPTH
from lensops.prompts import Message
from support.asking import answer_request
from support.recording import reply

NAME = "v1.jsonl"
TESTS = Path(__file__).parents[1]


def read(folder: Path) -> Recordings:
    return read_recordings(Folder(folder), NAME)


def output(folder: Path, request: AnswerRequest) -> object:
    """The recorded output of a request."""
    row = read(folder).output(request)
    return row.output if row else None


def names(folder: Path) -> set[str]:
    """The cases that are recorded."""
    (file,) = read(folder).files
    return {row.case for row in file}


def recorder(folder: Path, name: str, count: int) -> subprocess.Popen[str]:
    """A process that records."""
    command = [sys.executable, "-m", "support.recording", str(folder / NAME), name, str(count)]
    return subprocess.Popen(command, cwd=TESTS, stdout=subprocess.PIPE, text=True)


@pytest.fixture
def grade() -> GradeRequest:
    return GradeRequest("a", "text", {"x": 1}, {"tone": "5=warm"}, "openai:x")


class TestFoundAgain:
    def test_an_output_by_all_that_was_asked(self, tmp_path: Path) -> None:
        kept = reply("a", 1)
        append(tmp_path / NAME, [kept])
        assert output(tmp_path, kept.request) == kept.output

    @pytest.mark.parametrize(
        "other",
        [
            {"messages": (Message("user", "Write of {{ x }}."),)},
            {"messages": (Message("system", "Write about {{ x }}."),)},
            {"inputs": {"x": "b"}},
            {"model": "openai:x"},
            {"parameters": {"temperature": 0.1}},
            {"output_schema": {"type": "object"}},
            {"server": "http://localhost:1/v1"},
            {"sample": 1},
        ],
        ids=lambda other: next(iter(other)),
    )
    def test_not_when_any_part_differs(self, other: dict[str, object], tmp_path: Path) -> None:
        kept = reply("a", 1)
        append(tmp_path / NAME, [kept])
        parts = {"messages": kept.request.prompt.messages, "inputs": kept.request.inputs} | other
        assert read(tmp_path).output(answer_request("a-1", **parts)) is None  # type: ignore[arg-type]

    def test_another_case_that_was_asked_the_same_finds_it_too(self, tmp_path: Path) -> None:
        kept = reply("a", 1)
        append(tmp_path / NAME, [kept])
        same = answer_request("b", kept.request.prompt.messages, kept.request.inputs)
        assert output(tmp_path, same) == kept.output

    def test_a_vote_with_grades_and_one_without(self, tmp_path: Path, grade: GradeRequest) -> None:
        append(tmp_path / NAME, [GradeReply(grade, None, error="no verdict")])
        row = read(tmp_path).grade(grade)
        assert row is not None
        assert (row.grades, row.error) == (None, "no verdict")
        append(tmp_path / NAME, [GradeReply(grade, {"tone": 4}, "warm", cost=0.01)])
        row = read(tmp_path).grade(grade)
        assert row is not None
        assert (row.grades, row.reason, row.cost) == ({"tone": 4}, "warm", 0.01)  # the later counts

    def test_no_file_holds_nothing(self, tmp_path: Path) -> None:
        assert read(tmp_path).files == ()

    def test_structured_outputs_keep_their_shape(self, tmp_path: Path) -> None:
        kept = AnswerReply(reply("a", 1).request, {"b": [1, {"c": None}], "a": "é\u2028"})
        append(tmp_path / NAME, [kept])
        assert output(tmp_path, kept.request) == kept.output

    def test_a_row_has_what_was_asked_and_when(self, tmp_path: Path) -> None:
        append(tmp_path / NAME, [reply("a", 1)])
        row = json.loads((tmp_path / NAME).read_text())
        assert row["request"]["inputs"] == {"x": "a-1"}
        assert row["at"].endswith("Z")
        assert {"key", "case", "sample", "model", "tokens_in", "tokens_out", "latency_s"} <= set(
            row
        )


class TestCrashes:
    @pytest.fixture
    def torn(self, tmp_path: Path) -> Path:
        """A file of two rows and the beginning of a third."""
        append(tmp_path / NAME, [reply("a", 1), reply("a", 2)])
        whole = (tmp_path / NAME).read_bytes()
        append(tmp_path / NAME, [reply("a", 3)])
        third = (tmp_path / NAME).read_bytes()[len(whole) :]
        (tmp_path / NAME).write_bytes(whole + third[:2_000])
        return tmp_path

    def test_a_torn_last_line_is_left_out_and_said(self, torn: Path) -> None:
        assert names(torn) == {"a-1", "a-2"}
        assert read(torn).notes == [f"{NAME}: the last line is cut short and was left out"]

    def test_the_next_recorder_repairs_it(self, torn: Path) -> None:
        append(torn / NAME, [reply("a", 4)])
        assert names(torn) == {"a-1", "a-2", "a-4"}
        assert read(torn).notes == []

    def test_a_whole_last_line_without_its_end_is_kept(self, tmp_path: Path) -> None:
        append(tmp_path / NAME, [reply("a", 1)])
        whole = (tmp_path / NAME).read_bytes()
        (tmp_path / NAME).write_bytes(whole.rstrip(b"\n"))
        append(tmp_path / NAME, [reply("a", 2)])
        assert names(tmp_path) == {"a-1", "a-2"}

    def test_a_file_that_is_all_one_torn_line_begins_anew(self, tmp_path: Path) -> None:
        (tmp_path / NAME).write_bytes(b'{"kind": "output", ' + b"x" * 200_000)
        append(tmp_path / NAME, [reply("a", 1)])
        assert names(tmp_path) == {"a-1"}

    @pytest.mark.parametrize("after", [1, 4])
    def test_a_killed_recorder_loses_no_finished_answer(self, after: int, tmp_path: Path) -> None:
        running = recorder(tmp_path, "k", 100_000)
        assert running.stdout is not None
        finished = {running.stdout.readline().strip() for _ in range(after)}
        running.kill()
        running.wait()
        running.stdout.close()
        assert finished <= names(tmp_path)
        append(tmp_path / NAME, [reply("a", 1)])
        assert finished | {"a-1"} <= names(tmp_path)

    def test_two_recorders_at_once_corrupt_nothing(self, tmp_path: Path) -> None:
        both = [recorder(tmp_path, name, 60) for name in ("x", "y")]
        for running in both:
            running.communicate()
        assert [running.returncode for running in both] == [0, 0]
        assert names(tmp_path) == {f"{name}-{number}" for name in "xy" for number in range(60)}
        assert read(tmp_path).notes == []


class TestFaulty:
    @pytest.mark.parametrize(
        ("line", "says"),
        [
            ("x", "not JSON"),
            ('{"kind": "other"}', "must be 'output' or 'grade'"),
            ('{"kind": "output", "case": "a", "key": "sha256:0"}', "key"),
            ('{"kind": "output", "case": "a", "output": 7}', "output"),
            ('{"kind": "grade", "case": "a", "grades": {"tone": "high"}}', "grades.tone"),
        ],
    )
    def test_a_faulty_line_is_an_error_with_its_place(
        self, line: str, says: str, tmp_path: Path
    ) -> None:
        append(tmp_path / NAME, [reply("a", 1)])
        with (tmp_path / NAME).open("a") as file:
            file.write(line + "\n")
        with pytest.raises(Invalid) as caught:
            read(tmp_path)
        assert f"{NAME}:2" in str(caught.value)
        assert says in str(caught.value)

    def test_a_place_that_cannot_be_written_is_said(self, tmp_path: Path) -> None:
        (tmp_path / NAME).mkdir()
        with pytest.raises(UserError, match=r"cannot write v1\.jsonl"):
            append(tmp_path / NAME, [reply("a", 1)])


class TestExplain:
    def test_the_nearest_recording_is_told(self, tmp_path: Path) -> None:
        kept = reply("a", 1)
        append(tmp_path / NAME, [kept, reply("a", 1)])
        now = answer_request(
            "a-1", kept.request.prompt.messages, {"x": "new"}, parameters={"temperature": 0.5}
        )
        (file,) = read(tmp_path).files
        asked = [parts for _, parts in file.requests("a-1")]
        told = explain("output", now.digest, now.parts(), asked, is_recorded=False)
        assert told.state == "changed"
        assert {(d.part, d.recorded, d.current) for d in told.differences} == {
            ("inputs.x", "a-1", "new"),
            ("parameters", "{}", None),
            ("parameters.temperature", None, "0.5"),
        }

    def test_nothing_recorded_and_found(self) -> None:
        request = reply("a", 1).request
        assert explain("output", "k", request.parts(), [], is_recorded=False).state == "never"
        assert explain("output", "k", request.parts(), [], is_recorded=True).state == "recorded"

    def test_equal_requests_differ_in_nothing(self, grade: GradeRequest) -> None:
        assert list(differences(grade.parts(), grade.parts())) == []


def test_a_row_of_a_large_file_is_read_again_as_deep_as_it_was(tmp_path: Path) -> None:
    deep: list[object] = []
    for _ in range(MAX_DEPTH + 4):
        deep = [deep]
    row = {"kind": "output", "key": f"sha256:{0:064x}", "case": "c", "output": deep}
    lines = [json.dumps(row), json.dumps({**row, "output": "x" * LARGE})]
    (tmp_path / NAME).write_text("\n".join(lines) + "\n")
    (file,) = read(tmp_path).files
    first, _ = file
    assert isinstance(first, OutputRow)
    assert first.output == deep
