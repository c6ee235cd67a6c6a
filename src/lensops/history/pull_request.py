"""The number of the pull request that a commit message names."""

from __future__ import annotations

import re

# GitHub merge, GitLab merge, Bitbucket merge, Azure merge: compiled by the first message
_FORMS = (
    r"^Merge pull request #(\d+)\b",
    r"(?m)^See merge request \S*!(\d+)\s*$",
    r"\(pull request #(\d+)\)",
    r"^Merged PR (\d+):",
)
_SQUASHED = r"\(#(\d+)\)\s*$"


def pull_request(message: str) -> int | None:
    """The number, or None. A squash ends its subject with it."""
    merged = next((match for form in _FORMS if (match := re.search(form, message))), None)
    subject = message.strip().split("\n", 1)[0]
    number = merged or re.search(_SQUASHED, subject)
    return int(number[1]) if number and len(number[1]) < 10 else None
