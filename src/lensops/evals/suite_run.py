"""One suite from cases to a result, some thousand cases at a time."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice

from lensops.evals.arm import Answered, Side, outputs_digest
from lensops.evals.cases import Case, CaseFile
from lensops.evals.early_stop import NOT_ASKED, EarlyStop
from lensops.evals.judging import Vote
from lensops.evals.metrics.batch import Figures, Job, Measurer
from lensops.evals.protocols import Mode
from lensops.evals.recorded import GradeRow, OutputRow
from lensops.evals.recorder import append
from lensops.evals.regression import PairTotals
from lensops.evals.response_source import CachedResponses
from lensops.evals.result import CaseScore, Regression, SuiteResult
from lensops.evals.schema import Schema
from lensops.evals.scoring import Scorer, text_jobs
from lensops.evals.shards import Shard
from lensops.evals.summary import About, Tally
from lensops.evals.text import same_outputs
from lensops.evals.usage import UsageTally

CHUNK = 2_000  # cases that are held at once where they are asked one by one
AHEAD = 4  # chunks that may be under way to the metrics

OnCase = Callable[[CaseScore], None]


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Some cases as the head answered them and, where it answered otherwise, as the base did."""

    head: Sequence[Answered]
    base: Sequence[Answered | None]
    base_rows: Sequence[tuple[OutputRow, ...]]  # whether it answered otherwise or not


def _valid(votes: Sequence[Vote]) -> int:
    return sum(vote.grades is not None for vote in votes)


@dataclass(frozen=True, slots=True)
class _Look:
    """A look, after so many cases, whether the verdict is certain."""

    step: int
    is_certain: Callable[[], bool]


