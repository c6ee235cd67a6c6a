"""What `validate` says of the data before a gate does: columns and kinds, by the first rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from support.cli import Result, lensops
from support.drift import write

ENDINGS = ["csv", "csv.gz", "jsonl"]


def validate(folder: Path, ending: str, features: dict[str, Any], **table: Any) -> Result:
    files = {"baseline": f"b.{ending}", "current": f"b.{ending}"}
    manifest = {"version": 1, "project": "t", "prompts": {"p": {"active": "v1"}}}
    manifest["drift"] = {"m": {**files, "features": features}}
    (folder / "prompts/p").mkdir(parents=True)
    (folder / "prompts/p/v1.yaml").write_text("user: hi\n")
    (folder / "lensops.yaml").write_text(json.dumps(manifest))
    if table:
        write(folder / f"b.{ending}", table)
    return lensops("validate", cwd=folder)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_column_that_is_not_there_is_a_problem_at_its_feature(
    tmp_path: Path, ending: str
) -> None:
    result = validate(tmp_path, ending, {"scroe": {}}, score=[0.1, 0.2], days=[1, 2])
    assert result.code == 2
    assert f"b.{ending} has no column 'scroe'" in result.out
    assert "did you mean 'score'?" in result.out
    assert "lensops.yaml:1:" in result.out


@pytest.mark.parametrize("ending", ENDINGS)
def test_numbers_among_texts_are_a_problem_until_it_is_said_what_they_are(
    tmp_path: Path, ending: str
) -> None:
    values = ["NA" if v % 5 == 0 else str(v) for v in range(50)]
    result = validate(tmp_path, ending, {"x": {}}, x=values)
    assert result.code == 2
    assert "80.0% of its values are numbers, others are not: 'NA'" in result.out


@pytest.mark.parametrize("feature", [{"kind": "number", "missing": ["NA"]}, {"kind": "category"}])
def test_what_is_declared_is_left_alone(tmp_path: Path, feature: dict[str, Any]) -> None:
    values = ["NA" if v % 5 == 0 else str(v) for v in range(50)]
    assert validate(tmp_path, "csv", {"x": feature}, x=values).code == 0


def test_data_that_is_not_here_is_left_to_the_check(tmp_path: Path) -> None:
    assert validate(tmp_path, "csv", {"x": {}}).code == 0
