"""Estimate: what recording a version will take, from what is recorded, before anything is asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from lensops.evals.arm import Arm
from lensops.evals.cases import Case
from lensops.evals.interval import Mean
from lensops.evals.judging import grade_requests
from lensops.evals.protocols import AnswerRequest, GradeRequest
from lensops.evals.recorded import GradeRow, OutputRow
from lensops.evals.recordings import Recordings
from lensops.evals.spending import BATCH_SHARE
from lensops.evals.t_distribution import t_quantile
from lensops.format import format_score, plural
from lensops.manifest import Suite

CHARACTERS = 4.0  # of a token, where no recording says better


@dataclass(slots=True)
class Ratios:
    """How recorded requests of a kind went: characters, tokens, seconds; summed."""

    count: int = 0
    characters: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0

    def add(self, characters: int, row: OutputRow | GradeRow) -> None:
        """Take a recorded request in, when its row states its tokens."""
        if row.tokens_in is None or row.tokens_out is None:
            return
        self.count += 1
        self.characters += characters
        self.tokens_in += row.tokens_in
        self.tokens_out += row.tokens_out
        self.seconds += row.latency_s or 0.0

    def tokens_for(self, characters: int) -> int:
        """Tokens that a text of so many characters is taken to have."""
        ratio = self.tokens_in / self.characters if self.characters else 1 / CHARACTERS
        return round(characters * ratio)


@dataclass(slots=True)
class Part:
    """Requests of one kind that have no recording yet."""

    requests: int = 0
    characters: int = 0
    blind: int = 0  # requests whose text is not estimated yet: votes on outputs that are not there
    ratios: Ratios = field(default_factory=Ratios)

    @property
    def tokens_in(self) -> int:
        estimated = self.ratios.tokens_for(self.characters)
        if not self.ratios.count:
            return estimated
        return estimated + round(self.blind * self.ratios.tokens_in / self.ratios.count)

    @property
    def tokens_out(self) -> int | None:
        """None where no recording says how long replies are."""
        if not self.requests:
            return 0
        if not self.ratios.count:
            return None
        return round(self.requests * self.ratios.tokens_out / self.ratios.count)

    def seconds(self, at_once: int) -> float | None:
        """At so many requests under way."""
        if not self.ratios.count:
            return None if self.requests else 0.0
        return self.requests * self.ratios.seconds / self.ratios.count / at_once


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a suite's run will take. None: unknown, which is not nothing."""

    suite: str
    version: str
    outputs: int
    votes: int
    tokens_in: int
    tokens_out: int | None
    cost: float | None
    seconds: float | None
    growth: float | None = None  # of the rendered prompt's characters against the older version
    detectable: float | None = None  # the smallest loss of mean score that so many cases show
    cases: int = 0
    stops_early: bool = False
    is_batch: bool = False

    def in_batches(self) -> Estimate:
        """The same at the price of batches, which take no time that could be told."""
        cost = None if self.cost is None else self.cost * BATCH_SHARE
        return replace(self, cost=cost, seconds=None, is_batch=True)

    @property
    def message(self) -> str:
        """Such as `12 outputs and 12 votes to record: about 14,000 tokens in, …`."""
        parts = [plural(self.outputs, "output"), plural(self.votes, "vote")]
        text = "all is recorded"
        if self.outputs or self.votes:
            text = f"{' and '.join(parts)} to record"
            text += f": about {self.tokens_in:,} tokens in, {_or_unknown(self.tokens_out)} out, "
            text += "cost unknown" if self.cost is None else f"${self.cost:.4f}"
            text += f", {self._time}"
            text += ", or less, as it may stop early" if self.stops_early else ""
        if self.growth is not None and round(self.growth, 2):
            change = "longer" if self.growth > 0 else "shorter"
            text += f"; the prompt is {abs(self.growth):.0%} {change}"
        if self.detectable is not None:
            text += f"; with these {self.cases:,} cases a loss below "
            text += f"{format_score(self.detectable)} cannot be seen"
        return text

    @property
    def _time(self) -> str:
        if self.is_batch:
            return "in batches, within a day"
        return "time unknown" if self.seconds is None else f"{self.seconds:.0f} s"


