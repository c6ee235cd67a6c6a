"""Reviews of pull requests at GitHub: who, besides the author, approved the proposed commit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lensops.errors import RemoteFailed
from lensops.forge.event import Event
from lensops.forge.http import FIRST_WAIT, Answer, Requests, github_headers, reply_text

PAGE = 100
PAGES = 20  # two thousand reviews
_WRITERS = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
_DECIDING = frozenset({"APPROVED", "CHANGES_REQUESTED", "DISMISSED"})


class Reviews:
    """The reviews of one repository's pull requests."""

    def __init__(
        self, api: str, token: str, repository: str, *, first_wait: float = FIRST_WAIT
    ) -> None:
        self._requests = Requests(api, github_headers(token), first_wait=first_wait)
        self._path = f"/repos/{repository}"

    def approver(self, event: Event, commit: str) -> str | None:
        """Who approved what an event proposes, or `commit` if it was pushed; None for no one.

        Raises `RemoteFailed` when the host does not answer, or knows no pull request of it.
        """
        number = event.pull_request or self._merged_number(commit)
        pull_request = self._get(f"/pulls/{number}")
        proposed = event.head if event.is_pull_request else _text(pull_request, "head", "sha")
        author = _text(pull_request, "user", "login")
        return approver_of(self._reviews(number), author, proposed or "")

    def _merged_number(self, commit: str) -> int:
        """The number of the one pull request by which a commit came."""
        pulls = self._get(f"/commits/{commit}/pulls")
        numbers = [
            entry["number"]
            for entry in (pulls if isinstance(pulls, list) else ())
            if isinstance(entry, dict) and entry.get("merged_at")
        ]
        if len(numbers) != 1:
            raise RemoteFailed(f"{len(numbers)} merged pull requests hold the commit {commit[:10]}")
        return int(numbers[0])

    def _reviews(self, number: int) -> Iterator[dict[str, Any]]:
        for page in range(1, PAGES + 1):
            reviews = self._get(f"/pulls/{number}/reviews?per_page={PAGE}&page={page}")
            if not isinstance(reviews, list):
                raise RemoteFailed("the host's list of reviews has another shape")
            yield from (entry for entry in reviews if isinstance(entry, dict))
            if len(reviews) < PAGE:
                return
        raise RemoteFailed("the pull request has more reviews than are read")

    def _get(self, path: str) -> Any:
        answer: Answer = self._requests.send("GET", self._path + path)
        if answer.status != 200:
            hint = "the token needs `pull-requests: read`"
            raise RemoteFailed(f"the host tells no reviews: {reply_text(answer)}", hint)
        return answer.body


def approver_of(
    reviews: Iterable[Mapping[str, Any]], author: str | None, commit: str
) -> str | None:
    """Who may write to the repository, is not the author, and last approved this very commit."""
    latest: dict[str, Mapping[str, Any]] = {}
    for review in reviews:
        if review.get("state") in _DECIDING and (login := _text(review, "user", "login")):
            latest[login] = review
    return next(
        (
            login
            for login, review in sorted(latest.items())
            if login != author
            and review.get("state") == "APPROVED"
            and review.get("commit_id") == commit
            and review.get("author_association") in _WRITERS
        ),
        None,
    )


def _text(value: Any, *keys: str) -> str | None:
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else None
