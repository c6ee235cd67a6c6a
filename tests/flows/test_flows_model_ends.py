"""Models that end, in validate and plan: before the day, after it, and on a server of one's own."""

from __future__ import annotations

import json

import pytest

from lensops.manifest.model_ends import announced_ends
from support import sample
from support.cli import lensops
from support.evaluated import small
from support.repo import Repo

FEED = """\
models:
  - {model: "openai:gpt-6-luna", ends: DAY, source: its page, successor: pen-2}
"""


def ending(repo: Repo, day: str) -> Repo:
    files = sample.files()
    files["lensops.yaml"] += "models: {ends: ends.yaml}\n"
    repo.commit("Begin", {**files, "ends.yaml": FEED.replace("DAY", day)})
    return repo


def test_an_announced_end_is_a_note_with_the_date(repo: Repo) -> None:
    root = ending(repo, "2999-12-31").root
    validated, planned = lensops("validate", cwd=root), lensops("plan", cwd=root)
    message = "openai:gpt-6-luna ends on 2999-12-31 (its page); pen-2 takes its place"
    assert f"lensops.yaml:6:13: offer_copy v1: {message}" in validated.out.replace("\n", " ")
    assert f"· model ends offer_copy v1: {message}" in planned.out
    assert (validated.code, planned.code) == (0, 0)


def test_one_that_is_over_is_a_stronger_word_and_stops_no_rollback(repo: Repo) -> None:
    root = ending(repo, "2020-12-31").root
    validated = lensops("validate", "--format", "json", cwd=root)
    (note,) = json.loads(validated.out)["notes"]
    assert note["message"].startswith("offer_copy v1: openai:gpt-6-luna has ended, on 2020-12-31")
    assert note["hint"] == "requests to it fail: name another in a new version"
    (finding,) = json.loads(lensops("plan", "--format", "json", cwd=root).out)["findings"]
    assert (finding["rule"], finding["outcome"]) == ("model_ends", "inconclusive")
    assert lensops("apply", "--yes", cwd=root).code == 0


def test_a_server_of_ones_own_serves_what_it_likes(repo: Repo) -> None:
    root = small(repo).root
    manifest = root / "lensops.yaml"
    manifest.write_text(manifest.read_text().replace("openai:judge", "openai:gpt-4o"))
    assert "gpt-4o" not in lensops("validate", cwd=root).out


@pytest.mark.parametrize("feed", [None, "models: [{model: x}]"])
def test_a_file_of_ends_that_cannot_be_read_is_refused(repo: Repo, feed: str | None) -> None:
    root = ending(repo, "2999-12-31").root
    (root / "ends.yaml").unlink() if feed is None else (root / "ends.yaml").write_text(feed)
    validated, planned = lensops("validate", cwd=root), lensops("plan", cwd=root)
    assert (validated.code, planned.code) == (2, 2)
    assert ("there is no file ends.yaml" if feed is None else "ends.yaml:1") in validated.out


def test_the_starter_names_models_that_live(repo: Repo) -> None:
    assert lensops("init", cwd=repo.root).code == 0
    text = (repo.root / "lensops.yaml").read_text()
    text += (repo.root / "prompts/offer_copy/v1.yaml").read_text()
    named = [
        line.partition("model: ")[2].strip() for line in text.splitlines() if "model: " in line
    ]
    assert len(named) == 2
    assert not [model for model in named if announced_ends().find(model)]
