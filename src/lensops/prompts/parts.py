"""Several files as one version: a message each, by the roles that their names say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from lensops.errors import Invalid, Location, Problem
from lensops.files import Tree
from lensops.prompts.value import ROLES, Prompt

_ROLES = "|".join(ROLES[:-1])
_PART = re.compile(rf"(?:.*[/.])?(?:(?P<number>\d+)-)?(?P<role>{_ROLES})\.(?:md|txt)\Z")
MAX_BYTES = 1_000_000


def is_part(path: str) -> bool:
    """Whether a file's name says a role, as `system.md`, `01-user.md` and `v2.user.md` do."""
    return bool(_PART.match(path))


def are_parts(paths: Sequence[str]) -> bool:
    """Whether files are the messages of one version: each with a role, and none of them twice."""
    matches = [_PART.match(path) for path in paths]
    keys = {(match["number"], match["role"]) for match in matches if match}
    return len(keys) == len(paths)


def in_order(paths: Sequence[str]) -> list[str]:
    """The files in the order of the conversation: by number, else system, developer, user."""

    def position(path: str) -> tuple[int, int]:
        match = _PART.match(path)
        number = int(match["number"]) if match and match["number"] else 0
        return number, ROLES.index(match["role"]) if match else len(ROLES)

    return sorted(paths, key=position)


def load_parts(tree: Tree, paths: Sequence[str], version: str, template: str = "") -> Prompt:
    """The version whose messages these files are. Raises `Invalid` with all problems."""
    from lensops.prompts.forms.text import parse_text

    problems: list[Problem] = []
    prompts: list[tuple[str, Prompt]] = []
    for path in in_order(paths):
        match = _PART.match(path)
        role = match["role"] if match else "user"
        try:
            prompt = parse_text(tree.read(path, MAX_BYTES), path, version, template, role)
        except Invalid as error:
            problems += error.problems
        else:
            prompts.append((path, prompt))
    settled = [(path, prompt) for path, prompt in prompts if _has_settings(prompt)]
    for path, _ in settled[1:]:
        message = f"the settings of the version stand in {settled[0][0]} already"
        problems.append(Problem(Location(path, 1), message, "keep one front matter with settings"))
    if problems:
        raise Invalid(tuple(problems))
    messages = tuple(message for _, prompt in prompts for message in prompt.messages)
    return replace((settled or prompts)[0][1], messages=messages)


def _has_settings(prompt: Prompt) -> bool:
    return bool(prompt.model or prompt.parameters or prompt.response_format or prompt.tools)
