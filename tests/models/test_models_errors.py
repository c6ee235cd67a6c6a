"""What an error of a provider means, and how long it asks to wait."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic_ai.exceptions import ModelHTTPError, UnexpectedModelBehavior

from lensops.models.errors import Exhausted, Fatal, Retryable, describe, fault_of
from lensops.models.rate_windows import requested_wait, retry_after

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
    ("headers", "seconds"),
    [
        ({"retry-after": "7", "x-ratelimit-reset": "90"}, 7.0),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"x-ratelimit-reset-requests": "1m30s"}, 90.0),
        ({"x-ratelimit-reset-tokens": "6m0s"}, 360.0),
        ({"x-ratelimit-reset-requests": "20ms"}, 0.02),
        ({"x-ratelimit-reset-requests": "1h2m3.5s"}, 3723.5),
        ({"x-ratelimit-reset": "45"}, 45.0),
        ({"ratelimit-reset": "12.5"}, 12.5),
        ({"x-ratelimit-reset": str(int(NOW.timestamp()) + 40)}, 40.0),
        ({"x-ratelimit-reset": str((int(NOW.timestamp()) + 40) * 1000)}, 40.0),
        ({"anthropic-ratelimit-requests-reset": "2026-01-01T12:00:50Z"}, 50.0),
        ({"x-ratelimit-reset": "Thu, 01 Jan 2026 12:00:30 GMT"}, 30.0),
        ({"x-ratelimit-reset": "2026-01-01T11:00:00Z"}, 0.0),
        (  # the window that is used up counts, not the longer one
            {
                "x-ratelimit-reset-requests": "10s",
                "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-reset-tokens": "90s",
                "x-ratelimit-remaining-tokens": "8000",
            },
            10.0,
        ),
        ({"x-ratelimit-reset-requests": "10s", "x-ratelimit-reset-tokens": "20s"}, 20.0),
        ({"x-ratelimit-reset": "soon", "x-ratelimit-limit": "60"}, None),
        ({"x-ratelimit-reset": ""}, None),
    ],
)
def test_the_end_of_a_rate_window_in_the_forms_of_providers(
    headers: dict[str, str], seconds: float | None
) -> None:
    waited = requested_wait(headers, NOW)
    assert waited == (seconds if seconds is None else pytest.approx(seconds))


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
