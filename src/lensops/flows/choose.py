"""Which prompt is meant, where a command acts on one."""

from __future__ import annotations

from collections.abc import Iterable

from lensops.errors import UserError
from lensops.manifest import suggestion


def chosen_prompt(declared: Iterable[str], wanted: str | None) -> str:
    """The wanted prompt, or the only one. Raises `UserError` when it is not clear."""
    names = list(declared)
    known = "prompts: " + ", ".join(names)
    if wanted is None:
        if len(names) == 1:
            return names[0]
        raise UserError("which prompt is meant?", f"add --prompt; {known}" if names else None)
    if wanted not in names:
        near = suggestion(wanted, names)
        raise UserError(f"there is no prompt {wanted!r}", f"{near} {known}" if near else known)
    return wanted
