"""Select what a command names: a prompt, an eval, a monitor, a target; else say what is near."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from lensops.errors import UserError
from lensops.manifest.names import FRAGMENTS


def suggestion(word: str, names: Iterable[str], cutoff: float = 0.6) -> str | None:
    """A did-you-mean for a word, or None when nothing is near: alike by less than `cutoff`."""
    near = difflib.get_close_matches(word, list(names), n=1, cutoff=cutoff)
    return f"did you mean {near[0]!r}?" if near else None


def suggestion_or_list(word: str, names: Iterable[str], plural: str) -> str | None:
    """A did-you-mean and the names that there are, such as `prompts: a, b`; None without any."""
    listed = list(names)
    parts = [suggestion(word, listed), f"{plural}: {', '.join(listed)}" if listed else None]
    return " ".join(filter(None, parts)) or None


def select_name(names: Iterable[str], name: str, noun: str) -> str:
    """The name, which must be declared. Raises `UserError` with what is near."""
    declared = list(names)
    if name not in declared:
        hint = suggestion_or_list(name, declared, f"{noun}s")
        raise UserError(f"there is no {noun} {name!r}", hint)
    return name


def select_names(names: Iterable[str], chosen: Iterable[str], noun: str) -> tuple[str, ...]:
    """The chosen names in the order of declaration; none chosen: all. Raises `UserError`."""
    declared = tuple(names)
    selected = {select_name(declared, name, noun) for name in chosen}
    return tuple(name for name in declared if not selected or name in selected)


def select_prompt(names: Iterable[str], name: str | None) -> str:
    """The named prompt or fragment, or the only prompt. Raises `UserError` when it is not clear."""
    declared = list(names)
    if name is not None:
        is_fragment = name not in declared and FRAGMENTS + name in declared
        return select_name(declared, FRAGMENTS + name if is_fragment else name, "prompt")
    prompts = [entry for entry in declared if not entry.startswith(FRAGMENTS)]
    if len(prompts) == 1:
        return prompts[0]
    hint = f"add --prompt; prompts: {', '.join(declared)}" if declared else None
    raise UserError("which prompt is meant?", hint)
