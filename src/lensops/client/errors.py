"""The client's errors: each says what would mend it, and none carries a value of a variable."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class ClientError(Exception):
    """Anything that the client raises on purpose."""

    def __str__(self) -> str:
        """The message as it is; `KeyError` would quote it."""
        return str(self.args[0]) if self.args else ""


class TargetUnavailable(ClientError):
    """There is no release to begin with. Once one was read, reads do not raise this."""


class UnknownPrompt(ClientError, KeyError):
    """The release has no prompt of that name, and had none while this process ran."""


class VariablesWrong(ClientError, TypeError):
    """A prompt was rendered without a variable of its, or with one that it does not have."""


class Unreadable(Exception):
    """What a source gave is no release; the message says why. It never leaves the client."""


def near(word: str, known: Iterable[str]) -> str:
    """` (did you mean 'x'?)`, or nothing."""
    found = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" (did you mean {found[0]!r}?)" if found else ""
