"""Follow links inside a tree of git, as the file system would; never out of the repository."""

from __future__ import annotations

from collections.abc import Callable

from lensops.files import OutsideError

MAX_HOPS = 40  # as Linux has it


def follow_links(
    path: str, target_of: Callable[[str], str | None], is_folder: Callable[[str], bool]
) -> str | None:
    """The path with all links on it followed; None when they lead nowhere, or in a circle.

    `target_of` gives the target of the link at a path, None where there is no link. Raises
    `OutsideError` for a link that leaves the repository.
    """
    waiting = path.split("/")[::-1]
    followed: list[str] = []
    hops = 0
    while waiting:
        part = waiting.pop()
        if part in ("", "."):
            continue
        if part == "..":
            if not followed:
                raise _outside(path)
            if not is_folder("/".join(followed)):
                return None
            followed.pop()
            continue
        target = target_of("/".join([*followed, part]))
        if target is None:
            followed.append(part)
            continue
        hops += 1
        if target.startswith("/"):
            raise _outside(path)
        if hops > MAX_HOPS:
            return None
        waiting += target.split("/")[::-1]
    return "/".join(followed)


def _outside(path: str) -> OutsideError:
    return OutsideError(f"{path!r} is a link that leaves the repository")
