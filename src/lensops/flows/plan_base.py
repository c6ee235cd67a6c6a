"""Plan against the base of a branch: what a pull request changes, without any target."""

from __future__ import annotations

from lensops.evidence import Finding, Outcome
from lensops.flows.base import BaseSnapshot, open_base
from lensops.flows.findings import released_findings
from lensops.flows.plan import add_notes
from lensops.flows.project import Opened, open_project
from lensops.manifest.locate import ProjectRef
from lensops.plan import Plan, make

NAME = "base"


def plan_base(ref: ProjectRef, base: str) -> Plan:
    """What the work tree changes against the merge base of `HEAD` and `base`.

    Raises `Invalid` for the manifest of the work tree, and `UserError` without a repository, for
    an unknown revision, and where a shallow clone holds no merge base.
    """
    project = open_project(ref)
    with open_base(project, base) as snapshot:
        return compare_with_base(project, snapshot)


def compare_with_base(project: Opened, snapshot: BaseSnapshot) -> Plan:
    """What a project changes against a base that is open."""
    release = snapshot.project.desired if snapshot.project else None
    notes = (Finding("base", project.file.path, Outcome.NOTE, snapshot.missing),)
    target = make(NAME, release, project.desired, notes if snapshot.missing else ())
    plan = Plan((target,), released_findings(project), snapshot.base)
    return add_notes(plan, project)
