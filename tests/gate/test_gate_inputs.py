"""What a branch changes of cases, schemas, recordings and data, and what is let be."""

from __future__ import annotations

import pytest

from lensops.gate import (
    CaseFacts,
    MonitorInputs,
    RecordedRow,
    SuiteInputs,
    monitor_input_changes,
    suite_input_changes,
)

CASES = {"a": CaseFacts("1"), "b": CaseFacts("2"), "must": CaseFacts("3", must_pass=True)}


def suite_messages(base: SuiteInputs, head: SuiteInputs, **scores: float) -> list[str]:
    return [change.message for change in suite_input_changes("copy", base, head, scores)]


def case_messages(head: dict[str, CaseFacts], **scores: float) -> list[str]:
    return suite_messages(SuiteInputs(CASES), SuiteInputs(head), **scores)


def test_equal_cases_say_nothing() -> None:
    assert case_messages(dict(CASES)) == []


def test_removed_freed_and_changed_cases_are_told_apart() -> None:
    assert case_messages({"a": CaseFacts("other"), "must": CaseFacts("4")}) == [
        "1 case (b) removed, 3 → 2 cases",
        "1 case (must) no longer must pass",
        "1 case (a) changed",
    ]


def test_added_cases_are_shown_with_how_they_move_the_mean() -> None:
    added = {**CASES, "easy": CaseFacts("5"), "easier": CaseFacts("6")}

    assert case_messages(added, a=0.5, b=0.7, easy=1.0, easier=1.0) == [
        "2 cases (easy, easier) added: that moves the mean from 0.6000 to 0.8000"
    ]
    assert case_messages(added) == ["2 cases (easy, easier) added"]


def test_removed_cases_are_shown_with_how_they_move_the_mean() -> None:
    base, head = SuiteInputs(CASES), SuiteInputs({"a": CASES["a"], "must": CASES["must"]})

    (change,) = suite_input_changes("copy", base, head, {"a": 0.5, "must": 0.7}, lambda: 0.45)

    assert change.message == (
        "1 case (b) removed, 3 → 2 cases: that moves the mean from 0.4500 to 0.6000"
    )


def test_many_cases_are_named_by_three() -> None:
    assert case_messages({})[0] == "3 cases (a, b, must) removed, 3 → 0 cases"
    many = {f"n{number}": CaseFacts("x") for number in range(9)} | CASES
    assert case_messages(many) == ["9 cases (n0, n1, n2, …) added"]


def test_a_schema_with_another_content_counts() -> None:
    base, head = SuiteInputs(schemas={"s.json": "1"}), SuiteInputs(schemas={"s.json": "2"})

    assert suite_messages(base, head) == ["s.json changed"]


OUTPUT, GRADE = RecordedRow("output", "a", "1"), RecordedRow("grade", "a", "2")
RECORDED = (OUTPUT, GRADE)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (RECORDED, None),
        ((*RECORDED, RecordedRow("output", "new", "9")), None),
        ((OUTPUT,), "recorded rows of 1 case (a) changed"),
        (
            (OUTPUT, RecordedRow("grade", "a", "9")),
            "recorded rows of 1 case (a) changed or removed",
        ),
        (
            (*RECORDED, RecordedRow("grade", "a", "9")),
            "rows added for 1 case (a) that had been recorded",
        ),
        ((), "recorded rows of 1 case (a) changed or removed"),
        ((GRADE, OUTPUT), None),
        ((*RECORDED, OUTPUT), None),
    ],
)
def test_recordings(rows: tuple[RecordedRow, ...], message: str | None) -> None:
    base, head = SuiteInputs(recordings={"v1": RECORDED}), SuiteInputs(recordings={"v1": rows})

    messages = suite_messages(base, head)

    assert len(messages) == (message is not None)
    assert all(message is not None and message in found for found in messages)


@pytest.mark.parametrize("order", ["21", "121"])
def test_a_row_that_had_been_replaced_must_not_count_again(order: str) -> None:
    rows = {number: RecordedRow("grade", "a", number, "key") for number in "12"}
    base = SuiteInputs(recordings={"v1": (rows["1"], rows["2"])})
    head = SuiteInputs(recordings={"v1": tuple(rows[number] for number in order)})

    assert suite_messages(base, head) == ["v1: rows that had been replaced count again"]


def test_rows_of_a_version_that_the_base_has_not_recorded_are_let_be() -> None:
    assert suite_messages(SuiteInputs(), SuiteInputs(recordings={"v2": RECORDED})) == []


@pytest.mark.parametrize(
    ("base", "head", "message"),
    [
        (MonitorInputs({"b": "1"}, {"c": "2"}), MonitorInputs({"b": "1"}, {"c": "9"}), None),
        (MonitorInputs({"b": "1"}, {"c": "2"}), MonitorInputs({"b": "9"}, {"c": "2"}), "b changed"),
        (
            MonitorInputs({"b": "1"}, {"c": "2"}),
            MonitorInputs({"b": "1"}, {"c": "1"}),
            "the current window holds the same bytes as the baseline",
        ),
        (MonitorInputs({"b": "1"}, {"c": "1"}), MonitorInputs({"b": "1"}, {"c": "1"}), None),
        (
            MonitorInputs({"all": "1"}, {"all": "1"}),
            MonitorInputs({"all": "1"}, {"all": "1"}),
            None,
        ),
        (
            MonitorInputs({"b": None}, {"c": None}),
            MonitorInputs({"b": "1"}, {"c": "2"}),
            "b is not in git at the base: whether it changed is not known",
        ),
    ],
)
def test_data(base: MonitorInputs, head: MonitorInputs, message: str | None) -> None:
    changes = [change.message for change in monitor_input_changes("score", base, head)]

    assert changes == ([message] if message else [])


def test_what_is_not_known_is_marked() -> None:
    base, head = MonitorInputs({"b": None}), MonitorInputs({"b": "1"})

    (change,) = monitor_input_changes("score", base, head)

    assert not change.is_known
