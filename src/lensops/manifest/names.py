"""Names in a manifest: of prompts and versions, which are parts of paths, and of projects."""

from __future__ import annotations

import re
import unicodedata

from lensops.manifest.node import Node

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}\Z")
_PROJECT = re.compile(r"[^\W_][\w.-]{0,99}\Z")
_NO_BRANCH = (
    r"(?s)HEAD\Z|@\Z|-|refs/|/"  # what git reads as something else
    r"|.*(?:[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|[/.]\Z|(?:\A|/)\.|\.lock(?:/|\Z))"
)
RULE = "must begin with a letter or digit and hold only letters, digits, '_', '-', '.'"


def is_version(name: str) -> bool:
    """Whether a name can be that of a version."""
    return bool(NAME.match(name))


def is_prompt_name(name: str) -> bool:
    """Whether a name can be that of a prompt: names with slashes between, as of folders."""
    return len(name) <= 200 and all(NAME.match(part) for part in name.split("/"))


def check_name(value: str) -> str:
    """The name. Raises `ValueError` with the rule."""
    if not NAME.match(value):
        raise ValueError(RULE)
    return value


def check_prompt_name(value: str) -> str:
    """The name of a prompt. Raises `ValueError` with the rule."""
    if not is_prompt_name(value):
        raise ValueError(f"{RULE} (and '/' between names)")
    return value


def check_branch(value: str) -> str:
    """The name of a branch, by the rules of `git branch`. Raises `ValueError`."""
    if re.match(_NO_BRANCH, value):
        raise ValueError(f"{value!r} is not a name that git allows for a branch")
    return value


def check_project(value: str) -> str:
    """The name of a project, of letters of any script. Raises `ValueError` with the rule."""
    if not _PROJECT.match(value):
        raise ValueError(RULE)
    if unicodedata.normalize("NFC", value) != value:
        raise ValueError("must be in the composed form of Unicode (NFC)")
    return value


FRAGMENTS = "_fragments/"  # a fragment's family begins with it, as its folder among the prompts


def family_names(node: Node) -> list[str]:
    """The names of a manifest's nodes, whatever is wrong with their entries."""
    names = []
    for section, prefix in (("prompts", ""), ("fragments", FRAGMENTS)):
        entries = node.get(section)
        if entries is not None and entries.kind == "mapping":
            names += [prefix + str(key.value) for key, _ in entries.value]
    return names


def family_keys(family: str) -> tuple[str, str]:
    """The keys of a family's entry in the manifest."""
    if family.startswith(FRAGMENTS):
        return "fragments", family.removeprefix(FRAGMENTS)
    return "prompts", family
