"""One comment per pull request: found again by its marker, updated, never doubled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment of ours. `number` names it at the host."""

    number: int
    body: str
    url: str


class Comments(Protocol):
    """The comments of one pull request that we may change, oldest first."""

    def ours(self, marker: str) -> list[Comment]: ...
    def create(self, body: str) -> Comment: ...

    def update(self, comment: Comment, body: str) -> Comment | None:
        """The new comment; None when it was deleted in the meantime."""

    def delete(self, comment: Comment) -> None: ...


def put_comment(comments: Comments, marker: str, body: str) -> Comment:
    """Make the pull request have exactly one comment with the marker, with this body.

    Two runs at once may both find none and create one each: after writing, each looks again and
    keeps the oldest, so that one is left whatever the order.
    """
    whole = f"{marker}\n{body}"
    written = None
    for comment in comments.ours(marker)[:1]:
        written = comments.update(comment, whole)
    if written is None:
        written = comments.create(whole)
    oldest, *doubles = comments.ours(marker) or [written]  # a new one may not be listed yet
    for double in doubles:
        comments.delete(double)
    if doubles and oldest.body != whole:
        oldest = comments.update(oldest, whole) or oldest
    return oldest


def marker_of(manifest: str) -> str:
    """The hidden line that names the comment of one manifest, by its path in the repository.

    The path is known as well when the manifest cannot be read, so that a broken one replaces the
    verdict of an earlier commit.
    """
    name = quote(manifest, safe="/._-").replace("--", "-%2D")
    return f"<!-- lensops {name} -->"
