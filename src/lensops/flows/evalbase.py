"""The base side of an eval: the version that was active at the merge base with a ref."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from lensops.errors import Invalid
from lensops.evals.arm import Arm, arm_of
from lensops.files import Tree
from lensops.flows.project import Project, load_project, root_of
from lensops.manifest import NAMES, Suite
from lensops.plan import Base


@dataclass(frozen=True, slots=True)
class BaseSide:
    """The project at the merge base; `missing` says in words why there is none."""

    base: Base
    tree: Tree
    project: Project | None
    missing: str = ""

    def arm(self, suite: str, prompt: str, now: Suite) -> Arm | str:
        """The version of a prompt at the base, asked as it was asked there; or why there is none.

        Cases, judge and rules are those of now: both arms are held against the same.
        """
        if self.project is None:
            return self.missing
        if prompt not in self.project.active:
            return f"{self.base.ref} has no prompt {prompt}: there is nothing to compare with"
        asked = self.project.manifest.evals.get(suite) or now
        as_then = {"model": asked.model, "base_url": asked.base_url}
        return arm_of(self.project.active[prompt], now.model_copy(update=as_then))


@contextlib.contextmanager
def base_side(project: Project, ref: str) -> Iterator[BaseSide]:
    """The base, readable as long as the context is open.

    Raises `UserError` outside a repository, for an unknown ref, and where a shallow clone holds no
    merge base.
    """
    from lensops.history import open_repository  # loads GitPython

    path = root_of(project) / project.file.path
    with open_repository(path.parent) as repository:
        commit = repository.merge_base(ref)
        folder, _, name = repository.relative(path).rpartition("/")
        tree = repository.tree(commit, folder)
        found = _project(tree, name)
        missing = found if isinstance(found, str) else ""
        yield BaseSide(
            Base(ref, commit), tree, found if isinstance(found, Project) else None, missing
        )


def _project(tree: Tree, name: str) -> Project | str:
    for each in dict.fromkeys((name, *NAMES)):
        try:
            return load_project(tree, each)
        except FileNotFoundError:
            continue
        except Invalid as error:
            first = str(error).splitlines()[0]
            return f"the manifest at the base is not sound, nothing to compare with: {first}"
    return "there is no manifest at the base: there is nothing to compare with"
