"""An entry of a target's log in words and as JSON values, the same in every report."""

from __future__ import annotations

from typing import Any

from lensops.format import short_commit, short_digest
from lensops.plan import Hotfix
from lensops.release import Entry

VERBS = {"apply": "applied", "rollback": "rolled back to", "adopt": "adopted"}


def entry_origin(entry: Entry) -> str:
    """Where a release came from, and who says so: anyone who can write the log can claim it."""
    record, statement = entry.record, entry.statement
    parts = [f"commit {short_commit(record.commit)}" if record.commit else "not committed"]
    if promoted := statement.promoted:
        parts.append(f"from {promoted.target} (record {promoted.sequence})")
    parts.append(f"by {record.actor}, {record.time} (claimed)")
    if statement.evidence:
        parts.append(f"evidence {short_digest(statement.evidence)}")
    return " · ".join(parts)


def override_text(entry: Entry) -> str | None:
    """The rule that an apply went past, and why."""
    override = entry.statement.override
    return f"went past the rule {override.rule!r}: {override.reason}" if override else None


def hotfix_text(hotfix: Hotfix) -> str:
    """What a hotfix changed, and where it is missing."""
    record = hotfix.entry.record
    served = [f"{n} {record.prompts[n].version}" for n in hotfix.prompts if n in record.prompts]
    removed = [f"{name} (removed)" for name in hotfix.prompts if name not in record.prompts]
    what = ", ".join((*served, *removed)) or "its limits"
    missing = f"; {hotfix.missing_at} does not have it yet" if hotfix.missing_at else ""
    return f"hotfix {what} {override_text(hotfix.entry)}{missing}"


def entry_data(entry: Entry) -> dict[str, Any]:
    """The keys of an entry in `lensops/log/v1`; `actor`, `time` and `commit` are claims."""
    record, statement = entry.record, entry.statement
    override, promoted = statement.override, statement.promoted
    return {
        "sequence": record.sequence,
        "kind": str(record.kind),
        "release": record.release,
        "record": record.digest,
        "prompts": {
            name: {"version": served.version, "digest": served.digest}
            for name, served in record.prompts.items()
        },
        "commit": record.commit,
        "actor": record.actor,
        "time": record.time,
        "evidence": statement.evidence,
        "override": {"rule": override.rule, "reason": override.reason} if override else None,
        "promoted_from": (
            {"target": promoted.target, "sequence": promoted.sequence} if promoted else None
        ),
    }


def hotfix_data(hotfix: Hotfix | None) -> dict[str, Any] | None:
    """The key `hotfix` of a target in `lensops/status/v1`."""
    if hotfix is None:
        return None
    override = hotfix.entry.statement.override
    return {
        "sequence": hotfix.entry.record.sequence,
        "rule": override.rule if override else None,
        "reason": override.reason if override else None,
        "prompts": list(hotfix.prompts),
        "missing_at": hotfix.missing_at,
    }
