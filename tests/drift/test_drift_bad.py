"""Bad input: a clear error or `no data`, never a traceback, never ok; and nothing is injected."""

from __future__ import annotations

import contextlib
import gzip
import json
import random
import sys
from pathlib import Path
from typing import Any

import pytest

from lensops.errors import UserError
from support.cli import Result, lensops
from support.drift import checked, feature, monitor, windows

GOOD = "x\n" + "".join(f"{number}\n" for number in range(300))


def drift(folder: Path, files: dict[str, str | bytes | None], **keys: Any) -> Result:
    """The command in a project of one monitor, its windows sound but for what is given."""
    declared = {"baseline": "b.csv", "current": "c.csv", "features": {"x": {}}, **keys}
    manifest = {
        "version": 1,
        "project": "bad",
        "prompts": {"p": {"active": "v1"}},
        "drift": {"m": declared},
    }
    every: dict[str, str | bytes | None] = {
        "lensops.yaml": json.dumps(manifest),
        "prompts/p/v1.yaml": "user: hi\n",
        "b.csv": GOOD,
        "c.csv": GOOD,
        **files,
    }
    for name, content in every.items():
        if content is not None:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return lensops("drift", cwd=folder)


PARQUET = {"current": "c.parquet"}
ERRORS: dict[str, tuple[dict[str, str | bytes | None], dict[str, Any], str]] = {
    "missing file": (
        {"c.csv": None, "c.tsv": "x"},
        {},
        "there is no file c.csv\nhint: did you mean 'c.tsv'",
    ),
    "wrong column": ({}, {"features": {"xs": {}}}, "no column 'xs'\nhint: did you mean 'x'?"),
    "wrong column of a filter": ({}, {"where": {"z": 1}}, "no column 'z'\nhint: columns are: x"),
    "wrong column of segments": ({}, {"by": "z"}, "has no column 'z'"),
    "empty file": ({"c.csv": ""}, {}, "c.csv is empty"),
    "long line": ({"c.csv": "x,y\n1,2\n3,4,5\n"}, {}, "c.csv: line 3 has 3 fields, the header 2"),
    "short line": ({"c.csv": "x,y\n1,2\n3\n"}, {}, "c.csv: line 3 has 1 field, the header 2"),
    "open quote": ({"c.csv": 'x,y\n1,"2\n3,4\n'}, {}, "c.csv: line 2 is not valid CSV"),
    "mixed line ends": ({"c.csv": "x,y\r\n1,2\n3,4\n"}, {}, "it is not valid CSV"),
    "not UTF-8": ({"c.csv": "x\n1\né\n".encode("latin-1")}, {}, "c.csv is not UTF-8 text"),
    "broken Parquet": ({"c.parquet": b"PAR1nonsensePAR1"}, PARQUET, "cannot be read"),
    "no Parquet": ({"c.parquet": b"hello"}, PARQUET, "c.parquet is not a Parquet file"),
    "empty Parquet": ({"c.parquet": b""}, PARQUET, "c.parquet is not a Parquet file"),
    "pointer": (
        {"c.parquet": "version https://git-lfs.github.com/spec/v1\n"},
        PARQUET,
        "a pointer of Git LFS, not the data\nhint: run `git lfs pull`",
    ),
    "broken gzip": (
        {"c.csv.gz": gzip.compress(GOOD.encode())[:-20]},
        {"current": "c.csv.gz"},
        "cannot be read",
    ),
    "no gzip": ({"c.csv.gz": "x\n1\n"}, {"current": "c.csv.gz"}, "cannot be read"),
    "broken JSONL": ({"c.jsonl": '{"x": 1}\n{"x":\n'}, {"current": "c.jsonl"}, "Malformed JSON"),
    "JSONL of scalars": ({"c.jsonl": "1\n2\n"}, {"current": "c.jsonl"}, "no column 'x'"),
    "unknown format": ({"c.xlsx": "hi"}, {"current": "c.xlsx"}, "c.xlsx: this format is not read"),
    "empty folder": ({"d/README.md": "hi"}, {"current": "d"}, "no file matches d"),
    "empty glob": ({}, {"current": "d*.csv"}, "no file matches d*.csv"),
    "no zone": (
        {"c.csv": "x,t\n" + "1,2026-01-01\n" * 9},
        {"time": "t", "current": {"data": "c.csv", "last": "7d"}, "baseline": "c.csv"},
        "do not say their time zone\nhint: declare it in the monitor, such as `timezone: UTC`",
    ),
    "no zone, with bounds": (
        {"c.csv": "x,t\n" + "1,2026-01-01\n" * 9},
        {"time": "t", "current": {"data": "c.csv", "from": "2026-01-01"}, "baseline": "c.csv"},
        "do not say their time zone",
    ),
    "no times": (
        {"c.csv": "x,t\n" + "1,soon\n" * 9},
        {
            "time": "t",
            "timezone": "UTC",
            "current": {"data": "c.csv", "last": "7d"},
            "baseline": "c.csv",
        },
        "no row of c.csv has a time in column 't'",
    ),
    "leaves the repository": ({}, {"current": "../c.csv"}, "leaves the repository by '..'"),
    "absolute": ({}, {"current": "/etc/hostname"}, "must be a path relative to the manifest"),
    "profile outside": ({}, {"profile": "../kept.json"}, "leaves the repository by '..'"),
    "unknown profile": ({}, {"profile": "b.csv"}, "b.csv is no sound profile"),
}


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such a name themselves")
def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    result = drift(tmp_path, {"c\udcff.csv": GOOD}, current="c*.csv")
    assert result.code == 2
    assert "the name 'c\\udcff.csv' is not UTF-8\nhint: rename the file" in result.err


