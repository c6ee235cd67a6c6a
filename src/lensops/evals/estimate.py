"""Estimate: what recording a version will take, from what is recorded, before anything is asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from lensops.evals.arm import Arm
from lensops.evals.cases import Case
from lensops.evals.interval import Mean, t_quantile
from lensops.evals.judging import grade_requests
from lensops.evals.protocols import AnswerRequest, GradeRequest
from lensops.evals.recordings import Recordings
from lensops.evals.spending import BATCH_SHARE, output_limit
from lensops.evals.usage import Part, Ratios
from lensops.format import format_score, plural
from lensops.manifest import Suite


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
    cut: int = 0  # recorded outputs that a lower limit of tokens cut off: what is told is the least
    most_tokens_out: int | None = None  # where outputs were cut and the new limit says
    most_cost: float | None = None

    def in_batches(self) -> Estimate:
        """The same at the price of batches, which take no time that could be told."""
        cost, most = (
            None if cost is None else cost * BATCH_SHARE for cost in (self.cost, self.most_cost)
        )
        return replace(self, cost=cost, most_cost=most, seconds=None, is_batch=True)

    @property
    def message(self) -> str:
        """Such as `12 outputs and 12 votes to record: about 14,000 tokens in, …`."""
        parts = [plural(self.outputs, "output"), plural(self.votes, "vote")]
        text = "all is recorded"
        if self.outputs or self.votes:
            text = f"{' and '.join(parts)} to record"
            text += f": about {self.tokens_in:,} tokens in, {self._out} out, {self._money}"
            text += f", {self._time}"
            text += ", or less, as it may stop early" if self.stops_early else ""
            if self.cut:
                text += f" ({plural(self.cut, 'recorded output')} cut off at a lower limit of"
                text += " tokens)"
        if self.growth is not None and round(self.growth, 2):
            change = "longer" if self.growth > 0 else "shorter"
            text += f"; the prompt is {abs(self.growth):.0%} {change}"
        if self.detectable is not None:
            text += f"; with these {self.cases:,} cases a loss below "
            text += f"{format_score(self.detectable)} cannot be seen"
        return text

    @property
    def _out(self) -> str:
        if self.tokens_out is None:
            return "unknown"
        return _range(f"{self.tokens_out:,}", self.cut, _or_none("{:,}", self.most_tokens_out))

    @property
    def _money(self) -> str:
        if self.cost is None:
            return "cost unknown"
        return _range(f"${self.cost:.4f}", self.cut, _or_none("${:.4f}", self.most_cost))

    @property
    def _time(self) -> str:
        if self.is_batch:
            return "in batches, within a day"
        return "time unknown" if self.seconds is None else f"{self.seconds:.0f} s"


def _range(least: str, cut: int, most: str | None) -> str:
    """A figure; the least and the most of it where recorded outputs were cut off."""
    if not cut:
        return least
    return f"at least {least}" if most is None else f"{least} to {most}"


def _or_none(form: str, value: float | None) -> str | None:
    return None if value is None else form.format(value)


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
                self._learn(request, case, older, outputs.ratios, votes.ratios, arm)
            for place, side in enumerate((arm, older)):
                sizes[place] += sum(map(_size, side.requests(case))) if side else 0
        parts = (outputs, votes)
        sent, longer = _sum(part.tokens_out for part in parts), outputs.room
        times = [part.seconds(self.suite.limits.concurrency) for part in parts]
        return Estimate(
            self.name,
            arm.version,
            outputs.requests,
            votes.requests,
            sum(part.tokens_in for part in parts),
            None if sent is None else round(sent),
            self._cost(outputs, votes),
            _sum(times),
            sizes[0] / sizes[1] - 1 if older and sizes[1] else None,
            smallest_loss(error, self.suite.regression.confidence) if error else None,
            count,
            self.suite.stop is not None,
            cut=outputs.ratios.cut if outputs.requests else 0,
            most_tokens_out=None if longer is None or sent is None else round(sent) + longer,
            most_cost=None if longer is None else self._cost(outputs, votes, longer),
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
        text = "" if row is None else row.answer
        for vote in grade_requests(case.id, text, arm.inputs(case), judge):
            if row is None or self.recordings.grade(vote) is None:
                votes.requests += 1
                votes.blind += row is None
                votes.characters += 0 if row is None else _vote_size(vote)
        self._learn(request, case, arm, Ratios(), votes.ratios)

    def _learn(
        self,
        request: AnswerRequest,
        case: Case,
        arm: Arm | None,
        outputs: Ratios,
        votes: Ratios,
        newer: Arm | None = None,
    ) -> None:
        """What is recorded of a request, and of the votes on its output, goes into the ratios.

        Where `newer` is to be asked, its own limit of tokens decides how long outputs may be.
        """
        row, judge = self.recordings.output(request), self.suite.judge
        if row is None or arm is None:
            return
        then, now = (output_limit(a.prompt.parameters) for a in (arm, newer or arm))
        outputs.add(_size(request), row, then, now)
        if judge is None or not judge.model:
            return
        for vote in grade_requests(case.id, row.answer, arm.inputs(case), judge):
            if grade := self.recordings.grade(vote):
                votes.add(_vote_size(vote), grade)

    def _cost(self, outputs: Part, votes: Part, longer: int = 0) -> float | None:
        """US dollars, where the outputs together have so many tokens more, which votes read."""
        read = round(longer * votes.blind / outputs.requests) if outputs.requests else 0
        costs: list[float | None] = []
        for part, price, more_in, more_out in (
            (outputs, self.price_output, 0, longer),
            (votes, self.price_vote, read, 0),
        ):
            if part.requests:
                out = part.tokens_out
                costs.append(
                    None if out is None else price(part.tokens_in + more_in, out + more_out)
                )
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
