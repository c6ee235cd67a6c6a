"""Variables as the interface: what an application passes and a prompt's active version lacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from lensops.errors import Location, Problem, UserError
from lensops.evidence import Finding, Outcome
from lensops.manifest import Manifest, ManifestFile, suggestion
from lensops.prompts import Prompt, version_path
from lensops.prompts.languages import single_braces

if TYPE_CHECKING:
    from lensops.files import Snapshot
    from lensops.history.released import ReleasedVersions

RULE = "variables"
_HARDNESS = ("warning", "error")


class MissingVariable(NamedTuple):
    """A variable that `source` passes and the active version of a prompt does not use.

    `is_rollback`: the version was active before, so that the application may be newer than it.
    """

    prompt: Prompt
    name: str
    variable: str
    source: str
    is_rollback: bool = False

    @property
    def message(self) -> str:
        """What is wrong, for a person."""
        return f"{self.name} {self.prompt.version} lacks {self.variable!r}, which {self.source}"

    @property
    def hint(self) -> str:
        """What fixes it."""
        if written := single_braces(self.prompt, self.variable):
            return f"write {{{{ {self.variable} }}}} for {written}"
        near = suggestion(self.variable, self.prompt.variables)
        return near or "use it, or remove it from the interface and from the application"


def missing_variables(
    file: ManifestFile,
    active: Mapping[str, Prompt],
    tree: Snapshot,
    released: ReleasedVersions | None,
    base: Mapping[str, Prompt] | None = None,
) -> Iterator[MissingVariable]:
    """What the manifest declares, every case fills or the base used, and a version lacks."""
    for name, prompt in active.items():
        sources = _sources(file.manifest, name, tree, (base or {}).get(name))
        for variable in sorted(sources.keys() - {*prompt.variables}):
            is_rollback = released is not None and released.is_earlier(name, prompt.version)
            yield MissingVariable(prompt, name, variable, sources[variable], is_rollback)


def variable_problems(
    file: ManifestFile,
    active: Mapping[str, Prompt],
    tree: Snapshot,
    released: ReleasedVersions | None,
) -> tuple[list[Problem], list[Problem]]:
    """Problems and notes: missing variables by the rule of the manifest, and look-alikes."""
    problems: list[Problem] = []
    notes = [*_lookalikes(file.manifest, active, tree)]
    for missing in missing_variables(file, active, tree, released):
        location = file.location("prompts", missing.name, "variables")
        if file.manifest.prompts[missing.name].variables is None:
            location = file.location("prompts", missing.name, "active")
        is_error = file.manifest.rules.variables == "error" and not missing.is_rollback
        problem = Problem(location, missing.message, missing.hint)
        (problems if is_error else notes).append(problem)
    return problems, notes


def variable_findings(
    file: ManifestFile,
    active: Mapping[str, Prompt],
    tree: Snapshot,
    released: ReleasedVersions | None,
    base: tuple[Manifest, Mapping[str, Prompt]] | None,
) -> Iterator[Finding]:
    """Missing variables as findings of the gate; the harder rule of branch and base decides."""
    rules = [file.manifest.rules.variables, *([base[0].rules.variables] if base else [])]
    hardest = max(rules, key=_HARDNESS.index)
    for missing in missing_variables(file, active, tree, released, base[1] if base else None):
        is_error = hardest == "error" and not missing.is_rollback
        yield Finding(
            RULE,
            missing.name,
            Outcome.FAIL if is_error else Outcome.NOTE,
            f"{missing.message} ({missing.hint})",
            keys=("prompts", missing.name),
        )


def _lookalikes(
    manifest: Manifest, active: Mapping[str, Prompt], tree: Snapshot
) -> Iterator[Problem]:
    for name, prompt in active.items():
        for variable in sorted(_sources(manifest, name, tree, None)):
            if written := single_braces(prompt, variable):
                location = Location(version_path(tree, name, prompt.version))
                message = f"{written} is text, though {variable!r} is a variable"
                yield Problem(location, message, f"write {{{{ {variable} }}}}")


def _sources(manifest: Manifest, name: str, tree: Snapshot, base: Prompt | None) -> dict[str, str]:
    """The variables that an application passes to a prompt, each with who says so."""
    sources: dict[str, str] = {}
    if base is not None:
        sources |= dict.fromkeys(base.variables, f"{base.version} at the base used")
    for suite in manifest.evals:
        if manifest.prompt_of(suite) == name:
            filled = _case_inputs(tree, manifest.evals[suite].cases)
            sources |= dict.fromkeys(filled, f"every case of {suite} fills")
    declared = manifest.prompts[name].interface or {}
    return sources | dict.fromkeys(declared, "the manifest declares")


def _case_inputs(tree: Snapshot, path: str) -> frozenset[str]:
    """The inputs that every case of a file has; none of a file that cannot be read."""
    from lensops.evals.cases import read_cases  # loads what checks need

    try:
        return read_cases(tree, path)[0].inputs
    except UserError:
        return frozenset()
