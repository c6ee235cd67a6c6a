"""Ratings by people: two formats, several raters, and what is wrong with a file."""

from __future__ import annotations

import pytest

from lensops.errors import Invalid
from lensops.evals.ratings import Rating, read_ratings


def test_jsonl_and_csv_say_the_same() -> None:
    lines = b'{"id": "a", "rating": 5, "score": 0.9, "group": "g"}\n\n{"id": 7, "rating": 2.5}\n'
    table = b"\xef\xbb\xbfid,rating,score,group\r\na,5,0.9,g\r\n7,2.5,,\r\n"
    wanted = (Rating("a", 5.0, 1, False, 0.9, "g"), Rating("7", 2.5, 1, False))
    assert read_ratings(lines, "r.jsonl") == wanted
    assert read_ratings(table, "r.csv") == wanted


def test_more_rows_of_one_id_are_more_raters() -> None:
    table = b"id,rating\na,5\nb,1\na,2\n"
    assert read_ratings(table, "r.csv") == (Rating("a", 3.5, 2, False), Rating("b", 1.0, 1, False))


@pytest.mark.parametrize("word", ["true", "yes", "1", "True"])
def test_approvals_have_their_words(word: str) -> None:
    (rating,) = read_ratings(f"id,approved\na,{word}\n".encode(), "r.csv")
    assert rating == Rating("a", 1.0, 1, True)
    assert rating.is_accepted(4)


def test_a_one_in_a_rating_column_is_the_lowest_grade() -> None:
    (rating,) = read_ratings(b"id,rating\na,1\n", "r.csv")
    assert rating == Rating("a", 1.0, 1, False)
    assert not rating.is_accepted(4)


def test_half_of_the_raters_accept() -> None:
    (rating,) = read_ratings(b"id,approved\na,true\na,false\n", "r.csv")
    assert rating.is_accepted(4)


def test_a_nested_rating_is_found_by_its_dotted_name() -> None:
    line = b'{"id": "a", "human": {"fluency": 4.3333}}'
    assert read_ratings(line, "r.jsonl", "human.fluency")[0].value == 4.3333


@pytest.mark.parametrize(
    ("path", "data", "message"),
    [
        ("r.jsonl", b'{"id": "a", "rating": 6}', r"r\.jsonl:1: `rating` must be a grade 1 to 5"),
        ("r.jsonl", b'{"id": "a", "rating": NaN}', "NaN is not a number"),
        ("r.jsonl", b'{"id": "a", "rating": 1, "rating": 5}', "'rating' is there twice"),
        ("r.csv", b"id,rating,rating\na,1,5\n", "the column 'rating' is there twice"),
        ("r.csv", b"id,rating\na,1,5\n", r"r\.csv:2: 3 cells, the header has 2"),
        ("RAT.CSV", b"id,rating\na,9\n", r"RAT\.CSV:2: `rating` must be a grade"),
        ("r.txt", b"id,rating\na,1\n", "ratings are CSV, TSV or JSONL by the end"),
        ("r.jsonl", b'{"id": "a", "rating": "4"}', "`rating` is text, '4': write it without"),
        ("r.jsonl", b'{"id": "a", "rating": 4, "score": "1"}', "`score` is text, '1'"),
        ("r.jsonl", b'{"id": true, "rating": 4}', "`id` must be text or a whole number, not True"),
        ("r.jsonl", b'{"id": "a", "rating": 4, "approved": true}', "which of them counts"),
        ("r.csv", b"id,rating,approved\na,4,\nb,,no\n", "'b' has an approval, line 2 a grade"),
        ("r.csv", b"Id,Rating\na,4\n", "`id` is missing; there is 'Id', 'Rating'"),
        ("r.csv", b"id|rating\na|4\n", "separate them by commas, semicolons or tabs"),
        ("r.jsonl", b'{"id": "a", "rating": null}', "a rating is missing"),
        ("r.jsonl", b'\n{"rating": 3}', r"r\.jsonl:2: `id` is missing"),
        ("r.json", b'[{"id": "a", "rating": 4}]', "this is a JSON array, not JSON lines"),
        ("r.xlsx", b"PK\x03\x04", "this is a spreadsheet or an archive"),
        ("r.jsonl", b'{"id": "a", "rating": ' + b"[" * 100_000, "nested too deeply"),
        ("r.jsonl", b"{", "not JSON"),
        ("r.jsonl", b"", "no rating in the file"),
        ("r.csv", b"id,rating\n", "no rating in the file"),
        ("r.csv", b"id,rating\na,good\n", r"r\.csv:2: `rating` must be .* not 'good'"),
        ("r.csv", b"id,rating,score\na,3,1.5\n", "`score` must be a number from 0 to 1"),
        ("r.csv", b"id,rating,score\na,3,0.5\na,3,0.6\n", "has another score in line 2"),
        ("r.csv", b"id,rating\na,\xff\n", "is not UTF-8"),
        ("r.csv", b"id,rating\n" + b"a,9\n" * 30, "and 10 more lines like these"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(path: str, data: bytes, message: str) -> None:
    with pytest.raises(Invalid, match=message):
        read_ratings(data, path)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("r.csv", "id,rating\na,3.5\n"),
        ("r.csv", "\ufeffid;rating\r\na;3,5\r\n"),
        ("R.TSV", "id\trating\na\t3.5\n"),
        ("r.tsv", "id\trating\r\na\t3,5\r\n"),
    ],
)
def test_separators_of_spreadsheets_are_read(path: str, text: str) -> None:
    (rating,) = read_ratings(text.encode(), path)
    assert (rating.id, rating.value) == ("a", 3.5)


def test_a_mean_of_floats_reaches_the_grade_that_it_is() -> None:
    rows = b'{"id": "a", "rating": 3.3}\n' * 3
    (rating,) = read_ratings(rows, "r.jsonl")
    assert rating.is_accepted(3.3)