def _or_unknown(value: int | None) -> str:
    return "unknown" if value is None else f"{value:,}"


@dataclass(frozen=True)
class Estimator:
    """Counts what a suite lacks. `price_*` give US dollars for tokens in and out, or None."""

    name: str
    suite: Suite
    recordings: Recordings
    price_output: Callable[[int, int], float | None]
    price_vote: Callable[[int, int], float | None]

    def estimate(
        self, cases: Iterable[Case], arm: Arm, older: Arm | None, error: Mean | None
    ) -> Estimate:
        """`older` is the version before, whose recordings give ratios; `error` its mean score."""
        outputs, votes = Part(), Part()
        sizes, count = [0, 0], 0
        for case in cases:
            count += 1
            for request in arm.requests(case):
                self._count(request, case, arm, outputs, votes)
            for request in older.requests(case) if older else ():
                self._learn(request, case, older, outputs.ratios, votes.ratios)
            for place, side in enumerate((arm, older)):
                sizes[place] += sum(map(_size, side.requests(case))) if side else 0
        parts = (outputs, votes)
        tokens_out = [part.tokens_out for part in parts]
        times = [part.seconds(self.suite.limits.concurrency) for part in parts]
        return Estimate(
            self.name,
            arm.version,
            outputs.requests,
            votes.requests,
            sum(part.tokens_in for part in parts),
            None if (sent := _sum(tokens_out)) is None else round(sent),
            self._cost(outputs, votes),
            _sum(times),
            sizes[0] / sizes[1] - 1 if older and sizes[1] else None,
            smallest_loss(error, self.suite.regression.confidence) if error else None,
            count,
            self.suite.stop is not None,
        )

    def _count(
        self, request: AnswerRequest, case: Case, arm: Arm, outputs: Part, votes: Part
    ) -> None:
        row, judge = self.recordings.output(request), self.suite.judge
        if row is not None:
            outputs.ratios.add(_size(request), row)
        else:
            outputs.requests += 1
            outputs.characters += _size(request)
        if judge is None or not judge.model or not self.suite.weights.get("judge"):
            return
        text = "" if row is None else row.output
        for vote in grade_requests(case.id, text, arm.inputs(case), judge):
            if row is None or self.recordings.grade(vote) is None:
                votes.requests += 1
                votes.blind += row is None
                votes.characters += 0 if row is None else _vote_size(vote)
        self._learn(request, case, arm, Ratios(), votes.ratios)

    def _learn(
        self, request: AnswerRequest, case: Case, arm: Arm | None, outputs: Ratios, votes: Ratios
    ) -> None:
        """What is recorded of a request, and of the votes on its output, goes into the ratios."""
        row, judge = self.recordings.output(request), self.suite.judge
        if row is None or arm is None:
            return
        outputs.add(_size(request), row)
        if judge is None or not judge.model:
            return
        for vote in grade_requests(case.id, row.output, arm.inputs(case), judge):
            if grade := self.recordings.grade(vote):
                votes.add(_vote_size(vote), grade)

    def _cost(self, outputs: Part, votes: Part) -> float | None:
        costs = []
        for part, price in ((outputs, self.price_output), (votes, self.price_vote)):
            if part.requests:
                out = part.tokens_out
                costs.append(None if out is None else price(part.tokens_in, out))
        return _sum(costs)


def smallest_loss(mean: Mean, confidence: float) -> float | None:
    """The half width of the interval of a difference, if scores of both versions spread alike.

    Scores of the same cases are taken to correlate by a half, so that the difference spreads as
    one version's scores do: sqrt(2 (1 − 0.5)) = 1.
    """
    if not mean.error:
        return None  # of scores that are all alike nothing says how they spread
    return t_quantile(confidence, mean.clusters - 1) * mean.error


def _vote_size(request: GradeRequest) -> int:
    return len(json.dumps(request.parts(), ensure_ascii=False))


def _size(request: AnswerRequest) -> int:
    return len(json.dumps(request.body(), ensure_ascii=False))


def _sum(values: Iterable[float | None]) -> float | None:
    total = 0.0
    for value in values:
        if value is None:
            return None
        total += value
    return total
