"""What goes wrong with git, in its own words and without the secrets of addresses."""

from __future__ import annotations

import re

from lensops.errors import UserError

_USER_INFO = r"(?<=://)[^/@\s]+(?=@)"
_PREFIXES = ("fatal: ", "error: ", "remote: ")


class NoRepository(UserError):
    """A folder lies in no repository."""

    def __init__(self) -> None:
        super().__init__("this is not a git repository", "run `git init` first")


class GitFailed(UserError):
    """A git process ended with an error: `reason` is what it printed, `status` its exit code."""

    def __init__(self, command: str, reason: str, status: int | None = None) -> None:
        super().__init__(f"git {command} failed: {reason}")
        self.reason, self.status = reason, status


def reason_of(output: bytes) -> str:
    """What git printed, as one line without its prefixes and without secrets."""
    lines = output.decode("utf-8", "replace").strip().splitlines()
    marked = [line for line in lines if line.startswith(_PREFIXES)] or lines
    first = marked[0] if marked else "git printed no reason"
    for prefix in _PREFIXES:
        first = first.removeprefix(prefix)
    return redact(first.strip())


def redact(text: str) -> str:
    """Text without the user name and password of an address."""
    return re.sub(_USER_INFO, "***", text)
