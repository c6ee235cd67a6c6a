"""`prepare` and `carry_out` called directly, in real repositories."""

from __future__ import annotations

import pytest

from lensops.errors import Refused, Stale
from lensops.flows.apply import carry_out, prepare
from lensops.manifest.locate import ProjectRef
from lensops.release import Kind
from lensops.targets import Receipt
from support import sample
from support.repo import Repo


def apply(project: Repo, target: str | None = None) -> list[Receipt]:
    return list(carry_out(prepare(ProjectRef(project.root), targets=[target] if target else ())))


def test_targets_are_written_in_the_order_of_after(project: Repo) -> None:
    receipts = apply(project)

    assert [receipt.plan.name for receipt in receipts] == ["staging", "production"]
    records = [receipt.record for receipt in receipts]
    assert [record and record.commit for record in records] == [project.head()] * 2
    assert [record and record.kind for record in records] == [Kind.APPLY, Kind.APPLY]
    assert receipts[0].where == "directory live/staging"


def test_prepare_writes_nothing(project: Repo) -> None:
    ready = prepare(ProjectRef(project.root))

    assert [target.name for target in ready.todo] == ["staging", "production"]
    assert not (project.root / "live").exists()


def test_a_target_in_sync_has_a_receipt_without_a_record(project: Repo) -> None:
    apply(project)

    assert [receipt.record for receipt in apply(project)] == [None, None]


def test_the_plan_that_was_reviewed_and_another(project: Repo) -> None:
    digest = prepare(ProjectRef(project.root)).plan.digest
    assert prepare(ProjectRef(project.root), plan_digest=digest).plan.digest == digest
    project.commit("Use v2", sample.manifest("v2"))

    with pytest.raises(Stale, match="not what was reviewed"):
        prepare(ProjectRef(project.root), plan_digest=digest)
    apply(project)
    with pytest.raises(Stale, match="served already"):
        prepare(ProjectRef(project.root), plan_digest=digest)


def test_receipts_before_a_stale_target_are_given(project: Repo) -> None:
    ready = prepare(ProjectRef(project.root))
    receipts = carry_out(ready)
    first = next(receipts)
    apply(project)  # another writer is faster at production

    assert first.record is not None
    with pytest.raises(Stale):
        next(receipts)


def test_what_was_planned_is_what_is_written(project: Repo) -> None:
    """Files that change between plan and write go live at the next apply, not at this one."""
    ready = prepare(ProjectRef(project.root))
    project.commit("Use v2", sample.manifest("v2"))

    (staging, _) = carry_out(ready)
    assert staging.record is not None
    assert staging.record.prompts["offer_copy"].version == "v1"


def test_a_target_waits_for_the_one_before_it(project: Repo) -> None:
    with pytest.raises(Refused, match="production comes after staging"):
        prepare(ProjectRef(project.root), targets=["production"])
