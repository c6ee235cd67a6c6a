"""The client's errors: each names the fix, and none carries a variable's value."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class ClientError(Exception):
    """Anything that the client raises on purpose."""

    def __str__(self) -> str:
        """The message as it is; `KeyError` would quote it."""
        return str(self.args[0]) if self.args else ""


class TargetUnavailable(ClientError):
    """There is no release to start with. Once one has been read, reads do not raise this."""


class UnknownPrompt(ClientError, KeyError):
    """The release has no prompt of that name, and had none while this process ran."""


class VariablesWrong(ClientError, TypeError):
    """A prompt was rendered without one of its variables, or with one that it does not have."""


class Unreadable(Exception):
    """The bytes of a source are no release; the message says why. It never leaves the client."""


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """` (did you mean 'x'?)`, or nothing."""
    matches = get_close_matches(word, list(choices), n=1, cutoff=0.6)
    return f" (did you mean {matches[0]!r}?)" if matches else ""
