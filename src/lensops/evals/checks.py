"""Checks: what must hold of an output, without a reference; one function and one line each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lensops.evals.patterns import SECONDS, PatternFault, compile_pattern, search
from lensops.evals.protocols import Output
from lensops.evals.result import CheckResult
from lensops.evals.schema import Schema
from lensops.evals.text import content_of, json_value, same_json, text_of, tool_fault, whole
from lensops.evals.words import HINT, count_words, look_alike_hint, normalise_text
from lensops.manifest.suite import Check

NOT_JSON = "the output is not JSON"


@dataclass(frozen=True, slots=True)
class Checked:
    """An output as checks see it: as it is, its text, and the schemas by path."""

    output: Output
    text: str
    schemas: Mapping[str, Schema] = field(default_factory=dict)
    is_normal: bool = False  # the text is in normal form KC

    def adapt(self, part: str) -> str:
        """A part of a text in the form that the text is in."""
        return normalise_text(part) if self.is_normal else part


_EXACT = ("contains", "equals")


def checked_output(
    output: Output,
    text_field: str | None,
    schemas: Mapping[str, Schema],
    normalize: str | None = None,
) -> Checked:
    """An output ready for checks. Where it lacks the text field, its whole is the text.

    With `normalize`, checks read the text in Unicode's normal form KC.
    """
    text, content = text_of(output, text_field), content_of(output)
    read = text if isinstance(text, str) else whole(output) if content is None else content
    if normalize:
        return Checked(output, normalise_text(read), schemas, is_normal=True)
    return Checked(output, read, schemas)


def check_fault(check: Check) -> str | None:
    """What is wrong with a check as it is declared, or None."""
    if check.kind != "regex":
        return None
    try:
        compile_pattern(check.argument)
    except PatternFault as error:
        return str(error)
    return None


class NotDecidable(Exception):
    """A check cannot be held against this output; the message says what can."""


def run_check(check: Check, of: Checked) -> CheckResult:
    """Whether a check holds, and if not, why."""
    try:
        reason = CHECKS[check.kind](check.argument, of)
    except NotDecidable as error:
        return CheckResult(check.kind, passed=False, reason=str(error), is_open=True)
    if reason and check.kind in _EXACT and isinstance(check.argument, str):
        hint = look_alike_hint(check.argument, of.text, whole=check.kind == "equals")
        reason += f"; {hint}" if hint else ""
    return CheckResult(check.kind, reason is None, reason or "")


def run_checks(checks: Iterable[Check], of: Checked) -> tuple[CheckResult, ...]:
    """Every check of an output."""
    return tuple(run_check(check, of) for check in checks)


def _valid_json(expected: bool, of: Checked) -> str | None:
    is_json = json_value(of.output) is not None or of.output == "null"
    return None if is_json == expected else NOT_JSON if expected else "the output is JSON"


def _json_schema(path: str, of: Checked) -> str | None:
    value = json_value(of.output)
    if value is None and of.output != "null":
        return NOT_JSON
    return of.schemas[path].fault(value)


def _required_fields(names: Iterable[str], of: Checked) -> str | None:
    value = json_value(of.output)
    if not isinstance(value, dict):
        return "the output is not a JSON object"
    missing = [name for name in names if value.get(name) is None]
    return f"missing: {', '.join(missing)}" if missing else None


def _min_chars(limit: int, of: Checked) -> str | None:
    return None if len(of.text) >= limit else f"{len(of.text)} characters, at least {limit}"


def _max_chars(limit: int, of: Checked) -> str | None:
    return None if len(of.text) <= limit else f"{len(of.text)} characters, at most {limit}"


def _min_words(limit: int, of: Checked) -> str | None:
    count = _count(of.text)
    return None if count >= limit else f"{count} words, at least {limit}"


def _max_words(limit: int, of: Checked) -> str | None:
    count = _count(of.text)
    return None if count <= limit else f"{count} words, at most {limit}"


def _count(text: str) -> int:
    count = count_words(text)
    if count is None:
        raise NotDecidable(HINT)
    return count


def _contains(part: str, of: Checked) -> str | None:
    return None if of.adapt(part) in of.text else f"{part!r} is not in it"


def _not_contains(part: str, of: Checked) -> str | None:
    return f"{part!r} is in it" if of.adapt(part) in of.text else None


def _regex(pattern: str, of: Checked) -> str | None:
    try:
        return None if search(pattern, of.text) else f"{pattern!r} is not found"
    except TimeoutError:
        return f"the pattern took more than {SECONDS:g} s"


def _equals(expected: Any, of: Checked) -> str | None:
    if isinstance(expected, str):
        is_equal = of.text == of.adapt(expected)
    else:
        is_equal = same_json(json_value(of.output), expected)
    return None if is_equal else "it is not equal"


CHECKS: dict[str, Callable[[Any, Checked], str | None]] = {
    "valid_json": _valid_json,
    "json_schema": _json_schema,
    "required_fields": _required_fields,
    "min_chars": _min_chars,
    "max_chars": _max_chars,
    "min_words": _min_words,
    "max_words": _max_words,
    "contains": _contains,
    "not_contains": _not_contains,
    "regex": _regex,
    "equals": _equals,
    "tool_called": lambda expected, of: tool_fault(expected, of.output),
}
