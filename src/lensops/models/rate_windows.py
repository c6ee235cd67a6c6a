"""Rate windows: how long a server asks to wait, in the forms of headers that providers have."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?")
_EPOCH, _EPOCH_MS = 1e9, 1e12  # what is larger is a time, in seconds or milliseconds


def requested_wait(headers: dict[str, str], moment: datetime | None = None) -> float | None:
    """Seconds that a server asks to wait, in any of the forms that providers have; None: not told.

    `Retry-After` comes first, then the ends of the windows that are used up.
    """
    now = moment or datetime.now(UTC)
    if (milliseconds := _number(headers.get("retry-after-ms", ""))) is not None:
        return max(0.0, milliseconds / 1000)
    if (asked := retry_after(headers, now)) is not None:
        return asked
    resets = {name: _reset(value, now) for name, value in headers.items() if _is_reset(name)}
    known = {name: seconds for name, seconds in resets.items() if seconds is not None}
    spent = [
        s for name, s in known.items() if headers.get(_remaining_name(name), "").strip() == "0"
    ]
    return max(spent or known.values(), default=None)


def _is_reset(name: str) -> bool:
    """Such as `x-ratelimit-reset-requests` or `anthropic-ratelimit-tokens-reset`."""
    return "ratelimit" in name and "reset" in name


def _remaining_name(reset: str) -> str:
    return reset.replace("reset", "remaining")


def _reset(value: str, now: datetime) -> float | None:
    """Seconds until a window ends: `1m30s`, `20ms`, `12.5`, a time in epoch seconds, or a date."""
    text = value.strip()
    if (number := _number(text)) is not None:
        epoch = number / 1000 if number > _EPOCH_MS else number
        return max(0.0, epoch - now.timestamp() if epoch > _EPOCH else number)
    if text and (match := _DURATION.fullmatch(text)):
        hours, minutes, seconds, milliseconds = (float(part or 0) for part in match.groups())
        return hours * 3600 + minutes * 60 + seconds + milliseconds / 1000
    try:
        then = datetime.fromisoformat(text)
    except ValueError:
        return _until(text, now)
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return max(0.0, (then - now).total_seconds())


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


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
