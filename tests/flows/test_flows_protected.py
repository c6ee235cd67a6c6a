"""`protect:`: what the base names passes with an approval alone; no answer is inconclusive."""

from __future__ import annotations

from pathlib import Path

import pytest

from lensops.evidence import Finding, Outcome
from lensops.flows.base import BaseSnapshot
from lensops.flows.choose_base import choose_base
from lensops.flows.project import open_project
from lensops.flows.protected import WorkflowRun, protected_findings
from lensops.forge.event import Event
from lensops.gate import Approval
from lensops.manifest.locate import ProjectRef
from support import sample
from support.cli import lensops
from support.events import event
from support.repo import Repo

PROTECT = """
protect:
  paths: [prompts/offer_copy/v1.yaml, legal]
  keys: [targets.*.after, rules]
"""


@pytest.fixture
def protected(repo: Repo) -> Repo:
    files = sample.files()
    files["lensops.yaml"] += PROTECT
    repo.commit("Begin", {**files, "legal/terms.md": "Terms.\n", "README.md": "Hello.\n"})
    repo.git("switch", "-q", "-c", "topic")
    return repo


def find(repo: Repo, approval: Approval, happened: Event | None = None) -> list[Finding]:
    project = open_project(ProjectRef(repo.root))
    base = choose_base(project, "main")
    assert isinstance(base, BaseSnapshot)
    run = WorkflowRun(happened, lambda _: approval)
    return list(protected_findings(project, base, run))


EDITS = {
    "legal/terms.md": ("Terms.", "No terms."),
    "prompts/offer_copy/v1.yaml": ("warm", "cold"),
    "lensops.yaml": (", after: staging", ""),
}


@pytest.mark.parametrize("path", EDITS)
@pytest.mark.parametrize(
    ("approval", "outcome", "message"),
    [
        (Approval("grace"), Outcome.NOTE, "approved by grace"),
        (Approval(), Outcome.FAIL, "no one but the author has approved"),
        (Approval(silence="no answer"), Outcome.INCONCLUSIVE, "is not known: no answer"),
    ],
)
def test_a_protected_change(
    protected: Repo, path: str, approval: Approval, outcome: Outcome, message: str
) -> None:
    file = protected.root / path
    file.write_text(file.read_text().replace(*EDITS[path]))

    (finding,) = find(protected, approval)

    assert (finding.rule, finding.outcome) == ("protected", outcome)
    assert message in finding.message


def test_new_and_removed_files_below_a_folder_are_protected(protected: Repo) -> None:
    (protected.root / "legal/terms.md").rename(protected.root / "legal/.hidden")

    (finding,) = find(protected, Approval())

    assert finding.message.startswith("legal/.hidden, legal/terms.md changed: ")


def test_other_changes_ask_nobody(protected: Repo) -> None:
    protected.commit("Other", {"README.md": "Bye.\n", **sample.manifest("v2")})
    text = (protected.root / "lensops.yaml").read_text()
    protected.write({"lensops.yaml": text + PROTECT})

    assert find(protected, Approval()) == []


def test_a_branch_cannot_lift_its_own_protection(protected: Repo) -> None:
    protected.write({**sample.manifest("v1"), "legal/terms.md": "No terms.\n"})

    (finding,) = find(protected, Approval())

    assert finding.outcome is Outcome.FAIL


def test_a_push_is_held_to_where_its_branch_was(protected: Repo) -> None:
    protected.commit("Change terms, approved then", {"legal/terms.md": "Other terms.\n"})
    before = protected.head()
    protected.commit("A remark", {"README.md": "Bye.\n"})

    assert find(protected, Approval(), Event("push", previous=before)) == []


def test_without_a_token_it_is_inconclusive(
    protected: Repo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    base = protected.git("rev-parse", "main")
    head = protected.commit("Change terms", {"legal/terms.md": "Other terms.\n"})
    payload = {"pull_request": {"number": 7, "base": {"sha": base}, "head": {"sha": head}}}
    for name, value in event(tmp_path / "e.json", "pull_request", payload).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GITHUB_REPOSITORY", "o/r")

    result = lensops("gate", cwd=protected.root)

    assert result.code == 3
    assert "? protected manifest: legal/terms.md changed: whether someone else" in result.out
    assert "the step has no GITHUB_TOKEN" in result.out
