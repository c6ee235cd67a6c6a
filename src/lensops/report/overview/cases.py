"""Cases as a table: input, output, reference, reasons and checks, beside those of another run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lensops.evals.interval import meets
from lensops.format import format_difference, format_score, plural, shorten
from lensops.report.diff import words
from lensops.report.document import Column, Line, Span, Table, Tone, line
from lensops.report.outcome import outcome_of, sign
from lensops.report.overview.stored import StoredCase, StoredSuite
from lensops.report.scores import readable

TEXT = 600  # characters of an input, an output or a reference in a cell
REASONS = 400  # characters of the judge's reasons and the checks
TAGS = ("failed", "crossed", "must pass", "changed")  # what a table can be narrowed to


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case of a run, the same case of the other run, and the threshold of each."""

    case: StoredCase
    other: StoredCase | None
    threshold: float
    other_threshold: float

    @property
    def is_failed(self) -> bool:
        """Whether it is under the threshold, without a score, broken, or fails a check."""
        return _fails(self.case, self.threshold)

    @property
    def is_crossed(self) -> bool:
        """Whether one run reaches the threshold with it and the other does not."""
        if self.other is None:
            return False
        return self.is_failed != _fails(self.other, self.other_threshold)

    @property
    def difference(self) -> float | None:
        """Its score minus the other run's."""
        if self.other is None or self.case.aggregate is None or self.other.aggregate is None:
            return None
        return self.case.aggregate - self.other.aggregate

    @property
    def tags(self) -> frozenset[str]:
        """The groups that it belongs to."""
        holds = {
            "failed": self.is_failed,
            "crossed": self.is_crossed,
            "must pass": self.case.must_pass,
            "changed": self.other is not None and self.case.output != self.other.output,
        }
        return frozenset(tag for tag in TAGS if holds[tag])

    @property
    def search_text(self) -> str:
        """Everything that a search looks through."""
        parts = [self.case.id, self.case.group or "", readable(self.case.output)]
        parts += [str(value) for value in self.case.inputs.values()]
        parts += [*self.case.references, *self.case.reasons.values()]
        return "\n".join(parts).lower()


def case_rows(suite: StoredSuite, other: StoredSuite | None) -> list[CaseRow]:
    """The cases of a run joined with those of another by their ids, the worst first."""
    by_id: Mapping[str, StoredCase] = {case.id: case for case in other.cases} if other else {}
    limit = other.threshold if other else suite.threshold
    rows = [CaseRow(case, by_id.get(case.id), suite.threshold, limit) for case in suite.cases]
    return sorted(rows, key=_badness)


def case_table(
    rows: Iterable[CaseRow], suite: StoredSuite, other: StoredSuite | None, *, tags: bool = True
) -> Table:
    """The table; with another run its outputs stand beside, their words marked.

    With `tags` a page can narrow it by itself.
    """
    rows = list(rows)
    columns = {
        "Case": Column("Case"),
        "Input": Column("Input", wide=True),
        "other": Column(other.version if other else "", wide=True),
        "output": Column(suite.version, wide=True),
        "Score": Column("Score", right=True),
        "Δ": Column("Δ", right=True),
        "Reference": Column("Reference", wide=True),
        "Judge and checks": Column("Judge and checks", wide=True),
    }
    absent = set() if other else {"other", "Δ"}
    absent |= set() if any(row.case.inputs for row in rows) else {"Input"}
    absent |= set() if any(row.case.references for row in rows) else {"Reference"}
    names = [name for name in columns if name not in absent]
    cells = tuple(tuple(cells[name] for name in names) for cells in map(_cells, rows))
    groups = tuple(row.tags for row in rows) if tags else ()
    title = f"Cases of {suite.name} {suite.version}"
    return Table(tuple(columns[name] for name in names), cells, title, groups)


def _fails(case: StoredCase, threshold: float) -> bool:
    is_low = case.aggregate is None or not meets(case.aggregate, threshold)
    return is_low or bool(case.broken) or any(not check.passed for check in case.checks)


def _badness(row: CaseRow) -> tuple[bool, float, str]:
    score = row.case.aggregate
    return not row.case.broken, -1.0 if score is None else score, row.case.id


def _cells(row: CaseRow) -> dict[str, Line]:
    case = row.case
    output, former = _outputs(row)
    tone = Tone.BAD if row.is_failed else Tone.GOOD
    return {
        "Case": _name(row),
        "Input": line(_inputs(case.inputs)),
        "other": former or line(Span("no output", Tone.MUTED)),
        "output": output or line(Span("no output", Tone.WARN)),
        "Score": line(Span(format_score(case.aggregate, "none"), tone)),
        "Δ": line(format_difference(row.difference)),
        "Reference": line(_clip("\n".join(case.references)) or "–"),
        "Judge and checks": _judgement(case),
    }


def _name(row: CaseRow) -> Line:
    spans = [sign(outcome_of(passed=not row.is_failed)), Span(row.case.id, Tone.STRONG)]
    if row.case.group:
        spans.append(Span(f"\n{row.case.group}", Tone.MUTED))
    spans += [Span(f"\n{tag}", Tone.WARN) for tag in ("must pass", "crossed") if tag in row.tags]
    return tuple(spans)


def _outputs(row: CaseRow) -> tuple[Line, Line]:
    """Both outputs; where they differ, the words that only one of them has are marked."""
    text = _clip(readable(row.case.output))
    if row.other is None:
        return line(text), ()
    former = _clip(readable(row.other.output))
    if former == text:
        return line(text), line(Span("the same output", Tone.MUTED))
    old, new = words(former, text)
    return new, old


def _inputs(inputs: Mapping[str, Any]) -> str:
    return _clip("\n".join(f"{name}: {value}" for name, value in inputs.items())) or "–"


def _judgement(case: StoredCase) -> Line:
    """The judge's grades and reasons, then the checks that failed."""
    spans: list[Span] = []
    if case.broken:
        spans.append(Span(f"must pass: {shorten(case.broken, REASONS)}\n", Tone.BAD))
    if case.grades:
        grades = ", ".join(f"{name} {grade:g}" for name, grade in case.grades.items())
        spans.append(Span(f"{grades}\n", Tone.MUTED))
    for name, reason in case.reasons.items():
        spans.append(Span(f"{name}: {shorten(reason, REASONS)}\n"))
    spans += [
        Span(f"✗ {check.kind}: {shorten(check.reason, REASONS)}\n", Tone.BAD)
        for check in case.checks
        if not check.passed
    ]
    if case.checks and all(check.passed for check in case.checks):
        spans.append(Span(f"✓ {plural(len(case.checks), 'check')}", Tone.GOOD))
    return tuple(spans)


def _clip(text: str) -> str:
    return text if len(text) <= TEXT else text[: TEXT - 1] + "…"
