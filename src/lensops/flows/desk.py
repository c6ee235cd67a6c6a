"""Desk: outputs and votes from recordings, else from models, as far as the mode allows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from lensops.errors import UserError
from lensops.evals.arm import Answered, Arm
from lensops.evals.cases import Case
from lensops.evals.judging import Vote, grade_requests, vote
from lensops.evals.outputs import listed
from lensops.evals.protocols import (
    AnswerReply,
    AnswerRequest,
    GradeReply,
    GradeRequest,
    Unavailable,
)
from lensops.evals.recorder import append
from lensops.evals.recordings import Recordings, checked_row, row_of
from lensops.flows.run_options import Mode, ModelFactory, ProgressListener
from lensops.manifest import Suite

NOT_RECORDED = "it is not recorded"
HINT = "`lensops eval --record` asks for what is missing; `--explain {}` says what differs"


class Desk:
    """Where one suite's requests are met. `no_judge` says why the judge was not asked."""

    def __init__(
        self,
        suite: Suite,
        known: Recordings,
        mode: Mode,
        models: ModelFactory,
        watch: ProgressListener,
    ) -> None:
        self.suite, self.known, self.mode = suite, known, mode
        self._models, self._watch = models, watch
        self.no_judge: str | None = None

    def answers(self, arm: Arm, cases: Sequence[Case], keep: Path) -> list[Answered]:
        """What a version answers to each case. With `--record`, new outputs go to `keep`.

        Raises `UserError` for what is missing under `--replay`, and `RemoteFailed`.
        """
        wanted = {case.id: arm.requests(case) for case in cases}
        asked = [request for own in wanted.values() for request in own]
        absent = [request for request in asked if self.known.output(request) is None]
        reasons = self._ask_writer(arm, absent, keep) if absent else {}
        return [self._answered(arm, case, wanted[case.id], reasons) for case in cases]

    def votes(self, answered: Sequence[Answered], keep: Path) -> dict[str, Vote]:
        """The judge's votes on outputs by the digest of what was asked; equal ones asked once.

        Raises as `answers` does.
        """
        judge = self.suite.judge
        if judge is None or not self.suite.weights.get("judge"):
            return {}
        if judge.model is None:
            self.no_judge = "no judge.model is declared"
            return {}
        wanted = {request.digest: request for request in self._grade_requests(answered)}
        absent = [request for key, request in wanted.items() if self._lacks_vote(key)]
        if absent:
            self._ask_judge(absent, keep)
        rows = {key: self.known.grades[key] for key in wanted if key in self.known.grades}
        return {
            key: vote(row.grades, row.error or row.reason, judge.rubric, row.model)
            for key, row in rows.items()
        }

    def _grade_requests(self, answered: Sequence[Answered]) -> Iterator[GradeRequest]:
        if (judge := self.suite.judge) is None:
            return
        for each in answered:
            for output in each.outputs:
                yield from grade_requests(each.case.id, output, each.inputs, judge)

    def _lacks_vote(self, key: str) -> bool:
        """Whether a vote is to be asked for; a recorded failure is asked anew to be recorded."""
        row = self.known.grades.get(key)
        return row is None or (row.grades is None and self.mode is Mode.RECORD)

    def _answered(
        self, arm: Arm, case: Case, requests: Sequence[AnswerRequest], reasons: dict[str, str]
    ) -> Answered:
        """All samples of a case, or none and why."""
        inputs = arm.inputs(case)
        found = [self.known.output(request) for request in requests]
        outputs = tuple(output for output in found if output is not None)
        if requests and len(outputs) == len(requests):
            return Answered(case, outputs, inputs)
        why = f"{arm.version} uses a variable that the case does not fill"
        if requests:
            why = next((reasons[r.digest] for r in requests if r.digest in reasons), NOT_RECORDED)
        return Answered(case, (), inputs, why)

    def _ask_writer(self, arm: Arm, absent: Sequence[AnswerRequest], keep: Path) -> dict[str, str]:
        """Put questions to the model. The reasons, by request, why some have no answer."""
        what = f"outputs of {arm.version}"
        self._refuse_in_replay(absent, what)
        writer = self._models.writer(arm.model, arm.server)
        if isinstance(writer, Unavailable) and self.mode is Mode.RECORD:
            raise UserError(
                f"{len(absent)} {what} cannot be recorded: {writer.reason}", writer.hint
            )
        if isinstance(writer, Unavailable):
            return {each.digest: f"{NOT_RECORDED}, and {writer.reason}" for each in absent}
        reasons = {}
        self._watch.begin("outputs", writer.identity, len(absent))
        with closing(writer.answer(absent)) as replies, self._watched():
            for reply in replies:
                self._take(reply, keep)
                if reply.output is None:
                    reasons[reply.request.digest] = reply.error or "the model gave no output"
        return reasons

    def _ask_judge(self, absent: Sequence[GradeRequest], keep: Path) -> None:
        self._refuse_in_replay(absent, "votes of the judge")
        judge = self._models.judge()
        if isinstance(judge, Unavailable):
            self.no_judge = judge.reason
            return
        self._watch.begin("votes", judge.identity, len(absent))
        with closing(judge.grade(absent)) as replies, self._watched():
            for reply in replies:
                self._take(reply, keep)

    @contextmanager
    def _watched(self) -> Iterator[None]:
        try:
            yield
        finally:
            self._watch.end()

    def _take(self, reply: AnswerReply | GradeReply, keep: Path) -> None:
        """Keep a reply: in memory, and at once on disk when recording."""
        self._watch.on_reply(reply)
        if isinstance(reply, AnswerReply) and reply.output is None:
            return
        self.known.add(checked_row(row_of(reply, datetime.now(UTC).isoformat())))
        if self.mode is Mode.RECORD:
            append(keep, [reply])

    def _refuse_in_replay(self, absent: Sequence[AnswerRequest | GradeRequest], what: str) -> None:
        if self.mode is not Mode.REPLAY:
            return
        ids = list(dict.fromkeys(each.case_id for each in absent))
        message = f"{len(absent)} {what} are not recorded: {listed(ids)}"
        raise UserError(message, HINT.format(ids[0]))
