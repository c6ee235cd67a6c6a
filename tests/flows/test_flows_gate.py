"""The gate as a function: what it reads, joins and names; screens are tested with the command."""

from __future__ import annotations

import pytest

from lensops import __version__
from lensops.drift.results import DriftReport
from lensops.errors import Invalid, UserError
from lensops.evals.protocols import Mode
from lensops.evidence import Outcome
from lensops.flows.evidence_digests import window_fingerprint
from lensops.flows.gate import gate
from lensops.manifest.locate import ProjectRef
from support.evaluated import own_sample
from support.events import GOOD, LOOSENED, Shop
from support.repo import Repo


@pytest.fixture
def shop(repo: Repo) -> Shop:
    return Shop(repo)


def test_it_joins_evals_and_drift_and_names_what_they_rest_on(repo: Repo) -> None:
    own_sample(repo)

    project, result = gate(ProjectRef(repo.root), mode=Mode.REPLAY)

    assert result.verdict.outcome is Outcome.PASS
    assert result.evals is not None
    assert result.drift is not None
    assert {reading.name for reading in result.verdict.readings} == {"mean_score", "psi"}
    assert result.verdict.digests["release"] == project.desired.digest
    conditions = result.verdict.conditions
    assert conditions.tool == f"lensops {__version__}"
    assert conditions.options == {"mode": "replay"}
    assert conditions.judges == {"offer_copy": ("synthetic",)}


def test_the_base_is_named_with_its_release(shop: Shop) -> None:
    base = shop.repo.head()
    release = gate(ProjectRef(shop.repo.root), mode=Mode.REPLAY)[0].desired.digest
    shop.commit(GOOD)

    _, result = gate(ProjectRef(shop.repo.root), base=base, mode=Mode.REPLAY)

    assert result.verdict.base is not None
    assert (result.verdict.base.commit, result.verdict.base.release) == (base, release)


def test_the_gated_commit_is_no_base_but_uncommitted_changes_have_one(shop: Shop) -> None:
    _, same = gate(ProjectRef(shop.repo.root), base="HEAD", mode=Mode.REPLAY)
    shop.edit(GOOD)
    _, edited = gate(ProjectRef(shop.repo.root), base="HEAD", mode=Mode.REPLAY)

    assert same.verdict.base is None
    assert same.base is not None
    assert edited.verdict.base is not None


def test_findings_stand_on_the_lines_of_the_manifest(shop: Shop) -> None:
    shop.commit(LOOSENED)

    _, result = gate(ProjectRef(shop.repo.root), base="HEAD~1", mode=Mode.REPLAY)

    lines = (shop.repo.root / "lensops.yaml").read_text().splitlines()
    (loosened,) = [f for f in result.verdict.findings if f.rule == "gate_loosened"]
    assert loosened.location is not None
    assert loosened.location.line is not None
    assert "threshold: 0.1" in lines[loosened.location.line - 1]
    assert result.next_command == f"lensops plan --base {shop.repo.git('rev-parse', 'HEAD~1')[:12]}"


def test_an_unsound_manifest_has_no_verdict(shop: Shop) -> None:
    shop.edit({"threshold": "high"})

    with pytest.raises(Invalid, match="threshold"):
        gate(ProjectRef(shop.repo.root))


def test_a_base_needs_a_repository(shop: Shop) -> None:
    (shop.repo.root / ".git").rename(shop.repo.root / "git")

    with pytest.raises(UserError):
        gate(ProjectRef(shop.repo.root), base="main", mode=Mode.REPLAY)


def test_windows_in_a_warehouse_are_bound_by_their_counts() -> None:
    first = window_fingerprint(DriftReport(10, 10, ()))

    assert first == window_fingerprint(DriftReport(10, 10, ()))
    assert first != window_fingerprint(DriftReport(10, 11, ()))
