"""A spike: one value that fills much more of the current window than of the baseline."""

from __future__ import annotations

from lensops.drift.causes.cause import Case, Cause, number, percent

GAIN = 0.05  # the share that a value must gain
TIMES = 3  # and how many times its share of the baseline it must be
ROWS = 20


def spike(case: Case) -> Cause | None:
    """One value that is suddenly everywhere, such as a default that stands for missing."""
    base, current = case.baseline, case.current
    if base is None or current is None or not case.real or current.rows < ROWS:
        return None
    gains = [(share - base.share(value), value, share) for value, share in current.common]
    gain, value, share = max(gains, default=(0.0, 0.0, 0.0))
    if gain < GAIN or share < TIMES * base.share(value):
        return None
    was = f"{percent(base.share(value))} before" if base.share(value) else "under 1 % before"
    return Cause("spike", f"{percent(share)} are the one value {number(value)} ({was})")
