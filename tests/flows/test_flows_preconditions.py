"""Each precondition of an apply alone: what it refuses, and what it leaves alone."""

from __future__ import annotations

import pytest

from lensops.errors import Refused
from lensops.flows.plan import planned
from lensops.flows.preconditions import Overrides, check_preconditions
from lensops.flows.provenance import Provenance
from lensops.manifest.locate import ProjectRef
from support import sample
from support.cli import lensops
from support.repo import Repo

COMMITTED = Provenance("Ada", True, "c" * 40)
DIRTY = Provenance("Ada", True, "c" * 40, ("lensops.yaml",))


def check(
    project: Repo,
    source: Provenance = COMMITTED,
    overrides: Overrides = Overrides(),  # noqa: B008  # frozen
    *,
    has_evidence: bool = False,
) -> None:
    check_preconditions(
        planned(ProjectRef(project.root)), source, overrides, has_evidence=has_evidence
    )


def with_targets(project: Repo, targets: str) -> None:
    head = sample.MANIFEST.split("targets:")[0]
    project.commit("Set targets", {"lensops.yaml": f"{head}targets: {targets}\n"})


def test_a_committed_release_may_go(project: Repo) -> None:
    check(project)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (DIRTY, "not as committed: lensops.yaml"),
        (Provenance("Ada", True, None), "there is no commit yet"),
        (Provenance("Ada", True, "c" * 40, tuple("abcdefg")), "a, b, c, d, e and 2 more"),
    ],
)
def test_a_release_that_no_commit_holds(project: Repo, source: Provenance, message: str) -> None:
    with pytest.raises(Refused, match=message) as error:
        check(project, source)

    assert error.value.hint == "commit first, or add --allow-dirty"
    check(project, source, Overrides(dirty=True))


def test_a_directory_outside_a_repository_may_be_written(project: Repo) -> None:
    check(project, Provenance("Ada"))


def test_a_branch_takes_committed_releases_only(project: Repo) -> None:
    with_targets(project, "{live: {git: ., branch: live}}")
    check(project)

    for source in (DIRTY, Provenance("Ada")):
        with pytest.raises(Refused, match=r"not as committed|not a git repository") as error:
            check(project, source, Overrides(dirty=True))
        assert error.value.hint == "commit first"


def test_a_gate_that_is_required(project: Repo) -> None:
    with_targets(project, "{live: {directory: live, require_gate: true}}")

    with pytest.raises(Refused, match="live requires the evidence of a passed gate"):
        check(project)
    with pytest.raises(Refused):
        check(project, overrides=Overrides(dirty=True, force=True))
    check(project, has_evidence=True)


def test_another_project_needs_force(project: Repo) -> None:
    assert lensops("apply", "--yes", cwd=project.root).code == 0
    renamed = sample.MANIFEST.replace("loyalty-offers", "other")
    project.commit("Rename", {"lensops.yaml": renamed})

    with pytest.raises(Refused, match="serves another project: 'loyalty-offers'"):
        check(project)
    check(project, overrides=Overrides(force=True))


def test_what_is_in_sync_needs_nothing(project: Repo) -> None:
    assert lensops("apply", "--yes", cwd=project.root).code == 0
    check(project, DIRTY)
