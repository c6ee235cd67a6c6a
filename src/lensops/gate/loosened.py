"""What a branch loosens against its base: the gate says so before it says anything else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lensops.evidence import Finding, Outcome
from lensops.gate.settings import Keys, Loosening, changed, lowered, raised
from lensops.manifest import Manifest, ManifestFile, Suite
from lensops.manifest.drift import Bands, Monitor

RULE = "gate_loosened"


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What counts of a case: a digest over all of it, and whether it must pass."""

    digest: str
    must_pass: bool = False


Cases = Mapping[str, CaseFacts]  # by case id
Digests = Mapping[str, str]  # by path


def loosened(
    base: Manifest,
    head: ManifestFile,
    cases: Mapping[str, tuple[Cases, Cases]] | None = None,
    schemas: Mapping[str, tuple[Digests, Digests]] | None = None,
    *,
    outcome: Outcome = Outcome.NOTE,
) -> tuple[Finding, ...]:
    """A finding for everything that `head` loosens against `base`.

    `cases` and `schemas` hold, by suite, the cases and the schemas that checks name, at the base
    and at the head. A tightened limit is no
    finding; a rubric, a weight or a case that merely changed is one, because the score no longer
    means what it meant.
    """
    found = [
        *_each(base.evals, head.manifest.evals, "evals", suite_changes),
        *_each(base.drift, head.manifest.drift, "drift", monitor_changes),
        *_rules(base, head.manifest),
    ]
    for name, (before, after) in sorted((cases or {}).items()):
        found += case_changes(name, before, after)
    for name, (was, now) in sorted((schemas or {}).items()):
        found += schema_changes(name, was, now)
    return tuple(
        Finding(
            RULE, ".".join(each.keys), outcome, each.message, each.head, each.base,
            head.location(*each.keys),
        )
        for each in found
    )  # fmt: skip


def _each(
    base: Mapping[str, Any],
    head: Mapping[str, Any],
    section: str,
    changes: Callable[[Keys, Any, Any], Iterator[Loosening]],
) -> Iterator[Loosening]:
    for name, before in sorted(base.items()):
        keys = (section, name)
        if name not in head:
            yield Loosening(keys, f"{section}.{name} was removed")
        else:
            yield from changes(keys, before, head[name])


def suite_changes(keys: Keys, base: Suite, head: Suite) -> Iterator[Loosening]:
    """What an eval asks less of than before."""
    yield from lowered(keys, base, head, "threshold", "min_cases", "samples")
    yield from raised(keys, base, head, "max_missing")
    yield from changed(keys, base, head, "weights", "text", "tokenizer", "cases", "prompt")
    yield from raised((*keys, "regression"), base.regression, head.regression, "margin")
    yield from lowered((*keys, "regression"), base.regression, head.regression, "confidence")
    yield from _judge((*keys, "judge"), base, head)
    gone = [check for check in base.checks if check not in head.checks]
    if gone:
        yield Loosening((*keys, "checks"), f"{len(gone)} of {len(base.checks)} checks left out")


def _judge(keys: Keys, base: Suite, head: Suite) -> Iterator[Loosening]:
    if base.judge is None:
        return
    if head.judge is None:
        yield Loosening(keys, "the judge was removed")
        return
    yield from changed(keys, base.judge, head.judge, "rubric", "model", "base_url", "temperature")
    yield from lowered(keys, base.judge, head.judge, "samples")
    if (base.judge.fallback, head.judge.fallback) == ("fail", "neutral"):
        yield Loosening((*keys, "fallback"), "fallback went from fail to neutral")
    if head.judge.allow_self and not base.judge.allow_self:
        yield Loosening((*keys, "allow_self"), "the model under test may judge itself")


def monitor_changes(keys: Keys, base: Monitor, head: Monitor) -> Iterator[Loosening]:
    """What a drift monitor asks less of than before."""
    yield from _bands((*keys, "bands"), base.bands, head.bands)
    windows = ("baseline", "data", "profile", "where", "by", "time", "connection", "table")
    yield from changed(keys, base, head, *windows)
    yield from raised(keys, base, head, "confidence")
    softer = {"on": "critical", "evidence": "confirmed"}
    for name, soft in softer.items():
        was, now = getattr(base.gate, name), getattr(head.gate, name)
        if was != now == soft:
            yield Loosening((*keys, "gate", name), f"gate.{name} went from {was} to {now}")
    if (base.inconclusive, head.inconclusive) == ("fail", "warn"):
        yield Loosening((*keys, "inconclusive"), "inconclusive went from fail to warn")
    yield from _features(keys, base, head)


def _features(keys: Keys, base: Monitor, head: Monitor) -> Iterator[Loosening]:
    for name, before in base.features.items():
        here = (*keys, "features", name)
        after = head.features.get(name)
        if after is None:
            yield Loosening(here, f"feature {name} is no longer watched")
            continue
        cells = ("column", "kind", "recipe", "range", "edges", "bins")
        yield from changed(here, before, after, *cells)
        if before.bands is not None or after.bands is not None:
            yield from _bands(
                (*here, "bands"), before.bands or base.bands, after.bands or head.bands
            )


def _bands(keys: Keys, base: Bands, head: Bands) -> Iterator[Loosening]:
    yield from raised(keys, base, head, "warning", "critical", verb="widened")


def _rules(base: Manifest, head: Manifest) -> Iterator[Loosening]:
    hardness = {"off": 0, "warning": 1, "error": 2}
    for name, was in base.rules.model_dump().items():
        now = getattr(head.rules, name)
        if hardness[now] < hardness[was]:
            yield Loosening(("rules", name), f"{name} went from {was} to {now}")
    for name, target in base.targets.items():
        after = head.targets.get(name)
        if target.require_gate and after is not None and not after.require_gate:
            yield Loosening(("targets", name, "require_gate"), "no longer asks for a passed gate")


def case_changes(suite: str, base: Cases, head: Cases) -> Iterator[Loosening]:
    """Cases that were dropped, that changed, or that need not pass any more."""
    keys = ("evals", suite, "cases")
    dropped = [name for name in base if name not in head]
    freed = [n for n, case in base.items() if n in head and case.must_pass > head[n].must_pass]
    edited = [
        name
        for name, case in base.items()
        if name in head and name not in freed and head[name].digest != case.digest
    ]
    if dropped:
        yield Loosening(keys, f"{_named(dropped)} dropped", len(base), len(head))
    if freed:
        yield Loosening(keys, f"{_named(freed)} no longer must pass")
    if edited:
        yield Loosening(keys, f"{_named(edited)} changed")


def schema_changes(suite: str, base: Digests, head: Digests) -> Iterator[Loosening]:
    """Schemas with another content; whether a check names them is the checks' matter."""
    for path in sorted(base.keys() & head.keys()):
        if base[path] != head[path]:
            yield Loosening(("evals", suite, "checks"), f"{path} changed")


def _named(names: list[str]) -> str:
    """`3 cases (a, b, c)`; of many, the first three by name."""
    shown = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
    return f"{len(names)} case{'' if len(names) == 1 else 's'} ({shown})"
