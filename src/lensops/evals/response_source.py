"""Responses: outputs and votes from recordings, else from models, as far as the mode allows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from lensops.errors import UserError
from lensops.evals.arm import Answered, Arm
from lensops.evals.cases import Case
from lensops.evals.explain import Misses
from lensops.evals.judging import Vote, grade_requests, vote
from lensops.evals.protocols import (
    AnswerReply,
    AnswerRequest,
    GradeReply,
    GradeRequest,
    Mode,
    ModelFactory,
    ProgressListener,
    Unavailable,
)
from lensops.evals.recorded import GradeRow, OutputRow, check_row, row_of
from lensops.evals.recorder import append
from lensops.evals.recordings import Recordings
from lensops.evals.result import Contradiction
from lensops.evals.spending import LIMIT_REACHED
from lensops.format import plural
from lensops.manifest import Suite
from lensops.manifest.suite import Judge

NOT_RECORDED = "it is not recorded"
FAILED = "it is recorded as null: it failed"
_Lookup = tuple[GradeRequest, GradeRow | None]


class CachedResponses:
    """Meets one suite's requests. `no_judge` says why the judge could not be asked.

    With `rejudge` every vote is asked anew, and those that are recorded stay beside it.
    """

    def __init__(
        self,
        suite: Suite,
        mode: Mode,
        models: ModelFactory,
        listener: ProgressListener,
        *,
        rejudge: bool = False,
    ) -> None:
        self.suite, self.mode = suite, mode
        self._models, self._listener = models, listener
        self.no_judge: str | None = None
        self.misses = Misses()
        self.rejudge = rejudge
        self.is_closed = False  # nobody is asked any more, and what is not recorded is no miss
        self.contradictions: dict[str, Contradiction] = {}  # by request

    def answers(
        self,
        arm: Arm,
        cases: Sequence[Case],
        recordings: Recordings,
        path: Path,
        may_ask: Callable[[Case], bool] = lambda _: True,
    ) -> list[Answered]:
        """What a version answers to each case. With `--record`, new outputs go to `path`.

        What is missing in a replay is counted in `misses`. Cases of which nobody may ask are left
        without an output. Raises `UserError`, `RemoteFailed`.
        """
        lookups = [
            [(request, recordings.output(request)) for request in arm.requests(case)]
            for case in cases
        ]
        absent = [
            request
            for case, lookup in zip(cases, lookups, strict=True)
            for request, row in lookup
            if row is None and may_ask(case) and not self.is_closed
        ]
        reasons = self._ask_generator(arm, absent, recordings, path) if absent else {}
        self._note_contradictions((r for lookup in lookups for r, _ in lookup), recordings)
        return [
            self._answer(arm, case, lookup, recordings, reasons)
            for case, lookup in zip(cases, lookups, strict=True)
        ]

    def with_votes(
        self,
        answered: Sequence[Answered],
        recordings: Recordings,
        path: Path,
        by: str | None = None,
    ) -> list[Answered]:
        """The same answers with the judge's votes on each output; equal requests are put once.

        Of several votes on one output that `by` a model counts. Raises as `answers` does.
        """
        judge = self.suite.judge
        if judge is None or not self.suite.weights.get("judge"):
            return [*answered]
        if judge.model is None:
            self.no_judge = "no judge.model is declared"
            return [*answered]
        lookups = [
            [
                [
                    (request, recordings.grade(request, by))
                    for request in grade_requests(a.case.id, output, a.inputs, judge)
                ]
                for output in a.outputs
            ]
            for a in answered
        ]
        every = [pair for of_case in lookups for of_output in of_case for pair in of_output]
        new = {} if self.is_closed else self._ask_judge(every, recordings, path, by)
        self._note_contradictions((request for request, _ in every), recordings)
        return [
            a._replace(ballots=tuple(_votes(of_output, new, judge) for of_output in of_case))
            for a, of_case in zip(answered, lookups, strict=True)
        ]

    def _answer(
        self,
        arm: Arm,
        case: Case,
        lookup: Sequence[tuple[AnswerRequest, OutputRow | None]],
        recordings: Recordings,
        reasons: Mapping[str, str],
    ) -> Answered:
        """All samples of a case, or none and why."""
        inputs = arm.inputs(case)
        latest = [row or recordings.output(request) for request, row in lookup]
        rows = tuple(row for row in latest if row is not None)
        if lookup and len(rows) == len(lookup):
            outputs = tuple([row.answer for row in rows])
            return Answered(case, outputs, inputs, rows=rows)
        why = f"{arm.version} uses a variable that the case does not fill"
        if lookup:
            given_up = (reasons[r.digest] for r, _ in lookup if r.digest in reasons)
            why = next(given_up, NOT_RECORDED)
        return Answered(case, (), inputs, why)

    def _ask_generator(
        self, arm: Arm, absent: Sequence[AnswerRequest], recordings: Recordings, path: Path
    ) -> dict[str, str]:
        """Put questions to the model. The reasons, by request, why some have no answer."""
        if self.mode is Mode.REPLAY and (lost := recordings.lost_shards):
            reason = f"{NOT_RECORDED}: shard {', '.join(lost)} is not here"
            return {request.digest: reason for request in absent}
        if self.mode is Mode.REPLAY:
            failed = {r.digest: FAILED for r in absent if recordings.has_failed(r)}
            if lost_requests := [r for r in absent if r.digest not in failed]:
                self.misses.add("output", arm.version, lost_requests)
            return failed
        generator = self._models.generator(arm.model, arm.server)
        if isinstance(generator, Unavailable) and self.mode is Mode.RECORD:
            outputs = f"{plural(len(absent), 'output')} of {arm.version}"
            raise UserError(f"{outputs} cannot be recorded: {generator.reason}", generator.hint)
        if isinstance(generator, Unavailable):
            reason = f"{NOT_RECORDED}, and {generator.reason}"
            return {request.digest: reason for request in absent}
        reasons = {}
        self._listener.begin("outputs", generator.identity, len(absent))
        with closing(generator.answer(absent)) as replies, self._listening():
            for reply in replies:
                self._keep(reply, recordings, path)
                if reply.output is None:
                    reasons[reply.request.digest] = reply.error or "the model gave no output"
        return reasons

    def _ask_judge(
        self, lookups: Sequence[_Lookup], recordings: Recordings, path: Path, by: str | None
    ) -> dict[str, GradeRow | None]:
        """Have the votes that are not recorded; a failed one is asked anew to be recorded.

        The rows of what was asked, by request.
        """
        absent = self._absent_votes(lookups, recordings)
        if absent and self.mode is Mode.REPLAY and not recordings.lost_shards:
            self.misses.add("vote", "the judge", absent)
        if not absent or self.mode is Mode.REPLAY:
            return {}
        judge = self._models.judge()
        if isinstance(judge, Unavailable):
            self.no_judge = judge.reason
            return {}
        self._listener.begin("votes", judge.identity, len(absent))
        with closing(judge.grade(absent)) as replies, self._listening():
            for reply in replies:
                self._keep(reply, recordings, path)
        return {request.digest: recordings.grade(request, by) for request in absent}

    def _absent_votes(
        self, lookups: Sequence[_Lookup], recordings: Recordings
    ) -> list[GradeRequest]:
        absent: dict[str, GradeRequest] = {}
        for request, row in lookups:
            is_failed = row is not None and row.grades is None and self.mode is Mode.RECORD
            is_old = self.rejudge and not recordings.is_new(request)
            if row is None or is_failed or is_old:
                absent.setdefault(request.digest, request)
        return [*absent.values()]

    def _note_contradictions(
        self, requests: Iterable[AnswerRequest | GradeRequest], recordings: Recordings
    ) -> None:
        if not recordings.at_base:
            return
        for request in requests:
            if row := recordings.contradiction(request):
                self.contradictions[request.digest] = row

    @contextmanager
    def _listening(self) -> Iterator[None]:
        try:
            yield
        finally:
            self._listener.end()

    def _keep(self, reply: AnswerReply | GradeReply, recordings: Recordings, path: Path) -> None:
        """Hold a reply: in memory, and at once on disk when recording."""
        self._listener.on_reply(reply)
        if isinstance(reply, AnswerReply) and reply.output is None:
            return
        if reply.error == LIMIT_REACHED:
            return  # it was never asked
        recordings.add(check_row(row_of(reply, datetime.now(UTC).isoformat())))
        if self.mode is Mode.RECORD:
            append(path, [reply])


def _votes(
    lookups: Sequence[_Lookup], new: Mapping[str, GradeRow | None], judge: Judge
) -> tuple[Vote, ...]:
    """The votes on one output, as far as there are any."""
    rows = [new.get(request.digest, row) for request, row in lookups]
    return tuple(
        replace(vote(row.grades, row.error or row.reason, judge.rubric, row.model), row=row)
        for row in rows
        if row is not None
    )
