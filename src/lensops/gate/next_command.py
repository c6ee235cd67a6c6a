"""The one command to run after a gate that fails or is inconclusive."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from lensops.evidence import Base, Finding, Outcome

RECORD = "--record"  # what runs with it needs a provider's key, and leaves recordings to commit
EXAMPLE = "lensops init example"  # a project with evals and drift, for a manifest that has none
_STOPPING = (Outcome.FAIL, Outcome.INCONCLUSIVE)
_UNRECORDED = frozenset({"missing", "min_cases", "must_pass", "judge", "threshold"})


def next_command(findings: Sequence[Finding], base: Base | None = None) -> str | None:
    """What to run about the first finding that fails, else the first that is inconclusive.

    None after a pass. What lacks outputs or votes names the command that records them.
    """
    for outcome in _STOPPING:
        for finding in findings:
            if finding.outcome is outcome:
                return _command(finding, base)
    return None


def _command(finding: Finding, base: Base | None) -> str:
    section, *names = finding.keys or (finding.rule,)
    against = ("--base", base.commit[:12]) if base else ()
    if finding.rule in _OF_RULE:
        return _OF_RULE[finding.rule]
    if finding.rule in {"gate_loosened", "protected"}:
        return _join("lensops", "plan", *against)
    if section == "evals" and names:
        return _join("lensops", "eval", "--eval", str(names[0]), *_how(finding, against))
    if section == "drift" and names:
        return _join("lensops", "drift", "--monitor", str(names[0]))
    return "lensops validate"


def _how(finding: Finding, against: tuple[str, ...]) -> tuple[str, ...]:
    if finding.outcome is Outcome.INCONCLUSIVE and finding.rule in _UNRECORDED:
        return (RECORD,)
    return against if finding.rule == "regression" else ()


def _join(*arguments: str) -> str:
    return shlex.join(arguments)


_OF_RULE = {
    "released_version_changed": "lensops history",
    "history": "git fetch --unshallow",
    "base": "git fetch --unshallow",
    "evidence": EXAMPLE,
    "unevaluated": EXAMPLE,
}
