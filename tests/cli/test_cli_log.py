"""`lensops log`: records, and what an application got at a moment."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from support import sample
from support.cli import lensops
from support.repo import Repo

TIMES = ("2026-10-13T08:00:00Z", "2026-10-14T09:30:00Z", "2026-10-15T10:00:00Z")


def rewrite_times(folder: Path, times: tuple[str, ...]) -> None:
    """Give records times, and chain them anew: whoever writes a log can claim any."""
    from lensops.release import read_record

    previous = None
    for path, time in zip(sorted((folder / "log").iterdir()), times, strict=True):
        body = json.loads(path.read_text()) | {"time": time, "previous": previous}
        path.write_text(json.dumps(body))
        previous = read_record(path.read_bytes()).digest


@pytest.fixture
def shop(project: Repo) -> Repo:
    """v1, v2 by pull request 7, v1 again; three days of staging."""
    for version, message in (("v1", "Use v1"), ("v2", "Use v2 (#7)"), ("v1", "Revert v2")):
        project.commit(message, sample.manifest(version))
        assert lensops("apply", "--yes", "--target", "staging", cwd=project.root).code == 0
    rewrite_times(project.root / "live/staging", TIMES)
    return project


def at(shop: Repo, time: str, *args: str) -> dict[str, Any]:
    result = lensops("log", "staging", "--at", time, "--format", "json", *args, cwd=shop.root)
    assert result.code == 0, result.err
    assert result.json["schema"] == "lensops/log/v1"
    target: dict[str, Any] = result.json["targets"][0]
    return target


def test_the_log_is_newest_first(shop: Repo) -> None:
    result = lensops("log", "staging", "--format", "json", cwd=shop.root)

    assert result.code == 0
    (target,) = result.json["targets"]
    assert [e["sequence"] for e in target["entries"]] == [3, 2, 1]
    assert [e["kind"] for e in target["entries"]] == ["rollback", "apply", "apply"]
    assert [e["pull_request"] for e in target["entries"]] == [None, 7, None]
    assert [e["prompts"]["offer_copy"]["version"] for e in target["entries"]] == ["v1", "v2", "v1"]
    assert target["problems"] == []


def test_the_log_for_people(shop: Repo) -> None:
    out = lensops("log", cwd=shop.root).out
    assert "By (claimed)" in out
    assert "offer_copy v2" in out
    assert "#7" in out
    assert "Nothing was applied yet." in out  # production


def test_what_an_application_got(shop: Repo) -> None:
    target = at(shop, "2026-10-14T12:00:00+02:00")

    assert target["served"]["sequence"] == 2
    assert target["pull_request"] == 7
    prompt = target["release"]["prompts"]["offer_copy"]
    assert prompt["version"] == "v2"
    assert "punchy" in prompt["messages"][0]["content"]
    out = lensops("log", "staging", "--at", "2026-10-14 10:00", cwd=shop.root).out
    assert "You write punchy offer copy." in out
    assert "pull request #7" in out
    assert shop.git("rev-parse", "HEAD~1")[:10] in out


def test_before_the_first_release(shop: Repo) -> None:
    target = at(shop, "2026-10-13T07:59:59Z")
    assert (target["served"], target["release"]) == (None, None)
    assert target["notes"] == ["nothing: before the first release"]
    out = lensops("log", "--at", "2020-01-01", cwd=shop.root).out
    assert out.count("nothing: before the first release") == 2


def test_clocks_that_disagree(shop: Repo) -> None:
    rewrite_times(shop.root / "live/staging", (TIMES[0], TIMES[2], TIMES[1]))
    target = at(shop, "2026-10-14T12:00:00Z")
    assert target["served"]["sequence"] == 3
    assert "clocks disagree" in target["notes"][0]


def test_a_missing_record(shop: Repo) -> None:
    (shop.root / "live/staging/log/0000000002.json").unlink()
    target = at(shop, "2026-10-14T12:00:00Z")
    assert target["served"]["sequence"] == 1
    assert "record 2 is missing" in target["notes"][0]
    assert "the log has no record 2" in lensops("log", "staging", cwd=shop.root).out


def test_a_lost_release(shop: Repo) -> None:
    for path in (shop.root / "live/staging/objects").iterdir():
        path.unlink()
    target = at(shop, "2026-10-14T12:00:00Z")
    assert target["served"]["sequence"] == 2
    assert "is missing" in target["notes"][0]


@pytest.mark.parametrize("time", ["noon", "2026-13-01", "10:00"])
def test_times_that_are_none(shop: Repo, time: str) -> None:
    result = lensops("log", "--at", time, cwd=shop.root)
    assert (result.code, "is not a time in ISO 8601" in result.err) == (2, True)


def test_many_records_are_counted(project: Repo) -> None:
    for version in ["v1", "v2"] * 11:
        project.commit(f"Use {version}", sample.manifest(version))
        assert lensops("apply", "--yes", "--target", "staging", cwd=project.root).code == 0
    assert "2 earlier records: add --all" in lensops("log", "staging", cwd=project.root).out
    assert "earlier" not in lensops("log", "staging", "--all", cwd=project.root).out


def test_a_file_that_was_changed_behind_the_log(shop: Repo) -> None:
    path = shop.root / "live/staging/current.json"
    path.write_text(path.read_text().replace("warm", "cold"))
    assert "changed behind the log" in at(shop, "2026-11-01")["notes"][0]
    assert at(shop, "2026-10-13T09:00")["notes"] == []
