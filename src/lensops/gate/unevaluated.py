"""Prompts that a branch adds or changes without an eval: nothing was measured of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lensops.evidence import Finding, Outcome
from lensops.manifest import Manifest

RULE = "unevaluated"
_OUTCOMES = {
    "error": Outcome.FAIL,
    "inconclusive": Outcome.INCONCLUSIVE,
    "warning": Outcome.NOTE,
}


def unevaluated_findings(
    head: Manifest, base: Mapping[str, str], current: Mapping[str, str], rule: str
) -> Iterator[Finding]:
    """A finding for each prompt that no eval exercises and whose content the base did not serve.

    `base` and `current` are the digests of the active versions by prompt, `rule` how hard it is.
    """
    if rule == "off":
        return
    evaluated = {head.prompt_of(suite) for suite in head.evals}
    for name in sorted(current.keys() - evaluated):
        if base.get(name) == current[name]:
            continue
        change = "changed" if name in base else "new"
        message = f"it is {change} and has no eval, so nothing of it was measured"
        yield Finding(RULE, name, _OUTCOMES[rule], message, keys=("prompts", name))
