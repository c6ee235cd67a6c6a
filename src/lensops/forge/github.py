"""Comments of pull requests at GitHub, over its REST interface."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lensops.errors import RemoteFailed
from lensops.forge.comments import Comment
from lensops.forge.http import FIRST_WAIT, Answer, Requests, github_headers, reply_text

PAGE = 100
PAGES = 100  # ten thousand comments
_PERMISSION = "the token needs `pull-requests: write`; in a fork's pull request it never has it"


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request by its repository (`owner/name`) and number."""

    repository: str
    number: int


class GitHub:
    """Implements `Comments`. Only comments by the token's own account count as ours."""

    def __init__(
        self, api: str, token: str, pull_request: PullRequest, *, first_wait: float = FIRST_WAIT
    ) -> None:
        self._requests = Requests(api, github_headers(token), first_wait=first_wait)
        self._repository = f"/repos/{pull_request.repository}"
        self._comments = f"{self._repository}/issues/{pull_request.number}/comments"
        self._login: str | None = None

    def ours(self, marker: str) -> list[Comment]:
        """Our comments that begin with the marker. Raises `RemoteFailed`."""
        comments = [
            _comment(entry)
            for entry in self._pages()
            if str(entry.get("body", "")).startswith(marker) and self._is_own(entry)
        ]
        return sorted(comments, key=lambda comment: comment.number)

    def create(self, body: str) -> Comment:
        """Add a comment. Raises `RemoteFailed`."""
        answer = self._requests.send("POST", self._comments, {"body": body})
        return _comment(_expect(answer, 201))

    def update(self, comment: Comment, body: str) -> Comment | None:
        """Change a comment; None when it is gone. Raises `RemoteFailed`."""
        answer = self._requests.send("PATCH", self._path(comment), {"body": body})
        return None if answer.status == 404 else _comment(_expect(answer, 200))

    def delete(self, comment: Comment) -> None:
        """Delete a comment; one that is gone already is fine. Raises `RemoteFailed`."""
        answer = self._requests.send("DELETE", self._path(comment))
        if answer.status != 404:
            _expect(answer, 204)

    def _path(self, comment: Comment) -> str:
        return f"{self._repository}/issues/comments/{comment.number}"

    def _pages(self) -> Iterator[dict[str, Any]]:
        for page in range(1, PAGES + 1):
            path = f"{self._comments}?per_page={PAGE}&page={page}"
            page_of_comments = _expect(self._requests.send("GET", path), 200)
            if not isinstance(page_of_comments, list):
                raise RemoteFailed("the host's list of comments has another shape")
            yield from (entry for entry in page_of_comments if isinstance(entry, dict))
            if len(page_of_comments) < PAGE:
                return

    def _is_own(self, comment: dict[str, Any]) -> bool:
        """By the account of the token; a workflow's token has none to ask for, and is a bot."""
        user = comment.get("user") or {}
        if self._login is None:
            answer = self._requests.send("GET", "/user")
            account = answer.body if answer.status == 200 and isinstance(answer.body, dict) else {}
            self._login = str(account.get("login", ""))
        if self._login:
            return bool(user.get("login") == self._login)
        return bool(user.get("type") == "Bot")


def _expect(answer: Answer, status: int) -> Any:
    if answer.status == status:
        return answer.body
    if answer.status in {401, 403}:
        raise RemoteFailed(f"the host refuses the comment: {reply_text(answer)}", _PERMISSION)
    if answer.status == 404:
        hint = "check the repository and the number, and that the token may read it"
        raise RemoteFailed(f"there is no such pull request: {reply_text(answer)}", hint)
    if answer.status in {410, 422}:
        raise RemoteFailed(
            f"the host does not take the comment: {reply_text(answer)}", "is it locked?"
        )
    raise RemoteFailed(f"the host answered with {reply_text(answer)}")


def _comment(entry: Any) -> Comment:
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), int):
        raise RemoteFailed("the host's answer is no comment")
    return Comment(entry["id"], str(entry.get("body", "")), str(entry.get("html_url", "")))
