"""The versions of prompts with what git knows of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lensops.history.events import Event


class Version(NamedTuple):
    """A version that has a file. `event` is its last activation, None when it never was active.

    `problem` says why a file is not readable as a prompt; then there is no digest.
    """

    name: str
    digest: str | None
    is_active: bool
    event: Event | None
    problem: str | None = None


class Family(NamedTuple):
    """A prompt of the manifest with its versions in natural order."""

    name: str
    active: str
    versions: tuple[Version, ...]


class Listing(NamedTuple):
    """Every prompt's versions; `note` says when git could not tell of their activations.

    `branch` is the branch that is read when it is not the one that is checked out.
    """

    families: tuple[Family, ...]
    note: str | None
    branch: str | None = None
