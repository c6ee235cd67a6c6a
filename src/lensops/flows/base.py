"""The base of a branch: the project as it was at the merge base, for plan, evals and gate."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from lensops.errors import Invalid
from lensops.evidence import Base
from lensops.files import Snapshot
from lensops.flows.project import Opened, Project, project_at
from lensops.prompts import Prompt, load_prompt, locate_prompt, version_files

if TYPE_CHECKING:
    from lensops.git import Repository
    from lensops.manifest import Manifest


class BaseSnapshot(NamedTuple):
    """The project at the merge base; `missing` says why there is none.

    `is_unsound`: there is a manifest, and it cannot be read.
    """

    base: Base
    tree: Snapshot
    project: Project | None
    missing: str = ""
    is_unsound: bool = False

    @property
    def manifest(self) -> Manifest | None:
        """The policy at the base."""
        return self.project.manifest if self.project else None


def prompt_at_base(base: Project, head: Project, name: str) -> Prompt | None:
    """The version of a prompt of `head` that is active at the base, whatever its name is there."""
    former = former_prompt(base, head, name)
    return None if former is None else base.active.get(former)


def former_prompt(base: Project, head: Project, name: str) -> str | None:
    """The name at the base of a prompt of `head`.

    That is the same name, the one that `renamed_from:` says, or the one prompt that the head no
    longer has and whose active version is among the versions of this one.
    """
    former = head.manifest.prompts[name].renamed_from
    if name in base.active or former is not None:
        return name if name in base.active else former
    gone = [old for old in base.active if old not in head.manifest.prompts]
    digests = set(_version_digests(head, name)) if gone else set()
    same = [old for old in gone if base.active[old].source_digest in digests]
    return same[0] if len(same) == 1 else None


def evals_at_base(base: Project, head: Project, name: str) -> tuple[str, ...]:
    """The evals at the base of the prompt that an eval of `head` exercises."""
    prompt = former_prompt(base, head, head.manifest.prompt_of(name))
    return tuple(old for old in base.manifest.evals if base.manifest.prompt_of(old) == prompt)


def renamed_evals(base: Project, head: Project) -> dict[str, str]:
    """The evals that `head` renamed, old names to new ones.

    One goes on in another where each is the only one of its prompt that is gone, or new.
    """
    gone = [name for name in base.manifest.evals if name not in head.manifest.evals]
    new = [name for name in head.manifest.evals if name not in base.manifest.evals] if gone else []
    former = {name: [old for old in evals_at_base(base, head, name) if old in gone] for name in new}
    claims = [old for olds in former.values() for old in olds]
    return {
        olds[0]: name
        for name, olds in former.items()
        if len(olds) == 1 and claims.count(olds[0]) == 1
    }


def with_names_of(head: Project, base: BaseSnapshot) -> BaseSnapshot:
    """The base with its evals under the names that they have in `head`, otherwise the same."""
    names = renamed_evals(base.project, head) if base.project else {}
    if base.project is None or not names:
        return base
    manifest = base.project.manifest
    suites = dict(manifest.evals)
    for old in names:  # what goes by the name unless it is declared
        defaults = {
            "prompt": manifest.prompt_of(old),
            "recordings": manifest.recordings_folder(old),
        }
        suites[old] = suites[old].model_copy(update=defaults)
    evals = {names.get(old, old): suite for old, suite in suites.items()}
    file = base.project.file._replace(manifest=manifest.model_copy(update={"evals": evals}))
    return base._replace(project=replace(base.project, file=file))


def _version_digests(project: Project, name: str) -> Iterator[str]:
    files = locate_prompt(project.manifest, name)
    for version in version_files(project.tree, files):
        with suppress(Invalid):
            yield load_prompt(project.tree, files, version).source_digest


@contextmanager
def open_base(project: Opened, ref: str) -> Iterator[BaseSnapshot]:
    """The project at the merge base with `ref`, readable as long as the context is open.

    Raises `UserError` outside a repository, for an unknown ref, and where a shallow clone holds no
    merge base.
    """
    from lensops.git import NoRepository

    repository = project.repository
    if repository is None:
        raise NoRepository
    yield read_base(project, repository, Base(ref, repository.merge_base(ref)))


def read_base(project: Opened, repository: Repository, base: Base) -> BaseSnapshot:
    """The project as it was at the commit of a base; the base then knows its release."""
    folder, _, name = repository.relative(project.path).rpartition("/")
    return _parse_base(base, Snapshot(repository.tree(base.commit, folder)), name)


def _parse_base(base: Base, tree: Snapshot, name: str) -> BaseSnapshot:
    try:
        project = project_at(tree, name)
    except Invalid as error:
        first = str(error).splitlines()[0]
        missing = f"the manifest at the base is not sound, nothing to compare with: {first}"
        return BaseSnapshot(base, tree, None, missing, is_unsound=True)
    if project is None:
        missing = "there is no manifest at the base, nothing to compare with"
        return BaseSnapshot(base, tree, None, missing)
    base = base._replace(release=project.desired.digest)
    return BaseSnapshot(base, tree, project)
