"""Flows that only read, called directly: history, diff, validate, log, verify, gc, rollback."""

from __future__ import annotations

from pathlib import Path

import pytest

from lensops.errors import UserError
from lensops.evidence import Outcome
from lensops.flows.apply import carry_out, prepare
from lensops.flows.diff import diff
from lensops.flows.history import history, listing
from lensops.flows.log import served_at, target_logs
from lensops.flows.plan import plan, plan_base
from lensops.flows.rollback import rollback
from lensops.flows.validate import validate
from lensops.flows.verify import collect_garbage, outcome_of, verify
from lensops.manifest.locate import ProjectRef, find_manifest
from support import sample
from support.repo import Repo


@pytest.fixture
def ref(project: Repo) -> ProjectRef:
    """A project whose v1 was applied to staging, and which names v2 now."""
    found = ProjectRef(project.root)
    list(carry_out(prepare(found, targets=["staging"])))
    project.commit("Activate v2", sample.manifest("v2"))
    return found


class TestProjectRef:
    def test_the_nearest_manifest(self, ref: ProjectRef) -> None:
        below = ref.directory / "prompts"
        assert find_manifest(ProjectRef(below)).samefile(find_manifest(ref))

    def test_a_named_one(self, ref: ProjectRef) -> None:
        named = ref._replace(manifest=Path("lensops.yaml"))
        assert find_manifest(named) == ref.directory / "lensops.yaml"
        with pytest.raises(UserError, match=r"there is no manifest other\.yaml"):
            find_manifest(ref._replace(manifest=Path("other.yaml")))


def test_history_and_listing_agree(ref: ProjectRef) -> None:
    events = history(ref).events
    (family,) = listing(ref).families

    assert [(event.version, event.status) for event in events] == [
        ("v2", "active"),
        ("v1", "archived"),
    ]
    assert {version.name: version.event for version in family.versions} == {
        event.version: event for event in events
    }
    assert history(ref, revision="HEAD~1").events[0].version == "v1"


def test_diff_is_of_the_target_by_default(ref: ProjectRef) -> None:
    (at_target,), (between,) = diff(ref), diff(ref, old="v1", new="v2")
    assert at_target.sections == between.sections != ()


def test_validate_says_what_changed_in_place(project: Repo, ref: ProjectRef) -> None:
    assert validate(ref).problems == ()
    project.write({"prompts/offer_copy/v1.yaml": "user: another text\n"})
    (problem,) = validate(ref).problems
    assert "released version changed in place: offer_copy v1" in problem.message


def test_a_plan_against_the_base_is_that_against_what_the_base_served(ref: ProjectRef) -> None:
    (base,), (staging,) = plan_base(ref, "HEAD~1").targets, plan(ref, targets=["staging"]).targets
    assert base.changes == staging.changes != ()


def test_the_log_of_a_target(ref: ProjectRef) -> None:
    (log,) = target_logs(ref, targets=["staging"])
    (record,) = log.log.records
    (earlier,) = served_at(ref, "1999-01-01", targets=["staging"])
    (later,) = served_at(ref, "2999-01-01", targets=["staging"])

    assert (earlier.release, later.release and later.release.digest) == (None, record.release)
    with pytest.raises(UserError, match="not a time in ISO 8601"):
        served_at(ref, "yesterday")


def test_verify_and_gc(ref: ProjectRef) -> None:
    verified = verify(ref, targets=["staging"])
    assert (outcome_of(verified), verified[0].records) == (Outcome.PASS, 1)
    assert collect_garbage(ref, targets=["staging"])[0].objects == ()
    next((ref.directory / "live/staging/log").glob("*.json")).write_text("{}")
    assert outcome_of(verify(ref, targets=["staging"])) is not Outcome.PASS


def test_rollback_is_the_inverse_of_the_last_activation(project: Repo, ref: ProjectRef) -> None:
    original = project.git("show", "HEAD~1:lensops.yaml")
    rollback(ref)
    assert (ref.directory / "lensops.yaml").read_text().rstrip("\n") == original
    assert history(ref).events[0].kind == "rollback"