@dataclass
class SuiteRun:
    """What a suite is run with. `on_case` is called for each case, in their order."""

    about: About
    cases: CaseFile
    head: Side
    base: Side | None
    responses: CachedResponses
    schemas: Mapping[str, Schema]
    on_case: OnCase | None = None
    notes: list[str] = field(default_factory=list)
    shard: Shard | None = None
    chunk: int = CHUNK  # cases that are asked and scored at once
    judges: set[str] = field(default_factory=set, init=False)
    usages: tuple[UsageTally, UsageTally, UsageTally] = field(  # of head, base, the head's votes
        default_factory=lambda: (UsageTally(), UsageTally(), UsageTally()), init=False
    )

    def result(self) -> SuiteResult:
        """Score every case. Raises `UserError` for what a replay misses, `RemoteFailed`."""
        tally = Tally(self.about)
        suite = self.about.suite
        pairs = PairTotals(suite, self.about.threshold)
        early = self._early_stop(tally)
        outputs = hashlib.sha256()
        texts = len(self.cases) * suite.samples * (2 if self.base else 1)
        with Measurer(list(suite.weights), suite.tokenizer, texts) as measurer:
            for chunk, figures in self._chunks(measurer, early):
                for head, base_rows in zip(chunk.head, chunk.base_rows, strict=True):
                    outputs.update(outputs_digest(head).encode())
                    votes = [vote.row for vote in chain(*head.ballots) if vote.row]
                    self._note_usage(head.rows, base_rows, votes)
                self._score(chunk, iter(figures()), tally, pairs)
        self.responses.misses.raise_if_any()
        return tally.result(
            self._regression(pairs),
            self.responses.no_judge,
            tuple(dict.fromkeys((*self.head.recordings.notes, *self.notes))),
            tuple(self.responses.contradictions.values()),
            {"cases": self.cases.digest, "outputs": f"sha256:{outputs.hexdigest()}"},
            self.usages[0].usage(),
            self.usages[2].usage(),
        )

    def _early_stop(self, tally: Tally) -> _Look | None:
        """How to look whether the verdict is certain; None where all is asked."""
        suite = self.about.suite
        all_at_once = self.chunk > CHUNK or self.head.outputs is not None
        if suite.stop is None or self.shard is not None or all_at_once:
            return None
        rule = EarlyStop(suite, self.about.threshold, self.base is not None)
        must_pass = sum(case.must_pass for case in self.cases)
        return _Look(rule.step, lambda: rule.is_certain(tally.standing(len(self.cases), must_pass)))

    def _chunks(
        self, measurer: Measurer, early: _Look | None
    ) -> Iterator[tuple[_Chunk, Callable[[], list[Figures]]]]:
        """Chunk by chunk, the next ones asked for while the metrics of earlier ones are made.

        One that may stop early is scored before the next one is asked for.
        """
        waiting: deque[tuple[_Chunk, Callable[[], list[Figures]]]] = deque()
        source = self._own_cases()
        while True:
            if early and not self.responses.is_closed and not waiting:
                self.responses.is_closed = early.is_certain()
            is_open = early is not None and not self.responses.is_closed
            cases = list(islice(source, early.step if early and is_open else self.chunk))
            if not cases:
                break
            chunk = self._ask(cases)
            if self.responses.misses.counts:
                waiting.clear()  # a replay only counts what else it misses
                continue
            jobs = [job for jobs in self._jobs(chunk) for job in jobs]
            waiting.append((chunk, measurer.submit(jobs)))
            if is_open or not measurer.is_parallel or len(waiting) > AHEAD:
                yield waiting.popleft()
        yield from waiting

    def _own_cases(self) -> Iterator[Case]:
        """All cases, or those of the shard."""
        for case in self.cases:
            if self.shard is None or self.shard.has(case, self.head.arm):
                yield case

    def _regression(self, pairs: PairTotals) -> Regression | None:
        if self.base is None:
            return None
        return replace(pairs.regression(self.base.arm.version), base_usage=self.usages[1].usage())

    def _note_usage(self, *replies: Sequence[OutputRow | GradeRow]) -> None:
        for tally, rows in zip(self.usages, replies, strict=True):
            for row in rows:
                tally.add(row)

    def _ask(self, cases: Sequence[Case]) -> _Chunk:
        """The outputs of some cases under both versions, then the votes on them.

        A base output that equals the head's is not judged again.
        """
        head = self._answers(self.head, cases)
        head = self._complete(self.responses.with_votes(head, self.head.recordings, self.head.path))
        if self.base is None:
            return _Chunk(head, [None] * len(head), [()] * len(head))
        base = self._answers(self.base, cases)
        alike = [same_outputs(h.outputs, b.outputs) for h, b in zip(head, base, strict=True)]
        differing = [answer for answer, is_alike in zip(base, alike, strict=True) if not is_alike]
        self.judges.update(v.by for h in head for votes in h.ballots for v in votes if v.by)
        by = next(iter(self.judges)) if len(self.judges) == 1 else None
        judged = iter(
            self._complete(
                self.responses.with_votes(differing, self.base.recordings, self.base.path, by)
            )
        )
        differing_base = [None if is_alike else next(judged) for is_alike in alike]
        return _Chunk(head, differing_base, [answered.rows for answered in base])

    def _complete(self, answered: Sequence[Answered]) -> list[Answered]:
        """The same where all is asked; after a stop, what is not recorded as a whole is unasked."""
        if not self.responses.is_closed:
            return [*answered]
        suite = self.about.suite
        votes = suite.judge.samples if suite.judge and suite.weights.get("judge") else 0
        if self.responses.no_judge:
            votes = 0
        return [
            each
            if each.outputs and all(_valid(ballot) >= votes for ballot in each.ballots or [()])
            else each._replace(outputs=(), rows=(), ballots=(), why=NOT_ASKED, is_unasked=True)
            for each in answered
        ]

    def _answers(self, side: Side, cases: Sequence[Case]) -> list[Answered]:
        if side.outputs is None:
            return self.responses.answers(
                side.arm,
                cases,
                side.recordings,
                side.path,
                lambda case: not side.is_new(case.id),
            )
        from lensops.evals.outputs import answers_of, unrecorded_replies

        answered = [answers_of(side.outputs, side.arm, case) for case in cases]
        if self.responses.mode is Mode.RECORD:
            new = unrecorded_replies(side.outputs, side.arm, cases, side.recordings)
            append(side.path, list(new))
        return answered

    def _jobs(self, chunk: _Chunk) -> Iterator[list[Job]]:
        field = self.about.suite.text
        for head, base in zip(chunk.head, chunk.base, strict=True):
            yield text_jobs(head, field)
            if base is not None:
                yield text_jobs(base, field)

    def _score(
        self, chunk: _Chunk, figures: Iterator[Figures], tally: Tally, pairs: PairTotals
    ) -> None:
        """Where both versions answer alike, the head's score is the base's."""
        about = self.about
        scorer = Scorer(about.suite, about.threshold, self.schemas, self.responses.no_judge)
        for head, base in zip(chunk.head, chunk.base, strict=True):
            score = scorer.score(head, list(islice(figures, len(head.outputs))))
            other = score
            if base is not None:
                other = scorer.score(base, list(islice(figures, len(base.outputs))))
            tally.add(score, head.ballots)
            if self.base is not None:
                pairs.add(other, score, is_new=self.base.is_new(score.id))
                if base is not None:
                    pairs.note_judges(chain(*base.ballots), chain(*head.ballots))
            if self.on_case is not None:
                self.on_case(score)
