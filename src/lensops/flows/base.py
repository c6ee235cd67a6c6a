"""Plan against the base of a branch: what a pull request changes, without any target."""

from __future__ import annotations

from pathlib import Path

from lensops.errors import Invalid
from lensops.evidence import Finding, Outcome
from lensops.files import Tree
from lensops.flows.findings import released_findings
from lensops.flows.project import load_project
from lensops.flows.targets import opened
from lensops.manifest import NAMES
from lensops.plan import Base, Plan, make
from lensops.release import Release

NAME = "base"


def plan_base(directory: Path, manifest: Path | None, ref: str) -> Plan:
    """What the work tree changes against the merge base of `HEAD` and `ref`.

    Raises `Invalid` for the manifest of the work tree, and `UserError` without a repository, for
    an unknown ref, and where a shallow clone holds no merge base.
    """
    from lensops.history import open_repository  # loads GitPython

    project = opened(directory, manifest)
    with open_repository(project.path.parent) as repository:
        commit = repository.merge_base(ref)
        prefix, name = _split(repository.relative(project.path))
        before, notes = _release(repository.tree(commit, prefix), name)
    made = make(NAME, before, project.desired, notes)
    return Plan((made,), released_findings(project), Base(ref, commit))


def _release(tree: Tree, name: str) -> tuple[Release | None, tuple[Finding, ...]]:
    """The release of the manifest at the base; None where there is none, or a broken one."""
    for each in (name, *NAMES):
        try:
            return load_project(tree, each).desired, ()
        except FileNotFoundError:
            continue
        except Invalid as error:
            words = f"the manifest at the base is not sound, so all counts as new: {error}"
            return None, (Finding("base", each, Outcome.NOTE, words.splitlines()[0]),)
    return None, (Finding("base", name, Outcome.NOTE, "there is no manifest at the base"),)


def _split(path: str) -> tuple[str, str]:
    folder, _, name = path.rpartition("/")
    return folder, name
