"""What an error of a provider means, and how long it asks to wait."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic_ai.exceptions import ModelHTTPError, UnexpectedModelBehavior

from lensops.models.errors import Exhausted, Fatal, Retryable, describe, fault_of, retry_after

NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("3", 3.0),
        ("0.5", 0.5),
        ("-1", 0.0),
        ("Thu, 01 Jan 2026 12:00:30 GMT", 30.0),
        ("Thu, 01 Jan 2026 11:00:00 GMT", 0.0),
        ("Thu, 01 Jan 2026 12:00:30 -0000", 30.0),
        ("soon", None),
        ("", None),
        ("nan", None),
        ("inf", None),
    ],
)
def test_retry_after_in_seconds_or_as_a_date(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}, NOW) == seconds


def test_no_header_asks_for_nothing() -> None:
    assert retry_after({}, NOW) is None


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (TimeoutError(), Retryable),
        (ConnectionResetError("gone"), Retryable),
        (ModelHTTPError(503, "m"), Retryable),
        (ModelHTTPError(401, "m"), Fatal),
        (ModelHTTPError(422, "m"), Exhausted),
        (UnexpectedModelBehavior("odd"), Exhausted),
        (KeyError("name"), Exhausted),
    ],
)
def test_kinds_of_errors(error: Exception, kind: type) -> None:
    assert isinstance(fault_of(error), kind)


def test_words_are_one_line_of_bounded_length() -> None:
    assert describe(ValueError("a\n  b\tc")) == "a b c"
    assert describe(TimeoutError()) == "TimeoutError"
    assert len(describe(ValueError("x" * 5_000))) == 300
