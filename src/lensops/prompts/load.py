"""Find and load the versions of a prompt in a tree of files."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lensops.errors import Invalid, Location, Problem, UserError
from lensops.files import Snapshot, Tree
from lensops.manifest.select import suggestion_or_list
from lensops.prompts.forms import ending_of, parse
from lensops.prompts.value import Prompt

FOLDER = "prompts"
MAX_BYTES = 1_000_000


def version_files(tree: Tree, prompt: str) -> dict[str, list[str]]:
    """Version to the files that claim it, versions in natural order (v2 before v10)."""
    files: dict[str, list[str]] = {}
    for name in tree.names(f"{FOLDER}/{prompt}"):
        ending = ending_of(name)
        if ending and not name.startswith("."):
            files.setdefault(name.removesuffix(ending), []).append(f"{FOLDER}/{prompt}/{name}")
    return {version: files[version] for version in sorted(files, key=natural)}


@dataclass(frozen=True, slots=True)
class PromptParser:
    """Bytes to the prompt of one version; two parsers of one version are the same to a snapshot."""

    version: str

    def __call__(self, data: bytes, path: str) -> Prompt:
        return parse(data, path, self.version)


def load_prompt(tree: Tree, prompt: str, version: str, location: Location | None = None) -> Prompt:
    """One version. `location` is where it was asked for.

    Raises `Invalid` when the file is missing, claimed twice, or has problems.
    """
    path = version_path(tree, prompt, version, location)
    parser = PromptParser(version)
    try:
        if isinstance(tree, Snapshot):
            return tree.parse(path, MAX_BYTES, parser)
        return parser(tree.read(path, MAX_BYTES), path)
    except Invalid:
        raise
    except UserError as error:
        raise Invalid((Problem(location or Location(path), error.message, error.hint),)) from None


def version_path(tree: Tree, prompt: str, version: str, location: Location | None = None) -> str:
    """The file of a version. Raises `Invalid` when there is none, or more than one."""
    files = version_files(tree, prompt)
    claimed = files.get(version, [])
    if len(claimed) == 1:
        return claimed[0]
    folder = f"{FOLDER}/{prompt}"
    if claimed:
        message = f"version {version!r} has {len(claimed)} files: {', '.join(claimed)}"
        raise Invalid((Problem(location or Location(folder), message, "keep one of them"),))
    raise Invalid((_missing_problem(folder, version, list(files), location),))


def _missing_problem(
    folder: str, version: str, versions: list[str], location: Location | None
) -> Problem:
    message = f"there is no file {folder}/{version}.yaml"
    if not versions:
        return Problem(location or Location(folder), message, f"add it; {folder}/ has no versions")
    hint = suggestion_or_list(version, versions, "versions")
    return Problem(location or Location(folder), message, hint)


def natural(version: str) -> tuple[tuple[int, int, str], ...]:
    """A sort key in which numbers count as numbers."""
    parts = re.findall(r"\d+|\D+", version)
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts)
