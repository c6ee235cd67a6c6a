"""Summary: case scores, one after the other, become a suite's result with its findings."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lensops.evals.early_stop import Standing
from lensops.evals.findings import suite_findings
from lensops.evals.interval import ClusterTotals, meets
from lensops.evals.judging import Agreement, Vote
from lensops.evals.result import (
    CaseCounts,
    CaseScore,
    Contradiction,
    JudgeTotals,
    Regression,
    SuiteResult,
)
from lensops.evals.usage import Usage
from lensops.manifest import Suite

HELD = 10_000  # cases that a result holds; of more, those that a reader looks at first
WORST = 100
NAMED = 1_000  # must-pass cases that a result names


@dataclass(frozen=True, slots=True)
class About:
    """What a result is of."""

    name: str
    prompt: str
    version: str
    suite: Suite
    threshold: float
    signatures: Mapping[str, str] = field(default_factory=dict)


class Tally:
    """Takes in the scores of a suite; its memory does not grow with the cases beyond `HELD`."""

    def __init__(self, about: About) -> None:
        self.about, self.total = about, 0
        self._values = ClusterTotals()
        self._sums: dict[str, list[float]] = {name: [] for name in about.suite.weights}
        self._figures: Counter[str] = Counter()
        self._counts: Counter[str] = Counter()
        self._judged: Counter[str | None] = Counter()
        self._agreement = Agreement()
        self._judges: set[str] = set()
        self._failure: str | None = None
        self._cases: list[CaseScore] | None = []
        self._worst: list[CaseScore] = []
        self._broken: list[CaseScore] = []
        self._undecided: list[str] = []

    def add(self, case: CaseScore, ballots: Iterable[Sequence[Vote]] = ()) -> None:
        """Take a case in, with the votes on each of its outputs."""
        self.total += 1
        self._take_figures(case)
        self._take_votes(case, ballots)
        self._counts["cut"] += case.is_cut
        self._counts["must_pass"] += case.must_pass
        if case.broken:
            self._note("broken", self._broken, case)
        if case.is_undecided:
            self._note("undecided", self._undecided, case.id)
        if is_low(case, self.about.threshold):
            self._counts["low"] += 1
            self._worst.append(case)
            if len(self._worst) > 10 * WORST:
                self._worst = sorted(self._worst, key=badness)[:WORST]
        if self._cases is not None:
            self._cases.append(case)
            if len(self._cases) > HELD:
                self._cases = None

    def result(
        self,
        regression: Regression | None = None,
        no_judge: str | None = None,
        notes: Sequence[str] = (),
        contradictions: Sequence[Contradiction] = (),
        digests: Mapping[str, str] | None = None,
        usage: Usage | None = None,
        vote_usage: Usage | None = None,
    ) -> SuiteResult:
        """The result of all cases so far. `no_judge`: why the judge could not be asked."""
        about, suite = self.about, self.about.suite
        mean = self._values.mean()
        interval = mean.interval(suite.regression.confidence) if mean else None
        counts = self._counts
        if self._judged["neutral"] or counts["unasked"]:
            interval = None  # of values that nobody measured, or of a stop that looked at them
        result = SuiteResult(
            name=about.name,
            prompt=about.prompt,
            version=about.version,
            n=len(self._values),
            total=self.total,
            missing=counts["missing"],
            unscored=counts["unscored"],
            mean=mean.value if mean else None,
            interval=(max(interval[0], 0.0), min(interval[1], 1.0)) if interval else None,
            confidence=suite.regression.confidence,
            threshold=about.threshold,
            declared_threshold=suite.threshold,
            weights=suite.weights,
            metrics={name: self._mean(name) for name in suite.weights},
            signatures=about.signatures,
            counts=CaseCounts(
                counts["must_pass"], counts["broken"], counts["undecided"], counts["low"]
            ),
            cases=tuple(self._cases or ()),
            worst=tuple(sorted(self._worst, key=badness)[:WORST]),
            broken=tuple(self._broken),
            undecided=tuple(self._undecided),
            judge=self._judge(no_judge, vote_usage),
            regression=regression,
            usage=usage,
            budget=suite.budget,
            notes=(*notes, *self._notes()),
            contradictions=tuple(contradictions),
            digests=dict(digests or {}),
            max_missing=suite.max_missing,
            min_cases=suite.min_cases,
            unasked=counts["unasked"],
        )
        return replace(result, findings=suite_findings(result))

    def standing(self, total: int, must_pass: int) -> Standing:
        """What is known so far of so many cases, of which so many must pass."""
        mean, counts = self._values.mean(), self._counts
        votes = counts["votes"]
        return Standing(
            total,
            len(self._values),
            mean.value * mean.n if mean else 0.0,
            broken=counts["broken"],
            open=must_pass - counts["must_pass"] + counts["undecided"],
            lacking=counts["missing"] + counts["unscored"],
            neutral=self._judged["neutral"],
            failed_votes=(votes - counts["valid"]) / votes if votes else 0.0,
        )

    def _notes(self) -> Iterator[str]:
        if cut := self._counts["cut"]:
            yield f"of {self.total:,} cases {cut:,} have an output that was cut off"

    def _take_figures(self, case: CaseScore) -> None:
        if case.aggregate is not None:
            self._values.add(case.aggregate, case.group)
        else:
            lacks = "unasked" if case.is_unasked else "missing" if case.missing else "unscored"
            self._counts[lacks] += 1
        for name, sums in self._sums.items():
            score = case.scores.get(name)
            if name == "judge" and case.judged == "neutral":
                continue  # nobody measured it
            if score is not None:
                self._figures[name] += 1
                sums.append(score)
                if len(sums) > HELD:
                    sums[:] = [math.fsum(sums)]

    def _take_votes(self, case: CaseScore, ballots: Iterable[Sequence[Vote]]) -> None:
        self._judged[case.judged] += 1
        for votes in ballots:
            self._agreement.add(votes)
            self._judges.update(vote.by for vote in votes if vote.by)
            self._counts["valid"] += sum(vote.grades is not None for vote in votes)
            failures = (vote.reason for vote in votes if vote.grades is None)
            self._failure = self._failure or next(failures, None)
        if case.judged in ("scored", "unscored") and self.about.suite.judge:
            self._counts["votes"] += self.about.suite.judge.samples * len(case.outputs)

    def _note(self, what: str, items: list[Any], item: Any) -> None:
        self._counts[what] += 1
        if len(items) < NAMED:
            items.append(item)

    def _mean(self, name: str) -> float | None:
        count = self._figures[name]
        return math.fsum(self._sums[name]) / count if count else None

    def _judge(self, no_judge: str | None, usage: Usage | None) -> JudgeTotals | None:
        """How many cases were judged, got the neutral grade, or have none; and by whom."""
        settings = self.about.suite.judge
        if settings is None or "judge" not in self.about.suite.weights:
            return None
        return JudgeTotals(
            settings.model,
            scored=self._judged["scored"],
            neutral=self._judged["neutral"],
            unscored=self._judged["unscored"],
            agreement=self._agreement.share,
            reason=no_judge,
            votes=self._counts["votes"],
            failed=self._counts["votes"] - self._counts["valid"],
            failure=self._failure,
            by=tuple(sorted(self._judges)),
            usage=usage,
        )


def is_low(case: CaseScore, threshold: float) -> bool:
    """Whether a case is broken, has no score, is under the threshold, or fails a check."""
    if case.is_unasked:
        return False
    if case.broken or case.aggregate is None or not meets(case.aggregate, threshold):
        return True
    return bool(case.checks) and any(not check.passed for check in case.checks)


def badness(case: CaseScore) -> tuple[bool, float, str]:
    """A key to sort by: what a reader looks at first."""
    return not case.broken, -1.0 if case.aggregate is None else case.aggregate, case.id
