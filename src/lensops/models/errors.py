"""Faults: what an error of a provider means: try again, give up this request, or end the run."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

STOP = {
    401: "the key is not accepted; check the environment variable",
    402: "the account has no credit; see the provider's billing page",
    403: "the key may not use this model; check its rights",
    404: "there is no such model or address; check `model` and `base_url`",
}
AGAIN = {408, 409, 425, 429}
_LONG = 300  # characters of a provider's words that are kept


@dataclass(frozen=True, slots=True)
class Fatal:
    """Asking on makes no sense; `hint` says what would."""

    reason: str
    hint: str


@dataclass(frozen=True, slots=True)
class Retryable:
    """It may work later; `wait` is what the provider asks for, in seconds."""

    reason: str
    wait: float | None = None


@dataclass(frozen=True, slots=True)
class Exhausted:
    """This request does not work; others may."""

    reason: str


Fault = Fatal | Retryable | Exhausted


def fault_of(error: Exception) -> Fault:
    """What an error while asking means."""
    from pydantic_ai.exceptions import (
        ModelAPIError,
        ModelHTTPError,
        ModelQuotaExceededError,
        UnexpectedModelBehavior,
        UserError,
    )

    reason = describe(error)
    if isinstance(error, ModelQuotaExceededError):
        return Fatal(reason, "the quota is used up; raise it, or wait until it is renewed")
    if isinstance(error, ModelHTTPError):
        return _of_status(error.status_code, reason, error.headers or {})
    if isinstance(error, ModelAPIError):
        return Retryable(reason)  # no reply at all: refused, broken off, too late
    if isinstance(error, TimeoutError):
        return Retryable("no answer in time")
    if isinstance(error, UnexpectedModelBehavior | UserError):
        return Exhausted(reason)
    if isinstance(error, OSError):
        return Retryable(reason)
    return Exhausted(f"{type(error).__name__}: {reason}")


def describe(error: BaseException) -> str:
    """An error in one line of bounded length."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= _LONG else text[: _LONG - 1] + "…"


def retry_after(headers: dict[str, str], moment: datetime | None = None) -> float | None:
    """Seconds that `Retry-After` asks to wait (RFC 9110, 10.2.3); None without a sound one."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        return _until(value, moment or datetime.now(UTC))
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _until(value: str, moment: datetime) -> float | None:
    """Seconds until a date; None when it is none."""
    try:
        then = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return max(0.0, (then - moment).total_seconds())


def _of_status(status: int, reason: str, headers: dict[str, str]) -> Fault:
    if hint := STOP.get(status):
        return Fatal(reason, hint)
    if status in AGAIN or status >= 500:
        return Retryable(reason, retry_after(headers))
    return Exhausted(reason)
