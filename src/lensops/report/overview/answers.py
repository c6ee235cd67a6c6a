"""The first screen: what is live where, may it go, how good, did the data move, what is next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lensops.evidence import Outcome
from lensops.format import format_day, format_limit, format_minute, format_score, plural, shorten
from lensops.plan import PromptStatus, State, TargetStatus
from lensops.report.document import Column, Line, Span, Table, Tone, line
from lensops.report.outcome import LOOKS, drift_badge, outcome_badge, outcome_of, sign, status_badge
from lensops.report.overview.charts import psi_series, score_series
from lensops.report.overview.state import (
    drift_rank,
    go_outcome,
    measurements,
    notices,
    served_since,
)
from lensops.report.overview.stored import StoredEval, StoredMonitor
from lensops.report.overview.value import MonitorPoint, Overview
from lensops.report.page import Tile, Tiles

SHOWN = 3  # lines of a tile; what is left out is counted
NAMED = 2  # prompts that a target's row names
ANSWERS = {Outcome.PASS: "Yes", Outcome.FAIL: "No", Outcome.INCONCLUSIVE: "Not known"}


def answers(overview: Overview) -> Tiles:
    """What is live, may the active versions go, and what needs a person."""
    return Tiles((_live_tile(overview), _go_tile(overview), _notices_tile(overview)))


def figures(overview: Overview) -> Tiles:
    """The four figures: active prompt, eval score, drift PSI, last deploy."""
    return Tiles(
        (_active_tile(overview), _score_tile(overview), _drift_tile(overview), _deploy(overview))
    )


def _live_tile(overview: Overview) -> Tile:
    columns = (Column("Target"), Column("Status"), Column("Serves", wide=True), Column("Since"))
    rows = tuple(_live_row(overview, target) for target in overview.targets)
    table = Table(columns, rows, "What each target serves")
    return Tile("What is live where", blocks=(table,), wide=True)


def _live_row(overview: Overview, target: TargetStatus) -> tuple[Line, ...]:
    name = line(Span(target.name, Tone.STRONG))
    state = line(status_badge(target.state))
    if not target.prompts or target.record is None:
        return name, state, line(Span("nothing yet", Tone.MUTED)), line("–")
    records = overview.records.get(target.name, (target.record,))
    prompts = _prompts_to_name(target.prompts)
    serves: Line = ()
    for prompt, status in prompts:
        serves += (*line(", " if serves else ""), *_served_line(prompt, status))
    if rest := len(target.prompts) - len(prompts):
        serves += line(Span(f" and {rest} more", Tone.MUTED))
    times = [served_since(records, prompt) for prompt, _ in prompts]
    since = max((time for time in times if time), default=target.record.time)
    return name, state, serves, line(since[:10])


def _prompts_to_name(prompts: Mapping[str, PromptStatus]) -> list[tuple[str, PromptStatus]]:
    """Those that are not as asked first."""
    return sorted(prompts.items(), key=lambda item: item[1].state is State.SYNCED)[:NAMED]


def _served_line(prompt: str, status: PromptStatus) -> Line:
    version = Span(status.version or "nothing", Tone.STRONG)
    if status.version == status.desired:
        return line(f"{prompt} ", version)
    asked_version = status.desired or "removal"
    return line(f"{prompt} ", version, Span(f" (asked: {asked_version})", Tone.WARN))


def _go_tile(overview: Overview) -> Tile:
    measured = measurements(overview)
    outcome = go_outcome(measured)
    lines = [line(sign(item.outcome), item.text) for item in measured[:SHOWN]]
    if not measured:
        lines = [line("The manifest declares nothing to measure.")]
    if rest := len(measured) - SHOWN:
        lines += [line(Span(f"and {rest} more", Tone.MUTED))] if rest > 0 else []
    figure = line(Span(ANSWERS[outcome], LOOKS[outcome].tone))
    return Tile("May the active versions go?", figure, tuple(lines))


def _notices_tile(overview: Overview) -> Tile:
    needed = notices(overview)
    if not needed:
        return Tile("Needs a person", line(Span("Nothing", Tone.GOOD)), (line("All is as asked."),))
    lines = [line(Span("• ", notice.tone), shorten(notice.text, 76)) for notice in needed[:SHOWN]]
    if rest := len(needed) - SHOWN:
        lines += [line(Span(f"and {rest} more below", Tone.MUTED))] if rest > 0 else []
    figure = line(Span(plural(len(needed), "thing"), needed[0].tone))
    return Tile("Needs a person", figure, tuple(lines))


def _active_tile(overview: Overview) -> Tile:
    if not overview.active:
        return Tile("Active prompt", line("none"), (line("The manifest declares no prompt."),))
    newest = max(overview.active, key=lambda item: item.event.date if item.event else "9")
    event = newest.event
    since = f"since {event.date[:10]} by {event.author}" if event else "not committed"
    lines = [line(newest.name), line(Span(since, Tone.MUTED))]
    if rest := len(overview.active) - 1:
        lines.append(line(Span(f"and {plural(rest, 'other prompt')}", Tone.MUTED)))
    return Tile("Active prompt", line(Span(newest.version, Tone.STRONG)), tuple(lines))


def _score_tile(overview: Overview) -> Tile:
    if not overview.latest_evals:
        return Tile(
            "Eval score", line("–"), (line(Span("lensops eval", Tone.CODE), " writes one"),)
        )
    stored = min(overview.latest_evals, key=_score_rank)
    suite = stored.suite
    figure = line(
        Span(format_score(suite.mean_score), Tone.STRONG),
        " ",
        outcome_badge(outcome_of(passed=suite.passed)),
    )
    of = f"worst of {len(overview.latest_evals)} evals" if len(overview.latest_evals) > 1 else ""
    lines = (
        line(f"{suite.name} {suite.version}", Span(f" {of}", Tone.MUTED)),
        line(
            Span(
                f"threshold {format_limit(suite.threshold)}, n = {suite.n:,} · "
                f"{format_day(stored.time)}",
                Tone.MUTED,
            )
        ),
    )
    return Tile("Eval score", figure, lines, (score_series(overview, suite.name, small=True),))


def _score_rank(stored: StoredEval) -> tuple[int, float]:
    """The worst first: failed ones, then the smallest room above the threshold."""
    outcome = outcome_of(passed=stored.suite.passed)
    score = stored.suite.mean_score
    return list(LOOKS).index(outcome), (0.0 if score is None else score - stored.suite.threshold)


def _drift_tile(overview: Overview) -> Tile:
    newest = [overview.monitor_points(name)[-1] for name in overview.monitors]
    if not newest:
        how = line(Span("lensops drift", Tone.CODE), " writes one")
        return Tile("Drift PSI", line("–"), (how,))
    time, monitor = max(newest, key=_drift_rank)
    figure = line(Span(format_score(monitor.psi), Tone.STRONG), " ", drift_badge(monitor.status))
    feature = max(monitor.features, key=lambda f: f.psi or 0.0, default=None)
    where = monitor.name + (f" · {feature.name}" if feature else "")
    lines = (line(where), line(Span(_windows(monitor, format_day(time)), Tone.MUTED)))
    return Tile("Drift PSI", figure, lines, (psi_series(overview, monitor.name, small=True),))


def _drift_rank(point: MonitorPoint) -> tuple[int, float]:
    return drift_rank(point[1].status), point[1].psi or 0.0


def _windows(monitor: StoredMonitor, time: str) -> str:
    if monitor.n_baseline is None or monitor.n_current is None:
        return time
    return f"{monitor.n_baseline:,} → {monitor.n_current:,} rows · {time}"


def _deploy(overview: Overview) -> Tile:
    """The newest record of a target that no other follows: what reached customers."""
    logs = [(t, overview.records.get(t.name, ())) for t in overview.final_targets]
    records = [(log[0], target) for target, log in logs if log]
    if not records:
        how = line(Span("lensops apply", Tone.CODE), " makes one")
        return Tile("Last deploy", line("never"), (how,))
    record, target = max(records, key=lambda pair: pair[0].time)
    figure = line(Span(record.time[:10], Tone.STRONG), " ", status_badge(target.state))
    lines = (
        line(f"{target.name} · release {record.sequence} ({record.kind})"),
        line(Span(f"{format_minute(record.time)[11:]} UTC by {record.actor}", Tone.MUTED)),
        *_pending_lines(target),
    )
    return Tile("Last deploy", figure, lines)


def _pending_lines(target: TargetStatus) -> Iterator[Line]:
    late = [s for s in (target.prompts or {}).values() if s.state is not State.SYNCED]
    if late:
        yield line(Span(f"{plural(len(late), 'prompt')} to update", Tone.WARN))
