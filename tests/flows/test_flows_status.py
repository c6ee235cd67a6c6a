"""`statuses` and `releases` called directly: targets that are reached, and one that is not."""

from __future__ import annotations

from lensops.flows.project import open_project
from lensops.flows.status import releases, statuses, target_statuses
from lensops.manifest.locate import ProjectRef
from lensops.plan import State
from support import sample
from support.cli import lensops
from support.repo import Repo


def test_every_target_in_the_order_of_after(project: Repo) -> None:
    assert lensops("apply", "--yes", "--target", "staging", cwd=project.root).code == 0

    staging, production = target_statuses(ProjectRef(project.root))
    assert (staging.name, staging.state) == ("staging", State.SYNCED)
    assert (production.name, production.state) == ("production", State.MISSING)
    assert staging.record is not None
    assert staging.record.sequence == 1


def test_a_target_that_cannot_be_reached_is_unknown(project: Repo) -> None:
    targets = "targets:\n  gone: {git: ../gone.git, branch: live}\n  near: {directory: live}\n"
    text = sample.MANIFEST.split("targets:")[0] + targets
    project.commit("Set targets", {"lensops.yaml": text})

    gone, near = statuses(open_project(ProjectRef(project.root)))
    assert (gone.state, near.state) == (State.UNKNOWN, State.MISSING)
    assert "cannot reach" in gone.problems[0]
    assert list(releases(open_project(ProjectRef(project.root)))) == ["near"]


def test_the_log_of_each_target_is_newest_first(project: Repo) -> None:
    for version in ("v1", "v2"):
        project.commit(f"Use {version}", sample.manifest(version))
        assert lensops("apply", "--yes", cwd=project.root).code == 0

    logs = releases(open_project(ProjectRef(project.root)))
    assert [record.sequence for record in logs["production"]] == [2, 1]
