"""Cases and outputs made elsewhere: every kind of bad line is said with its place."""

from __future__ import annotations

import gzip
import hashlib
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lensops.errors import Invalid, Problem, Stale
from lensops.evals.cases import Case, Needs, case_digest, load_cases, read_cases
from lensops.evals.jsonl import read_rows
from lensops.evals.outputs import mismatch_notes, read_outputs
from lensops.files import Folder, Snapshot
from lensops.format import list_some
from lensops.json_text import MAX_DEPTH, parse_strictly
from lensops.prompts import canonical

GOOD = '{"id": "a", "inputs": {"x": 1}, "reference": "r"}'
NEEDS = Needs(("x",), metrics=("bleu",))

BAD = {
    "not JSON": ("{id: a}", "2:2: not JSON"),
    "a list": ("[1]", "2:1: a line must be a JSON object"),
    "a number": ("7", "2:1: a line must be a JSON object"),
    "NaN": (GOOD.replace("1", "NaN"), "2: NaN is not a number"),
    "infinity": (GOOD.replace("1", "1e999"), "2: 1e999 is too large"),
    "key twice": ('{"id": "b", "id": "c"}', "2: the key 'id' is there twice"),
    "half a surrogate": (r'{"id": "\ud83d"}', "half of a surrogate pair"),
    "no id": ('{"inputs": {"x": 1}, "reference": "r"}', "2: the field 'id' is missing"),
    "empty id": (GOOD.replace('"a"', '""'), "2:2: id: must not be empty"),
    "id a number": (GOOD.replace('"a"', "7"), "2:2: id: must be text"),
    "same id": (GOOD, "2:2: id: 'a' is the id of line 1 already"),
    "unknown field": (GOOD.replace('"reference"', '"referense"'), "did you mean 'reference'?"),
    "inputs a list": (GOOD.replace('{"x": 1}', "[1]"), "2:13: inputs: must be an object"),
    "no input": (GOOD.replace('"x"', '"y"').replace('"a"', '"b"'), "inputs: 'x' is missing"),
    "no reference": ('{"id": "b", "inputs": {"x": 1}}', "case 'b' has no reference"),
    "empty reference": (GOOD.replace('"r"', '""').replace('"a"', '"b"'), "has no reference"),
    "both references": (
        '{"id": "b", "inputs": {"x": 1}, "reference": "r", "references": ["s"]}',
        "2:51: references: give `reference` or `references`, not both",
    ),
    "must_pass a word": (
        '{"id": "b", "must_pass": "yes"}',
        "2:13: must_pass: must be true or false",
    ),
    "unknown check": (
        '{"id": "b", "inputs": {"x": 1}, "reference": "r", "checks": [{"contain": "x"}]}',
        "unknown field 'contain' in checks.0 (did you mean 'contains'?)",
    ),
    "two checks in one": ('{"id": "b", "checks": [{"contains": "x", "min_words": 1}]}', "one key"),
    "bad pattern": (
        '{"id": "b", "inputs": {"x": 1}, "reference": "r", "checks": [{"regex": "("}]}',
        "is none",
    ),
    "deep": ("[" * 100_000, "nested too deeply"),
}


def said(folder: Path, data: str | bytes, needs: Needs = NEEDS) -> str:
    (folder / "c.jsonl").write_bytes(data.encode() if isinstance(data, str) else data)
    return "\n".join(str(problem) for problem in read_cases(Folder(folder), "c.jsonl", needs)[1])


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_line_is_said_with_its_place(kind: str, tmp_path: Path) -> None:
    line, says = BAD[kind]
    found = said(tmp_path, f"{GOOD}\n{line}\n")
    assert "c.jsonl:2" in found
    assert says in found


def test_all_problems_are_said_at_once(tmp_path: Path) -> None:
    found = said(tmp_path, f"{GOOD}\n\n[1]\n{GOOD}\nx\n")
    assert [line.split(":")[1] for line in found.splitlines()] == ["3", "4", "5"]


