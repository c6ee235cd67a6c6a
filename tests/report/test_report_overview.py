"""The page's document, by direct call: what it says of results that lack, disagree or are old."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lensops.evidence import Outcome
from lensops.flows.overview import overview
from lensops.manifest.locate import ProjectRef
from lensops.report.document import Block, Bullets, Document, Fold, Table, Tone
from lensops.report.overview import Overview, document
from lensops.report.overview.answers import answers, figures
from lensops.report.overview.cases import case_rows, case_table
from lensops.report.overview.charts import psi_series, score_series
from lensops.report.overview.drift import chance_in_words
from lensops.report.overview.evals import compared_run, parts_table, suite_notes
from lensops.report.overview.prompts import prompt_table, version_table
from lensops.report.overview.state import go_outcome, measurements, notices, served_since
from lensops.report.overview.stored import StoredSuite
from lensops.report.page import Tiles
from support import life, results
from support.repo import Repo


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Overview:
    return overview(ProjectRef(life.make(tmp_path_factory.mktemp("life") / "repo").root))


def text(block: Block | Document) -> str:
    """Every word of a block or a document."""
    match block:
        case Document() | Fold():
            return "\n".join(map(text, block.blocks))
        case Table():
            return "\n".join("|".join(map(line_text, row)) for row in block.rows)
        case Tiles():
            return "\n".join(
                "\n".join([tile.title, line_text(tile.figure), *map(line_text, tile.lines)])
                + "\n"
                + "\n".join(map(text, tile.blocks))
                for tile in block.tiles
            )
        case _:
            return line_text(getattr(block, "line", ()))


def line_text(spans: Any) -> str:
    return "".join(span.text for span in spans)


def write(root: Path, noun: str, stamp: str, **body: Any) -> None:
    folder = root / f"{noun}_results"
    folder.mkdir(exist_ok=True)
    (folder / f"{noun}_{stamp}.json").write_text(json.dumps(body))


def test_it_heads_with_what_each_target_serves(lived: Overview) -> None:
    first = text(answers(lived))
    assert "staging|synced|offer_copy v6, support_reply v6|2026-11-18" in first
    served = "offer_copy v4 (asked: v6), support_reply v3 (asked: v6)"
    assert f"production|pending|{served}|2026-10-13" in first


def test_deploy_is_that_of_the_target_that_no_other_follows(lived: Overview) -> None:
    deploy = figures(lived).tiles[3]
    assert line_text(deploy.figure) == "2026-10-13 pending"
    assert line_text(deploy.lines[0]) == "production · release 4 (apply)"


def test_the_release_may_not_go_while_drift_is_critical(lived: Overview) -> None:
    measured = measurements(lived)
    assert go_outcome(measured) is Outcome.FAIL
    assert measured[0].text == "drift propensity: critical, PSI 0.3474"
    assert [notice.tone for notice in notices(lived)] == [Tone.BAD, Tone.WARN]


def test_one_word_for_one_status(lived: Overview) -> None:
    rows = version_table(lived, "offer_copy").rows
    statuses = {line_text(row[0]): line_text(row[1]) for row in rows}
    assert list(statuses) == ["v6", "v5", "v4", "v3", "v2", "v1"]
    assert statuses["v6"] == "active"
    assert statuses["v3"] == "rolled back"
    assert {statuses[name] for name in ("v5", "v4", "v2", "v1")} == {"archived"}


def test_a_version_is_live_since_the_record_that_brought_it(lived: Overview) -> None:
    since = served_since(lived.records["production"], "offer_copy")
    assert since is not None
    assert since.startswith("2026-10-13")
    assert served_since((), "offer_copy") is None


def test_points_are_named_where_the_version_changes(lived: Overview) -> None:
    points = score_series(lived, "offer_copy").points
    named = [point.label for point in points if point.label]
    assert named == ["v1", "v2", "v3", "v2", "v4", "v5", "v6"]
    assert [p.time for p in points] == sorted(p.time for p in points)
    bands = [limit.name for limit in psi_series(lived, "propensity").limits]
    assert bands == ["warning", "critical"]


def test_cases_stand_beside_those_of_the_version_before(lived: Overview) -> None:
    stored = next(run for run in lived.latest_evals if run.suite.name == "offer_copy")
    other = compared_run(lived, stored)
    assert other is not None
    rows = case_rows(stored.suite, other.suite)
    table = case_table(rows, stored.suite, other.suite)
    names = [column.name for column in table.columns]
    assert names[:5] == ["Case", "Input", "v5", "v6", "Score"]
    crossed = [row for row in rows if row.is_crossed]
    assert crossed
    assert all("crossed" in row.tags for row in crossed)
    marked = {span.tone for row in table.rows for span in row[3]}
    assert Tone.ADDED_WORD in marked


def test_what_nobody_judged_has_no_bar() -> None:
    suite = StoredSuite.model_validate(
        {
            "name": "copy",
            "version": "v1",
            "threshold": 0.7,
            "n": 12,
            "passed": None,
            "mean_score": None,
            "metrics": {"bleu": 0.4, "judge": 0.75},
            "judge": {"scored": 0, "neutral": 12, "unscored": 0},
        }
    )
    rows = {line_text(row[0]): row for row in parts_table(suite).rows}
    assert line_text(rows["judge"][2]) == "not measured"
    assert line_text(rows["judge"][3]) == ""
    assert line_text(rows["bleu"][3]).startswith("████")


def test_very_many_cases_are_named_by_their_file() -> None:
    ref = {"path": "eval_results/eval_1_copy.cases.jsonl", "digest": "sha256:0"}
    body = {"name": "copy", "version": "v1", "threshold": 0.7, "n": 1_000_000, "cases_ref": ref}
    (notes,) = suite_notes(StoredSuite.model_validate(body))
    assert isinstance(notes, Bullets)
    words = "1,000,000 cases, too many to list here: they are in eval_results"
    assert line_text(notes.items[0]).startswith(words)


def test_a_monitor_that_measured_nothing_has_no_figure(project: Repo) -> None:
    monitor = {"name": "m", "psi": None, "status": "no data", "features": []}
    body = {"psi": None, "status": "no data", "monitors": [monitor]}
    write(project.root, "drift", "20260301T080000Z", **body)
    page = text(document(overview(ProjectRef(project.root))))
    assert "nothing measured" in page
    assert "0.0000" not in page


def test_a_result_of_another_version_does_not_speak_for_the_active_one(project: Repo) -> None:
    path = project.root / "lensops.yaml"
    suite = "evals:\n  offer_copy: {cases: c.jsonl, weights: {bleu: 1}, threshold: 0.5}\n"
    path.write_text(path.read_text().replace("\ntargets:", f"\n{suite}\ntargets:"))
    (project.root / "c.jsonl").write_text('{"id": "a", "reference": "x"}\n')
    results.evals(project.root, 3)  # of v2, while v1 is active
    state = overview(ProjectRef(project.root))
    assert go_outcome(measurements(state)) is Outcome.INCONCLUSIVE
    assert "the active version was not scored" in text(answers(state))
    row = prompt_table(state).rows[0]
    assert "not scored" in [line_text(cell) for cell in row]


def test_an_empty_project_says_what_to_run(project: Repo) -> None:
    page = text(document(overview(ProjectRef(project.root))))
    assert "nothing yet" in page
    assert "The manifest declares nothing to measure." in page
    assert "lensops eval" in page


@pytest.mark.parametrize(
    ("p_value", "words"),
    [
        (None, "–"),
        (1e-46, "less than 1 in 10,000"),
        (0.004, "about 1 in 250"),
        (0.69, "in 69 of 100"),
    ],
)
def test_p_values_in_words(p_value: float | None, words: str) -> None:
    assert chance_in_words(p_value) == words
