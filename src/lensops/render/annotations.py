"""GitHub Actions: findings as annotations, and a log in which nothing else is a command."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lensops.evidence import Finding, Outcome
from lensops.render.escape import visible

_COMMANDS = {Outcome.FAIL: "error", Outcome.INCONCLUSIVE: "warning", Outcome.NOTE: "notice"}
SHOWN = 50  # of a step, GitHub shows ten of each sort
# The runner looks for `::` behind spaces and for `##[` anywhere, and its comparison passes over
# characters that have no width: so whatever is no visible ASCII may stand in front or between.
_NEW = re.compile(r"^([^!-~\n]*):(?=[^ -~\n]*:)", re.MULTILINE)
_OLD = re.compile(r"(#[^ -~\n]*#[^ -~\n]*)\[")


def commands(findings: Sequence[Finding]) -> str:
    """A command a line; nothing in a message can begin another command.

    Places are of files by their paths from the root of the repository.
    """
    annotated = [finding for finding in findings if finding.outcome in _COMMANDS]
    annotated.sort(key=lambda finding: list(_COMMANDS).index(finding.outcome))
    return "".join(_command(finding) for finding in annotated[:SHOWN])


def inert(text: str) -> str:
    """Text of a log that the runner does not obey; JSON stays the same value.

    In what looks like a command a character is written as `\\u003a` or `\\u005b`.
    """
    return _OLD.sub(r"\1\\u005b", _NEW.sub(r"\1\\u003a", text))


def _command(finding: Finding) -> str:
    where: dict[str, str] = {}
    if (location := finding.location) is not None:
        where["file"] = location.path
        where |= (
            {"line": str(location.line), "col": str(location.column or 1)} if location.line else {}
        )
    where["title"] = f"lensops {finding.rule}"
    properties = ",".join(f"{name}={_property(value)}" for name, value in where.items())
    message = _data(f"{finding.subject}: {finding.message}")
    return f"::{_COMMANDS[finding.outcome]} {properties}::{message}\n"


def _data(text: str) -> str:
    """The escape that the runner undoes in messages."""
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
