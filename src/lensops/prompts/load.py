"""Find and load the versions of a prompt in a tree of files."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from functools import lru_cache

from lensops.errors import Invalid, Location, Problem, UserError
from lensops.files import OutsideError, Snapshot, Tree
from lensops.manifest.select import suggestion_or_list
from lensops.prompts.forms import SHOWN, ending_of, parse
from lensops.prompts.layout import PromptFiles
from lensops.prompts.parts import are_parts, in_order, is_part, load_parts
from lensops.prompts.value import Prompt

MAX_BYTES = 1_000_000


def version_files(tree: Tree, prompt: str | PromptFiles) -> dict[str, list[str]]:
    """Version to the files that claim it, versions in natural order (v2 before v10).

    A `prompt` that is a name has its files in the usual place. A place out of the repository has
    none; whoever asks for a version there is told.
    """
    files: dict[str, list[str]] = {}
    with contextlib.suppress(OutsideError):
        for version, path in _files_of(prompt).versions(tree):
            files.setdefault(version, []).append(path)
    return {version: files[version] for version in sorted(files, key=natural)}


@dataclass(frozen=True, slots=True)
class PromptParser:
    """Bytes to the prompt of one version; two parsers of one version are the same to a snapshot."""

    version: str
    template: str = ""

    def __call__(self, data: bytes, path: str) -> Prompt:
        return parse(data, path, self.version, self.template)


def load_prompt(
    tree: Tree, prompt: str | PromptFiles, version: str, location: Location | None = None
) -> Prompt:
    """One version. `location` is where it was asked for.

    Raises `Invalid` when the file is missing, claimed twice, or has problems.
    """
    path = version_path(tree, prompt, version, location)
    files = version_files(tree, prompt)[version]
    if is_part(path) and (len(files) > 1 or ending_of(path) in {".md", ".txt"}):
        return load_parts(tree, files, version, _files_of(prompt).template)
    parser = PromptParser(version, _files_of(prompt).template)
    try:
        if isinstance(tree, Snapshot):
            return tree.parse(path, MAX_BYTES, parser)
        return parser(tree.read(path, MAX_BYTES), path)
    except Invalid:
        raise
    except UserError as error:
        raise Invalid((Problem(location or Location(path), error.message, error.hint),)) from None


def version_path(
    tree: Tree, prompt: str | PromptFiles, version: str, location: Location | None = None
) -> str:
    """The file of a version, the first of several messages.

    Raises `Invalid` when there is none, or when several claim to be the whole.
    """
    files, located = version_files(tree, prompt), _files_of(prompt)
    claimed = files.get(version, [])
    if len(claimed) == 1 or (claimed and are_parts(claimed)):
        return in_order(claimed)[0]
    if claimed:
        message = f"version {version!r} has {len(claimed)} files: {', '.join(claimed)}"
        where = location or Location(located.folder)
        raise Invalid((Problem(where, message, "keep one of them"),))
    try:
        similar = located.similar(tree, version)
    except OutsideError as error:
        where = location or Location(located.folder)
        raise Invalid((Problem(where, error.message, error.hint),)) from None
    raise Invalid((_missing_problem(located, version, list(files), similar, location),))


def _missing_problem(
    files: PromptFiles,
    version: str,
    versions: list[str],
    similar: list[str],
    location: Location | None,
) -> Problem:
    where = location or Location(files.folder)
    message = f"there is no file {files.example(version)}"
    unread = [path for path in similar if not ending_of(path)]
    named = " and ".join(similar[:3])
    if similar and len(unread) == len(similar):
        hint = f"no form has the ending of {named}; forms: {', '.join(SHOWN)}"
        return Problem(where, message, hint)
    if similar:
        return Problem(where, message, f"there is {named}: rename it, or say `path:`")
    if not versions:
        return Problem(where, message, f"add it; {files.folder}/ has no versions")
    return Problem(where, message, suggestion_or_list(version, versions, "versions"))


def _files_of(prompt: str | PromptFiles) -> PromptFiles:
    return PromptFiles(prompt) if isinstance(prompt, str) else prompt


@lru_cache(maxsize=4_096)
def natural(version: str) -> tuple[tuple[int, int, str], ...]:
    """A sort key in which numbers count as numbers."""
    parts = re.findall(r"\d+|\D+", version)
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts)