@pytest.mark.parametrize("kind", ERRORS)
def test_what_cannot_be_read_is_a_clear_error(tmp_path: Path, kind: str) -> None:
    files, keys, words = ERRORS[kind]
    result = drift(tmp_path, files, **keys)
    assert result.code == 2
    assert words in result.err
    assert "Traceback" not in result.err
    assert str(tmp_path) not in result.err
    assert result.out == ""


UNDECIDED: dict[str, tuple[dict[str, str | bytes | None], dict[str, Any], str]] = {
    "no rows": ({"c.csv": "x\n"}, {}, "the current window has 0 rows"),
    "no rows in the baseline": ({"b.csv": "x\n"}, {}, "the baseline has 0 rows"),
    "one row": ({"c.csv": "x\n5\n"}, {}, "the current window has 1 row"),
    "all missing in both": (
        dict.fromkeys(("b.csv", "c.csv"), "x,y\n" + ",1\n" * 300),
        {},
        "neither window has a value",
    ),
    "constant": ({"b.csv": "x\n" + "7\n" * 300, "c.csv": "x\n" + "7\n" * 300}, {}, "a constant"),
    "filter without rows": ({}, {"where": {"x": -5}}, "has 0 rows"),
    "too few rows": (
        {"c.csv": "x\n" + "".join(f"{v}\n" for v in range(0, 300, 12))},
        {},
        "rows a window are needed",
    ),
}


@pytest.mark.parametrize("kind", UNDECIDED)
def test_what_says_nothing_is_inconclusive_and_never_ok(tmp_path: Path, kind: str) -> None:
    files, keys, words = UNDECIDED[kind]
    result = drift(tmp_path, files, **keys)
    assert result.code == 3
    assert words in " ".join(result.out.split())
    assert "✅" not in result.out
    assert drift(tmp_path, files, **keys, inconclusive="fail").code == 1


@pytest.mark.parametrize("kept", ["not JSON", "{}", '{"schema": "lensops/profile/v1"}', "[" * 9999])
def test_a_broken_profile_is_a_clear_error(tmp_path: Path, kept: str) -> None:
    result = drift(tmp_path, {"kept.json": kept}, profile="kept.json")
    assert result.code == 2
    assert "hint: write it anew with `lensops drift profile`" in result.err


def test_values_of_other_types_are_counted_and_named(tmp_path: Path) -> None:
    result = drift(tmp_path, {"c.csv": "x\n" + "1\nfoo\n" * 200})
    assert result.code == 1
    assert "50 % are not numbers (0 % before)" in " ".join(result.out.split())


EVIL = [
    'a"b',
    "it's",
    'x"); DROP TABLE rows; --',
    "x' OR '1'='1",
    "$1",
    "a;b",
    "col\tumn",
    "line\nbreak",
    "ünï ⚡",
    "select",
    "a.b",
    "[bold]x[/bold]",
]


@pytest.mark.parametrize("name", EVIL)
@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_no_name_is_read_as_sql(tmp_path: Path, name: str, ending: str) -> None:
    """As a column, a filter, a segment and a value."""
    table = {name: [at % 7 for at in range(140)], "c": [name, "other"] * 70}
    windows(tmp_path, table, table, ending)
    files = {"baseline": f"baseline.{ending}", "current": f"current.{ending}"}
    keys = {"features": {name: {}}, "where": {"c": name, name: {"min": 0}}, "by": "c"}
    report = checked(tmp_path, monitor(**files, **keys))
    assert (report.n_baseline, report.n_current, report.psi) == (70, 70, 0.0)
    assert [segment.segment for segment in report.segments] == [name]
    found = feature(tmp_path, "c", **files, features={"c": {}})
    assert sorted(found.edges) == sorted([name, "other"])


def test_a_name_that_is_not_there_does_nothing(tmp_path: Path) -> None:
    result = drift(tmp_path, {}, features={"x\"); COPY (SELECT 1) TO 'made.csv'; --": {}})
    assert result.code == 2
    assert not (tmp_path / "made.csv").exists()


def test_a_link_that_leaves_the_repository_is_not_followed(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "secret.csv"
    outside.write_text(GOOD)
    inside.mkdir()
    (inside / "l.csv").symlink_to(outside)
    assert "leaves the repository" in drift(inside, {}, current="l.csv").err
    assert "leaves the repository" in drift(inside, {"d/1.csv": GOOD}, current="*.csv").err


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet", "csv.gz"])
def test_damaged_files_are_read_or_refused_and_nothing_else(tmp_path: Path, ending: str) -> None:
    """Bytes that were changed, cut out, put in or cut off."""
    table = {"x": [str(at / 7) for at in range(200)], "c": ["a", "b"] * 100}
    windows(tmp_path, table, table, ending)
    files = {"baseline": f"baseline.{ending}", "current": f"current.{ending}"}
    whole = (tmp_path / files["baseline"]).read_bytes()
    draw = random.Random(ending)
    for _ in range(12):
        at, end = sorted(draw.choices(range(len(whole)), k=2))
        odd = draw.choice([b'"', b"\n", b"\0", b"{", b"\xff", b",,", b""])
        made = whole[:at] + odd + draw.choice([whole[at + 1 :], whole[end:], b""])
        (tmp_path / files["current"]).write_bytes(made)
        with contextlib.suppress(UserError):
            checked(tmp_path, monitor(**files, features={"x": {}, "c": {}}))