@pytest.mark.parametrize(
    ("data", "form"),
    [
        ('[{"id": "a"}]', "a JSON array"),
        ('[\n{"id": "a"},\n{"id": "b"}\n]', "a JSON array"),
        ('{\r\n"id": "a"\r\n}', "JSON over several lines"),
        ('"id";"inputs"\r\n"a";"b"\r\n', "a table"),
        ("id\tinputs\na\tb\n", "a table"),
        ("<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> x\n", "a conflict that a merge left"),
        (gzip.compress(b"{}\n{}\n", mtime=0), "a compressed file"),
        ('{"id": "a"}\n{"id": "b"}\n'.encode("utf-16"), "UTF-16"),
    ],
)
def test_a_file_of_another_form_is_one_problem(
    data: str | bytes, form: str, tmp_path: Path
) -> None:
    path = tmp_path / "c.jsonl"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    (problem,) = read_rows(Folder(tmp_path), path.name)
    assert isinstance(problem, Problem)
    assert str(problem).startswith(f"c.jsonl:1:1: this is {form}, not JSON lines (")


def test_of_many_problems_the_first_hundred_are_said(tmp_path: Path) -> None:
    found = said(tmp_path, "x\n" * 1_234).splitlines()
    assert len(found) == 101
    assert found[-1].endswith("and 1,134 more problems in this file")


@pytest.mark.parametrize("data", ["", "\n \n", "\ufeff\n"])
def test_a_file_without_cases_is_a_problem(data: str, tmp_path: Path) -> None:
    assert "the file has no cases" in said(tmp_path, data)


def test_bytes_that_are_not_utf_8_have_line_and_column(tmp_path: Path) -> None:
    assert "c.jsonl:2:9: byte 0xe9 is not UTF-8" in said(tmp_path, b'{}\n{"id": "\xe9"}\n', Needs())


def test_a_folder_or_no_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "c.jsonl").mkdir()
    with pytest.raises(Invalid, match="is a directory"):
        read_cases(Folder(tmp_path), "c.jsonl")
    with pytest.raises(Invalid, match=r"there is no file nope\.jsonl"):
        read_cases(Folder(tmp_path), "nope.jsonl")


def test_a_link_out_of_the_repository_is_refused(tmp_path: Path) -> None:
    (tmp_path / "outside.jsonl").write_text(GOOD)
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "c.jsonl").symlink_to(tmp_path / "outside.jsonl")
    with pytest.raises(Invalid, match="leaves the repository"):
        read_cases(Folder(inside), "c.jsonl")


@given(depth=st.integers(MAX_DEPTH - 3, MAX_DEPTH + 3), brackets=st.sampled_from(["[]", "{}"]))
def test_what_can_be_read_can_be_written_again(depth: int, brackets: str) -> None:
    opening = '{"a":' if brackets == "{}" else "["
    text = opening * depth + "1" + brackets[1] * depth
    if depth > MAX_DEPTH:
        with pytest.raises(RecursionError):
            parse_strictly(text)
        return
    assert canonical(parse_strictly(text)).decode() == text
    with pytest.raises(RecursionError):
        parse_strictly(f"[[], {text[: len(opening)] * 9}{text}{brackets[1] * 9}]")


def test_a_line_of_a_hundred_megabytes_is_never_held(tmp_path: Path) -> None:
    with (tmp_path / "c.jsonl").open("wb") as file:
        file.write(b'{"id": "')
        for _ in range(100):
            file.write(b"x" * 1_000_000)
        file.write(b'"}\n' + GOOD.encode())
    tracemalloc.start()
    cases, problems = read_cases(Folder(tmp_path), "c.jsonl", NEEDS)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "c.jsonl:1: the line is longer than 10,000,000 bytes" in str(problems[0])
    assert [case.id for case in cases] == ["a"]
    assert peak < 40_000_000


def test_what_a_case_may_hold(tmp_path: Path) -> None:
    line = (
        '\ufeff{"id": "a", "inputs": {"x": "é"}, "references": ["r", "", "s"], "group": "g", '
        '"must_pass": true, "checks": [{"contains": "x"}]}\r\n'
    )
    (tmp_path / "c.jsonl").write_text(line, newline="")
    (case,) = load_cases(Folder(tmp_path), "c.jsonl", NEEDS)
    assert case.references == ("r", "s")
    assert (case.group, case.cluster, case.must_pass) == ("g", "group g", True)
    assert [check.kind for check in case.checks] == ["contains"]


def test_the_digest_is_of_what_cases_hold() -> None:
    case = Case("a", {"x": 1, "y": 2}, ("r",))
    assert case_digest(case) == case_digest(Case("a", {"y": 2, "x": 1}, ("r",)))
    assert case_digest(case) != case_digest(Case("a", {"x": 1, "y": 2}, ("r",), "g"))


