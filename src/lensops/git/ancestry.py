"""How one commit stands to another, such as what would be applied to what is served."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lensops.git.repository import Repository


COMMIT = r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z"  # a record may say anything


class Ancestry(StrEnum):
    """A commit as seen from another."""

    SAME = "same"
    NEWER = "newer"  # a descendant
    OLDER = "older"  # an ancestor: applying it takes the target back without a revert
    BESIDE = "beside"  # neither: each has commits that the other has not
    UNKNOWN = "unknown"  # this clone does not have both


def has_commit(repository: Repository, commit: str) -> bool:
    """Whether this is the id of a commit that the clone has."""
    return bool(re.match(COMMIT, commit)) and repository.objects.commit(commit) == commit


def ancestry(repository: Repository, commit: str, served: str) -> Ancestry:
    """What `commit` is, seen from `served`."""
    if not (has_commit(repository, commit) and has_commit(repository, served)):
        return Ancestry.UNKNOWN
    if commit == served:
        return Ancestry.SAME
    if repository.is_ancestor(served, commit):
        return Ancestry.NEWER
    return Ancestry.OLDER if repository.is_ancestor(commit, served) else Ancestry.BESIDE
