"""Whether evidence lets a release go: the one check that `apply` makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lensops.evidence.finding import Outcome
from lensops.evidence.value import Verdict


def refusals(
    verdict: Verdict,
    expected: Mapping[str, str],
    *,
    commit: str | None = None,
    needs_base: bool = False,
) -> tuple[str, ...]:
    """Why this evidence does not let a release go; empty when it does.

    `expected` holds the digests of what would be applied (`release`, `cases`, …): the evidence must
    have been found on exactly these. With `needs_base` it must have been held against an earlier
    release than that of `commit`, which would be applied.
    """
    reasons = [] if verdict.outcome is Outcome.PASS else [f"the verdict is {verdict.outcome}"]
    reasons += _base_refusals(verdict, commit) if needs_base else ()
    for name, digest in sorted(expected.items()):
        proven = verdict.digests.get(name)
        if proven is None:
            reasons.append(f"it is not bound to any {name}")
        elif proven != digest:
            reasons.append(f"it was found on other {name}: {_short(proven)}, now {_short(digest)}")
    return tuple(reasons)


def _base_refusals(verdict: Verdict, commit: str | None) -> Iterator[str]:
    base = verdict.base
    if base is None or base.release is None:
        yield "it was found without a base, and there is an earlier release to compare with"
    elif base.commit == commit:
        yield "its base is the commit that would be applied, so that nothing was compared"


def _short(digest: str) -> str:
    return digest.removeprefix("sha256:")[:12]