class TestOutputs:
    def read(self, folder: Path, text: str, ids: str = "abc") -> tuple[object, list[str]]:
        (folder / "o.jsonl").write_text(text)
        outputs = read_outputs(Folder(folder), "o.jsonl", list(ids))
        return outputs, list(mismatch_notes(outputs))

    def test_text_and_structures_and_samples(self, tmp_path: Path) -> None:
        text = '{"id":"a","output":"x","latency":3}\n{"id":"b","output":{"body":"y"}}\n'
        text += '{"id":"a","output":"z","sample":1}\n'
        outputs, notes = self.read(tmp_path, text, "ab")
        assert outputs.of("a") == ("x", "z")  # type: ignore[attr-defined]  # told as an object
        assert outputs.of("b") == ({"body": "y"},)  # type: ignore[attr-defined]  # as above
        assert notes == []

    def test_missing_and_extra_ids_are_said(self, tmp_path: Path) -> None:
        _, notes = self.read(tmp_path, '{"id":"a","output":"x"}\n{"id":"z","output":"x"}\n')
        assert notes == [
            "o.jsonl has no output for 2 cases: b, c",
            "o.jsonl has outputs of 1 unknown case: z",
        ]

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("", "the file has no outputs"),
            ('{"id":"a"}', "o.jsonl:1: needs `output`, or `messages`"),
            ('{"id":"a","output":7}', "o.jsonl:1:11: output"),
            (
                '{"id":"a","output":true}',
                "o.jsonl:1:11: output: must be text, an object, a list or null, not true",
            ),
            ('{"id":"a","output":"x"}\n{"id":"a","output":"y"}', "'a' has an output already"),
        ],
    )
    def test_a_bad_file_is_said_with_its_place(self, text: str, says: str, tmp_path: Path) -> None:
        with pytest.raises(Invalid) as caught:
            self.read(tmp_path, text)
        assert says in str(caught.value)

    def test_some_ids_in_words(self) -> None:
        assert list_some("abc") == "a, b, c"
        assert list_some("abcdefg") == "a, b, c, d, e and 2 more"


class TestLarge:
    """Files that are not held in memory."""

    @pytest.fixture
    def large(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setattr("lensops.evals.lines.LARGE", 0)
        lines = [
            f'{{"id": "c{number}", "inputs": {{"x": {number}}}, "reference": "r"}}\n'
            for number in range(50)
        ]
        (tmp_path / "c.jsonl").write_text("\ufeff" + "\n".join(lines))
        return tmp_path

    def test_the_same_cases_as_of_a_small_one(
        self, large: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        streamed = read_cases(Snapshot(Folder(large)), "c.jsonl", NEEDS)
        monkeypatch.setattr("lensops.evals.lines.LARGE", 1 << 30)
        held = read_cases(Snapshot(Folder(large)), "c.jsonl", NEEDS)
        assert list(streamed[0]) == list(held[0])
        assert (streamed[0].digest, streamed[1]) == (held[0].digest, ())

    def test_the_digest_of_its_bytes_is_recorded(self, large: Path) -> None:
        tree = Snapshot(Folder(large))
        read_cases(tree, "c.jsonl")
        data = (large / "c.jsonl").read_bytes()
        assert tree.used == {"c.jsonl": hashlib.sha256(data).hexdigest()}

    def test_a_row_that_was_changed_since_is_refused(self, large: Path) -> None:
        cases, _ = read_cases(Snapshot(Folder(large)), "c.jsonl")
        path = large / "c.jsonl"
        path.write_bytes(path.read_bytes().replace(b'"x": 7}', b'"x": 8}'))
        with pytest.raises(Stale, match="was changed while it was read"):
            list(cases)

    def test_problems_have_their_lines(self, large: Path) -> None:
        with (large / "c.jsonl").open("a") as file:
            file.write('{"id": "c3"}\nx\n')
        _, problems = read_cases(Snapshot(Folder(large)), "c.jsonl", NEEDS)
        assert [(p.location.line, p.message.split(":")[0]) for p in problems] == [
            (100, "id"),
            (100, "reference"),
            (100, "inputs"),
            (101, "not JSON"),
        ]
