"""What the work tree loosens against the merge base with a ref: manifest and cases compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lensops.errors import Invalid, UserError
from lensops.evidence import Finding, Outcome
from lensops.files import Tree
from lensops.flows.bound import schemas_of
from lensops.flows.project import Project, load_project
from lensops.gate import CaseFacts, Cases, Digests, loosened
from lensops.manifest import NAMES, Manifest

_HARDNESS = ("off", "warning", "error")
_OUTCOMES = {"warning": Outcome.NOTE, "error": Outcome.FAIL}


@dataclass(frozen=True, slots=True)
class Base:
    """The merge base that a branch is held against."""

    ref: str
    commit: str


def against(project: Project, path: Path, ref: str) -> tuple[Base, tuple[Finding, ...]]:
    """The merge base with `ref`, and what the work tree loosens against it.

    `path` is the manifest's. Raises `UserError` outside a repository, for an unknown ref, and
    where a shallow clone holds no merge base.
    """
    from lensops.history import open_repository  # loads GitPython

    with open_repository(path.parent) as repository:
        base = Base(ref, repository.merge_base(ref))
        folder, _, name = repository.relative(path).rpartition("/")
        tree = repository.tree(base.commit, folder)
        return base, tuple(_findings(project, tree, name))


def _findings(project: Project, tree: Tree, name: str) -> Iterator[Finding]:
    before = _manifest(tree, name)
    if isinstance(before, str):
        yield Finding("base", name, Outcome.NOTE, before)
        return
    rule = harder(before, project.manifest)
    if rule != "off":
        cases = dict(_cases(before, tree, project))
        schemas = dict(_schemas(before, tree, project))
        yield from loosened(before, project.file, cases, schemas, outcome=_OUTCOMES[rule])


def harder(base: Manifest, head: Manifest) -> str:
    """The harder of both sides' `rules.gate_loosened`: a branch cannot switch it off for itself."""
    return max(base.rules.gate_loosened, head.rules.gate_loosened, key=_HARDNESS.index)


def _manifest(tree: Tree, name: str) -> Manifest | str:
    """The manifest at the base under any of its names, or why there is none to compare with."""
    for each in (name, *NAMES):
        try:
            return load_project(tree, each).manifest
        except FileNotFoundError:
            continue
        except Invalid as error:
            first = str(error).splitlines()[0]
            return f"the manifest at the base is not sound, nothing to compare with: {first}"
    return "there is no manifest at the base, nothing to compare with"


def _cases(
    before: Manifest, tree: Tree, project: Project
) -> Iterator[tuple[str, tuple[Cases, Cases]]]:
    """The cases of each eval that both sides have."""
    for name in _kept(before, project):
        old, new = before.evals[name].cases, project.manifest.evals[name].cases
        yield name, (_facts(tree, old), _facts(project.tree, new))


def _schemas(
    before: Manifest, tree: Tree, project: Project
) -> Iterator[tuple[str, tuple[Digests, Digests]]]:
    """The schemas of each eval that both sides have."""
    for name in _kept(before, project):
        old, new = before.evals[name], project.manifest.evals[name]
        yield name, (schemas_of(tree, old), schemas_of(project.tree, new))


def _kept(before: Manifest, project: Project) -> list[str]:
    return sorted(before.evals.keys() & project.manifest.evals.keys())


def _facts(tree: Tree, path: str) -> Cases:
    from lensops.evals.cases import cases_digest, read_cases

    try:
        cases, _ = read_cases(tree, path)
    except UserError:
        return {}
    return {case.id: CaseFacts(cases_digest([case]), case.must_pass) for case in cases}
