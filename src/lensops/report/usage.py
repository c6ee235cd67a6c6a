"""What replies took, in a line for each version and for the votes: tokens, money, time, by whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any, Protocol

from lensops.evals.estimate import Estimate
from lensops.evals.usage import Usage
from lensops.format import shorten
from lensops.report.document import Block, Bullets, Document, Line, Span, Tone, line


class UsageFigures(Protocol):
    """A usage, of this run or of a stored one. None is unknown, which is not nothing."""

    @property
    def tokens_in(self) -> int | None: ...
    @property
    def tokens_out(self) -> int | None: ...
    @property
    def cost(self) -> float | None: ...
    @property
    def latency_p95(self) -> float | None: ...
    @property
    def models(self) -> tuple[str, ...]: ...


class _Judge(Protocol):
    @property
    def usage(self) -> UsageFigures | None: ...


class _Regression(Protocol):
    @property
    def base_version(self) -> str: ...
    @property
    def base_usage(self) -> UsageFigures | None: ...


class _Suite(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def usage(self) -> UsageFigures | None: ...
    @property
    def judge(self) -> _Judge | None: ...
    @property
    def regression(self) -> _Regression | None: ...


def usage_blocks(suite: _Suite, *, with_name: bool = False) -> Iterator[Block]:
    """The lines of a suite, with its name where others stand beside it."""
    if lines := usage_lines(suite, f"{suite.name}: " if with_name else ""):
        yield Bullets(tuple(lines))


def usage_lines(suite: _Suite, prefix: str = "") -> list[Line]:
    """A line for the version, its votes, and the base; none where nothing is known."""
    against = suite.regression
    usages: list[tuple[str, UsageFigures | None]] = [
        (f"outputs of {suite.version}", suite.usage),
        ("votes", suite.judge.usage if suite.judge else None),
    ]
    if against is not None:
        usages.append((f"outputs of {against.base_version}", against.base_usage))
    return [
        line(Span(f"{prefix}{what}: {describe_usage(usage)}", Tone.MUTED))
        for what, usage in usages
        if usage is not None and _is_known(usage)
    ]


def describe_usage(usage: UsageFigures) -> str:
    """Such as `1,204 tokens in, 310 out, $0.0042, 95% within 1.20 s, by pen-1-2026`."""
    unknown = "unknown"
    parts = [
        f"{unknown if usage.tokens_in is None else f'{usage.tokens_in:,}'} tokens in",
        f"{unknown if usage.tokens_out is None else f'{usage.tokens_out:,}'} out",
        f"cost {unknown}" if usage.cost is None else f"${usage.cost:.4f}",
        f"time {unknown}" if usage.latency_p95 is None else f"95% within {usage.latency_p95:.2f} s",
    ]
    if usage.models:
        parts.append(f"by {shorten(', '.join(usage.models), 60)}")
    return ", ".join(parts)


def usage_data(usage: Usage | None) -> dict[str, Any] | None:
    """A usage as JSON values; null is unknown."""
    if usage is None:
        return None
    return {**asdict(usage), "models": list(usage.models), "tokens": usage.tokens}


def _is_known(usage: UsageFigures) -> bool:
    figures = (usage.tokens_in, usage.tokens_out, usage.cost, usage.latency_p95)
    return any(figure is not None for figure in figures)


def document(estimates: Sequence[Estimate]) -> Document:
    """One line for estimate eval."""
    lines = tuple(
        line(Span(f"{estimate.suite} {estimate.version}: ", Tone.STRONG), estimate.message)
        for estimate in estimates
    )
    return Document((Bullets(lines),) if lines else ())


def data(estimates: Sequence[Estimate]) -> dict[str, Any]:
    """The keys of `lensops/estimate/v1`; null is unknown."""
    return {"evals": [asdict(estimate) for estimate in estimates]}
