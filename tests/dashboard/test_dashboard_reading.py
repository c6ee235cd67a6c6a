"""The reading that all pages share: never older than a minute, never an error that is fixed."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from lensops.dashboard import reading
from lensops.dashboard.reading import Reading, app_project
from lensops.errors import UserError
from lensops.manifest.locate import ProjectRef
from support import results, sample
from support.repo import Repo


def test_visitors_share_one_reading(project: Repo) -> None:
    shared = Reading(ProjectRef(project.root))
    seen: list[object] = []
    threads = [threading.Thread(target=lambda: seen.append(shared.current())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(each) for each in seen}) == 1


def test_an_old_reading_is_renewed_behind_the_visitor(
    project: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = Reading(ProjectRef(project.root))
    assert shared.current().results.evals == ()
    results.evals(project.root, 2)
    assert shared.current().results.evals == ()
    with monkeypatch.context() as patch:
        patch.setattr(reading, "FRESH", 0)
        shared.current()
    for thread in threading.enumerate():
        if thread.daemon and thread.name.endswith("(_read_behind)"):
            thread.join()
    assert len(shared.current().results.evals) == 2


def test_a_stale_reading_is_shown_to_nobody(project: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = Reading(ProjectRef(project.root))
    shared.current()
    results.evals(project.root, 2)
    monkeypatch.setattr(reading, "STALE", 0)
    assert len(shared.current().results.evals) == 2


def test_an_error_is_not_kept(project: Repo) -> None:
    path = project.root / "lensops.yaml"
    path.write_text("version: 3\n")
    shared = Reading(ProjectRef(project.root))
    with pytest.raises(UserError):
        shared.current()
    path.write_text(sample.MANIFEST)
    assert shared.current().project == "loyalty-offers"


def test_the_arguments_of_the_app() -> None:
    assert app_project([]) == ProjectRef(Path())
    assert app_project(["/x"]) == ProjectRef(Path("/x"))
    assert app_project(["/x", "m.yaml"]) == ProjectRef(Path("/x"), Path("m.yaml"))
