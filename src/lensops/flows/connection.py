"""The connection of a monitor: values of the environment in its URL, and out of every message."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import PurePosixPath
from urllib.parse import quote

from lensops.errors import UserError
from lensops.files import LocalTree
from lensops.models.secrets import expand_references, hide_secrets

_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_HOST = re.compile(r"[^/?#]*")  # with user and password before it
_PIECES = re.compile(r"[@/:?#&\s]+")
_SHORT = 4  # a shorter piece of a secret would be found in ordinary words


def expand_url(url: str) -> str:
    """The URL with each `${NAME}` filled in: user and password literally, whatever is in them.

    Raises `UserError` for an unset variable, and where it is open what is the host.
    """
    credentials, separator, rest = url.rpartition("@")
    for name in _REFERENCE.findall(credentials):
        value = quote(expand_references(f"${{{name}}}"), safe="")
        credentials = credentials.replace(f"${{{name}}}", value)
    expanded = credentials + separator + expand_references(rest)
    _require_one_host(expanded)
    return expanded


def _require_one_host(url: str) -> None:
    """A part of a password must not be looked up as a host. Raises `UserError`."""
    _, _, rest = url.partition("://")
    host = _HOST.match(rest)
    if rest.count("@") > 1 or ("@" in rest and "@" not in (host[0] if host else "")):
        raise UserError(
            "user or password of `connection` hold a sign that a URL gives a meaning to",
            "write `user:${NAME}@host`: a variable in this place is taken literally; or"
            " percent-encode the sign",
        )


def database_url(url: str, tree: LocalTree) -> str:
    """The URL of a DuckDB file with its path on disk; it lies inside the project.

    Raises `UserError` for a path that leaves it.
    """
    scheme, _, path = url.partition("://")
    if scheme != "duckdb" or path.startswith("md:"):
        return url
    if not path or PurePosixPath(path).is_absolute() or not tree.path(path).is_file():
        hint = "the file of a DuckDB database is named from the manifest: duckdb://data/x.duckdb"
        raise UserError("`connection` names no database of the project", hint)
    return f"duckdb://{tree.path(path)}"


def url_cleaner(url: str) -> Callable[[str], str]:
    """What takes the URL's secrets out of a text: whole, percent-encoded, and in pieces."""
    secrets: dict[str, str] = {}
    for name in _REFERENCE.findall(url):
        value = os.environ.get(name, "")
        for piece in (value, quote(value, safe=""), quote(value), *_PIECES.split(value)):
            if len(piece) >= _SHORT:
                secrets[piece] = f"${{{name}}}"

    def clean(text: str) -> str:
        for secret in sorted(secrets, key=len, reverse=True):
            text = text.replace(secret, secrets[secret])
        return hide_secrets(text, url)

    return clean
