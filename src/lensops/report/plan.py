"""A plan as a document and as data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from lensops.evidence import Finding, Outcome
from lensops.format import plural, short_commit, short_digest
from lensops.plan import Action, Change, Kind, Plan, TargetPlan
from lensops.plan.difference import section_changes
from lensops.report.changes import change_data, change_line, count_changes
from lensops.report.diff import diff_block
from lensops.report.document import (
    Block,
    Bullets,
    Document,
    Fold,
    Heading,
    Line,
    Paragraph,
    Span,
    Tone,
    line,
)
from lensops.report.outcome import finding_data, finding_line, sign

SHOWN = 50  # prompts of one target whose texts are shown; of the others, one line each


def document(plan: Plan) -> Document:
    """Target by target: what would change, loosened limits first, texts as diffs."""
    blocks: list[Block] = []
    firsts: dict[tuple[Any, ...], str] = {}
    for target in plan.targets:
        blocks += _target(plan, target, firsts)
    blocks += _findings(plan.findings)
    if not plan.in_sync:
        blocks.append(Paragraph(line(Span(f"plan digest {plan.digest}", Tone.MUTED))))
    return Document(tuple(blocks), closing_line(plan))


def closing_line(plan: Plan) -> str:
    """How much would change where, and the command that comes next."""
    if plan.base is not None:
        since = f"since {plan.base.ref}"
        changes = [change for target in plan.targets for change in target.changes]
        if not changes:
            return f"No changes {since}."
        return f"{_totals(changes)} {since}; next: lensops gate --base {plan.base.ref}"
    late = [target for target in plan.targets if not target.in_sync]
    if not late:
        names = "every target" if len(plan.targets) > 1 else plan.targets[0].name
        return f"No changes: {names} serves what the manifest asks for."
    parts: dict[str, list[str]] = {}
    for target in late:
        parts.setdefault(_totals(target.changes), []).append(target.name)
    where = "; ".join(f"{totals} on {', '.join(names)}" for totals, names in parts.items())
    return f"{where}; next: {_next_command(plan, late)}"


def _totals(changes: Sequence[Change]) -> str:
    """Such as `1 to create, 2 to update`; a release whose record alone is written has none."""
    verbs = {Action.CREATE: "create", Action.UPDATE: "update", Action.DELETE: "remove"}
    counts = {verb: sum(c.action is action for c in changes) for action, verb in verbs.items()}
    parts = [f"{count} to {verb}" for verb, count in counts.items() if count]
    return ", ".join(parts) or "the record to write"


def _next_command(plan: Plan, late: Sequence[TargetPlan]) -> str:
    findings = [*plan.findings, *(f for target in late for f in target.findings)]
    if any(finding.outcome is Outcome.FAIL for finding in findings):
        return "fix what is marked ✗, then lensops plan"
    if any(finding.rule == "evidence_missing" for finding in findings):
        return "lensops gate --base REF --evidence evidence.json"
    only = f" --target {late[0].name}" if len(plan.targets) == 1 else ""
    return f"lensops apply{only}"


def data(plan: Plan) -> dict[str, Any]:
    """The keys of `lensops/plan/v1`."""
    base = {"ref": plan.base.ref, "commit": plan.base.commit} if plan.base else None
    return {
        "digest": plan.digest,
        "in_sync": plan.in_sync,
        "base": base,
        "targets": [_target_data(target) for target in plan.targets],
        "findings": [finding_data(finding) for finding in plan.findings],
    }


def _target_data(target: TargetPlan) -> dict[str, Any]:
    return {
        "name": target.name,
        "in_sync": target.in_sync,
        "digest": target.digest,
        "observed": target.observed.digest if target.observed else None,
        "desired": target.desired.digest,
        "changes": [change_data(change) for change in target.changes],
        "findings": [finding_data(finding) for finding in target.findings],
    }


def _target(plan: Plan, target: TargetPlan, firsts: dict[tuple[Any, ...], str]) -> Iterator[Block]:
    if target.in_sync:
        yield Paragraph(_in_sync(plan, target))
        yield from _findings(target.findings)
        return
    yield Heading(_title(plan, target))
    yield Paragraph(_summary(plan, target))
    yield from _findings(target.findings)
    earlier = firsts.setdefault(tuple(map(str, map(_key, target.changes))), target.name)
    if earlier != target.name and any(c.kind is Kind.PROMPT for c in target.changes):
        yield from (Paragraph(change_line(change)) for change in target.loosened_changes)
        yield Paragraph(line(f"The same changes as at {earlier}."))
        return
    yield from (Paragraph(change_line(change)) for change in target.loosened_changes)
    yield from _changes([change for change in target.changes if not change.loosened])


def _changes(changes: list[Change]) -> Iterator[Block]:
    texts = 0
    for change in changes:
        sections = _sections(change) if texts < SHOWN else ()
        texts += bool(sections)
        if change.action is Action.CREATE and sections:
            yield Fold(change_line(change), sections, open=len(changes) <= SHOWN // 10)
        else:
            yield Paragraph(change_line(change))
            yield from sections


def _sections(change: Change) -> tuple[Block, ...]:
    if change.kind is not Kind.PROMPT or change.action is Action.DELETE:
        return ()
    return tuple(diff_block(section) for section in section_changes(*change.prompts))


def _findings(findings: tuple[Finding, ...]) -> Iterator[Block]:
    if findings:
        yield Bullets(tuple(finding_line(finding) for finding in findings))


def _title(plan: Plan, target: TargetPlan) -> str:
    if plan.base is None:
        return target.name
    return f"Changes since {plan.base.ref} ({short_commit(plan.base.commit)})"


def _summary(plan: Plan, target: TargetPlan) -> Line:
    if not target.changes:
        return line("The same prompts and limits; an apply writes the record anew.")
    totals = Span(count_changes(target.changes), Tone.STRONG)
    if plan.base is not None:
        return line(totals)
    if target.observed is None:
        return line("Serves nothing yet; an apply would make it: ", totals)
    return line(
        totals, Span(f" · serves release {short_digest(target.observed.digest)} now", Tone.MUTED)
    )


def _in_sync(plan: Plan, target: TargetPlan) -> Line:
    if plan.base is not None:
        return line(f"Nothing changes against {plan.base.ref} ({short_commit(plan.base.commit)}).")
    prompts = plural(len(target.desired.prompts), "prompt")
    sizes = f"{prompts}, release {short_digest(target.desired.digest)}"
    name = Span(target.name, Tone.STRONG)
    return line(sign(Outcome.PASS), name, " is in sync", Span(f" · {sizes}", Tone.MUTED))


def _key(change: Change) -> dict[str, Any]:
    return change.identity()
