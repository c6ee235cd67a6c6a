"""Whether evidence lets a release go: the one check that `apply` makes."""

from __future__ import annotations

from collections.abc import Mapping

from lensops.evidence.value import Outcome, Verdict


def refusals(verdict: Verdict, expected: Mapping[str, str]) -> tuple[str, ...]:
    """Why this evidence does not let a release go; empty when it does.

    `expected` holds the digests of what would be applied (`release`, `cases`, …): the evidence must
    have been found on exactly these.
    """
    reasons = [] if verdict.outcome is Outcome.PASS else [f"the verdict is {verdict.outcome}"]
    for name, digest in sorted(expected.items()):
        proven = verdict.digests.get(name)
        if proven is None:
            reasons.append(f"it is not bound to any {name}")
        elif proven != digest:
            reasons.append(f"it was found on other {name}: {_short(proven)}, now {_short(digest)}")
    return tuple(reasons)


def _short(digest: str) -> str:
    return digest.removeprefix("sha256:")[:12]
