"""What the work tree loosens against the merge base with a ref: manifest and cases compared."""

from __future__ import annotations

from collections.abc import Iterator

from lensops.errors import UserError
from lensops.evidence import Finding, Outcome
from lensops.files import Snapshot
from lensops.flows.base import BaseSnapshot
from lensops.flows.evidence_digests import schema_digests
from lensops.flows.project import Project
from lensops.gate import CaseFacts, Cases, Digests, loosened
from lensops.manifest import Manifest

_HARDNESS = ("off", "warning", "error")
_OUTCOMES = {"warning": Outcome.NOTE, "error": Outcome.FAIL}


def against(project: Project, base: BaseSnapshot) -> Iterator[Finding]:
    """What the project loosens against the merge base, as findings that fail or that are notes."""
    if base.project is None:
        yield Finding("base", project.file.path, Outcome.NOTE, base.missing)
        return
    before = base.project.manifest
    rule = harder(before, project.manifest)
    if rule != "off":
        cases = dict(_cases(before, base.tree, project))
        schemas = dict(_schemas(before, base.tree, project))
        yield from loosened(before, project.file, cases, schemas, outcome=_OUTCOMES[rule])


def harder(base: Manifest, head: Manifest) -> str:
    """The harder of both sides' `rules.gate_loosened`: a branch cannot switch it off for itself."""
    return max(base.rules.gate_loosened, head.rules.gate_loosened, key=_HARDNESS.index)


def _cases(
    before: Manifest, tree: Snapshot, project: Project
) -> Iterator[tuple[str, tuple[Cases, Cases]]]:
    """The cases of each eval that both sides have."""
    for name in _kept(before, project):
        old, new = before.evals[name].cases, project.manifest.evals[name].cases
        yield name, (_facts(tree, old), _facts(project.tree, new))


def _schemas(
    before: Manifest, tree: Snapshot, project: Project
) -> Iterator[tuple[str, tuple[Digests, Digests]]]:
    """The schemas of each eval that both sides have."""
    for name in _kept(before, project):
        old, new = before.evals[name], project.manifest.evals[name]
        yield name, (schema_digests(tree, old), schema_digests(project.tree, new))


def _kept(before: Manifest, project: Project) -> list[str]:
    return sorted(before.evals.keys() & project.manifest.evals.keys())


def _facts(tree: Snapshot, path: str) -> Cases:
    from lensops.evals.cases import cases_digest, read_cases

    try:
        cases, _ = read_cases(tree, path)
    except UserError:
        return {}
    return {case.id: CaseFacts(cases_digest([case]), case.must_pass) for case in cases}
