"""The number of the pull request that a commit message names."""

from __future__ import annotations

import re

# GitHub merge, GitLab merge, Bitbucket merge, Azure merge, and the `(#12)` of squashes
_FORMS = (
    re.compile(r"^Merge pull request #(\d+)\b"),
    re.compile(r"^See merge request \S*!(\d+)\s*$", re.MULTILINE),
    re.compile(r"\(pull request #(\d+)\)"),
    re.compile(r"^Merged PR (\d+):"),
)
_SQUASHED = re.compile(r"\(#(\d+)\)\s*$")


def pull_request(message: str) -> int | None:
    """The number, or None. A squash ends its subject with it."""
    merged = next((match for form in _FORMS if (match := form.search(message))), None)
    subject = message.strip().split("\n", 1)[0]
    number = merged or _SQUASHED.search(subject)
    return int(number[1]) if number and len(number[1]) < 10 else None
