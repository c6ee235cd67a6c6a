"""Outcomes and statuses as people see them: one sign, one word, one tone, one order everywhere."""

from __future__ import annotations

from typing import Any, NamedTuple

from lensops.evidence import Finding, Outcome
from lensops.report.document import Line, Span, Tone, line


class Look(NamedTuple):
    """How an outcome looks."""

    sign: str
    word: str
    tone: Tone


LOOKS = {  # in the order in which a reader wants them
    Outcome.FAIL: Look("✗", "FAILED", Tone.BAD),
    Outcome.INCONCLUSIVE: Look("?", "INCONCLUSIVE", Tone.WARN),
    Outcome.NOTE: Look("·", "NOTE", Tone.MUTED),
    Outcome.PASS: Look("✓", "PASSED", Tone.GOOD),
}
_ORDER = list(LOOKS)
_TONES = {
    **{str(outcome): look.tone for outcome, look in LOOKS.items()},
    **dict.fromkeys(("ok", "synced", "active"), Tone.GOOD),
    **dict.fromkeys(("warning", "no data", "pending", "missing", "orphan"), Tone.WARN),
    **dict.fromkeys(("critical", "drifted", "conflict", "unknown"), Tone.BAD),
    **dict.fromkeys(("rolled back",), Tone.WARN),
    **dict.fromkeys(("archived", "never", "replaced", "removed"), Tone.MUTED),
}


def severity(outcome: Outcome) -> int:
    """0 for what stops a release, more for what matters less: a key to sort by."""
    return _ORDER.index(outcome)


def sign(outcome: Outcome) -> Span:
    """The sign in its tone, with the space behind it."""
    look = LOOKS[outcome]
    return Span(f"{look.sign} ", look.tone)


def verdict_text(outcome: Outcome) -> str:
    """The word and the sign that last lines end with: `PASSED ✓`."""
    return f"{LOOKS[outcome].word} {LOOKS[outcome].sign}"


def outcome_of(*, passed: bool | None) -> Outcome:
    """The outcome behind the JSON key `passed`, whose null means inconclusive."""
    if passed is None:
        return Outcome.INCONCLUSIVE
    return Outcome.PASS if passed else Outcome.FAIL


def tone_of(status: str) -> Tone:
    """The tone of a status: of an outcome, a monitor, a target, a version."""
    return _TONES.get(status, Tone.WARN)


def status_sign(status: str) -> Span:
    """The sign of a drift status in its tone: `✓`, `!`, `✗`, or `?` for what is not decided."""
    signs = {"ok": "✓", "warning": "!", "critical": "✗"}
    return Span(signs.get(status, "?"), tone_of(status))


def status_word(status: str) -> Span:
    """A status in its tone."""
    return Span(status, tone_of(status))


def outcome_badge(outcome: Outcome) -> Span:
    """The sign and word of an outcome as a label, such as `✓ PASSED`."""
    look = LOOKS[outcome]
    return Span(f"{look.sign} {look.word}", look.tone, badge=True)


def status_badge(status: str) -> Span:
    """A status as a label in its tone."""
    return Span(status, tone_of(status), badge=True)


def drift_badge(status: str) -> Span:
    """A drift status as a label with its sign, such as `! WARNING`."""
    return Span(f"{status_sign(status).text} {status.upper()}", tone_of(status), badge=True)


def warning_line(message: str) -> Line:
    """What a reader must know beside the outcome."""
    return line(Span("! ", Tone.WARN), message)


def success_line(message: str) -> Line:
    """What a command did."""
    return line(sign(Outcome.PASS), message)


def finding_line(finding: Finding) -> Line:
    """A finding in one line: its sign, its rule and subject, its message."""
    subject = Span(f"{finding.rule.replace('_', ' ')} {finding.subject}: ", Tone.STRONG)
    return line(sign(finding.outcome), subject, finding.message)


def finding_data(finding: Finding) -> dict[str, Any]:
    """A finding as JSON values."""
    return {
        "rule": finding.rule,
        "subject": finding.subject,
        "outcome": str(finding.outcome),
        "value": finding.value,
        "limit": finding.limit,
        "message": finding.message,
    }
