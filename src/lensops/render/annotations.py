"""Findings as workflow commands of GitHub Actions: notes on the lines of a pull request."""

from __future__ import annotations

from collections.abc import Sequence

from lensops.evidence import Finding, Outcome
from lensops.render.escape import visible

_COMMANDS = {Outcome.FAIL: "error", Outcome.INCONCLUSIVE: "warning", Outcome.NOTE: "notice"}
SHOWN = 50  # of a step, GitHub shows ten of each sort


def commands(findings: Sequence[Finding], folder: str = "") -> str:
    """A command a line; nothing in a message can begin another command.

    `folder` is the manifest's in the repository, as annotations name files from its root.
    """
    told = [finding for finding in findings if finding.outcome in _COMMANDS and finding.place]
    return "".join(_command(finding, folder) for finding in told[:SHOWN])


def _command(finding: Finding, folder: str) -> str:
    place = finding.place
    assert place is not None  # noqa: S101  # only placed findings come here
    where = {"file": f"{folder}/{place.path}" if folder else place.path}
    where |= {"line": str(place.line), "col": str(place.column or 1)} if place.line else {}
    where["title"] = f"lensops {finding.rule}"
    properties = ",".join(f"{name}={_property(value)}" for name, value in where.items())
    message = _data(f"{finding.subject}: {finding.message}")
    return f"::{_COMMANDS[finding.outcome]} {properties}::{message}\n"


def _data(text: str) -> str:
    """The escape that the runner undoes in messages."""
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
