"""One suite on its way from cases to a result: outputs, votes, scores, comparison."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lensops.errors import Invalid
from lensops.evals.against import regression_of
from lensops.evals.arm import Answered, Arm, arm_of, outputs_digest
from lensops.evals.cases import cases_digest, load_cases
from lensops.evals.recorder import append
from lensops.evals.recordings import read_recordings
from lensops.evals.result import CaseScore, JudgeTotals, Regression, SuiteResult
from lensops.evals.schema import load_schemas
from lensops.evals.scoring import Scorer, score_cases, signatures
from lensops.evals.summary import About, judge_totals, summarise
from lensops.flows.base import BaseSnapshot
from lensops.flows.desk import Desk
from lensops.flows.given import as_replies, given
from lensops.flows.model_factory import model_factory
from lensops.flows.project import Opened
from lensops.flows.run_options import Mode, ProgressListener, RunOptions
from lensops.flows.suite_checks import declared_problems, needs
from lensops.manifest import Suite


class SuiteRun:
    """One suite on its way from cases to a result."""

    def __init__(
        self, project: Opened, name: str, options: RunOptions, watch: ProgressListener
    ) -> None:
        self.project, self.name, self.options = project, name, options
        self.suite: Suite = project.manifest.evals[name]
        problems = tuple(declared_problems(project.file, name, project.tree, project.active))
        if problems:
            raise Invalid(problems)
        prompt = project.active[project.manifest.prompt_of(name)]
        self.cases = load_cases(project.tree, self.suite.cases, needs(self.suite, prompt))
        self.head = arm_of(prompt, self.suite)
        self.known = read_recordings(project.tree, self.path(self.head.version))
        self.desk = Desk(self.suite, self.known, options.mode, model_factory(self.suite), watch)
        self.notes: list[str] = []

    def path(self, version: str) -> str:
        return self.project.manifest.recordings_of(self.name, version)

    def location(self, version: str) -> Path:
        """Where the recordings of a version are written."""
        return self.project.tree.path(self.path(version))

    def result(self, base: BaseSnapshot | None) -> SuiteResult:
        head = self._head()
        before = self._base(base) if base else None
        scorer = self._scorer(head, before)
        scored = score_cases(scorer, head)
        compared = self._compared(scorer, head, scored, before) if before else None
        if self.options.mode is Mode.RECORD:
            self._forget_recordings(before[0] if before else None)
        about = About(
            self.name,
            self.project.manifest.prompt_of(self.name),
            self.head.version,
            self.suite,
            scorer.threshold,
            signatures(self.suite),
            tuple(dict.fromkeys((*self.known.notes, *self.notes))),
            {"cases": cases_digest(self.cases), "outputs": outputs_digest(head)},
        )
        return summarise(about, scored, self._judged(scorer, head, scored), compared)

    def _forget_recordings(self, base: Arm | None) -> None:
        """What was appended is read anew by those who come later."""
        for arm in filter(None, (self.head, base)):
            self.project.tree.forget(self.path(arm.version))

    def _head(self) -> list[Answered]:
        """The outputs of the active version: from the file that was given, or looked up."""
        keep = self.location(self.head.version)
        file = self.options.outputs
        if file is None:
            return self.desk.answers(self.head, self.cases, keep)
        answered, notes = given(self.head, self.cases, file)
        self.notes += notes
        if self.options.mode is Mode.RECORD:
            append(keep, list(as_replies(self.head, answered, self.known)))
        return answered

    def _base(self, base: BaseSnapshot) -> tuple[Arm, list[Answered]] | None:
        """The version at the base and its outputs; None and a note where there is none."""
        arm = self._arm_at(base)
        if isinstance(arm, str):
            self.notes.append(arm)
            return None
        path = self.path(arm.version)
        for tree in (base.tree, self.project.tree):
            read_recordings(tree, path, into=self.known)
        return arm, self.desk.answers(arm, self.cases, self.location(arm.version))

    def _arm_at(self, base: BaseSnapshot) -> Arm | str:
        """The version at the base, asked as it was asked there; or why there is none.

        Cases, judge and rules are those of now: both arms are held against the same.
        """
        if base.project is None:
            return base.missing
        prompt = self.project.manifest.prompt_of(self.name)
        if prompt not in base.project.active:
            return f"{base.base.ref} has no prompt {prompt}: there is nothing to compare with"
        asked = base.project.manifest.evals.get(self.name) or self.suite
        as_then = {"model": asked.model, "base_url": asked.base_url}
        return arm_of(base.project.active[prompt], self.suite.model_copy(update=as_then))

    def _scorer(
        self, head: Sequence[Answered], before: tuple[Arm, list[Answered]] | None
    ) -> Scorer:
        """How both arms are scored; a base output that equals the head's is not judged again."""
        votes = self.desk.votes(head, self.location(self.head.version))
        if before is not None:
            arm, answered = before
            differing = [b for h, b in zip(head, answered, strict=True) if b.outputs != h.outputs]
            votes |= self.desk.votes(differing, self.location(arm.version))
        checks = [*self.suite.checks, *(check for case in self.cases for check in case.checks)]
        return Scorer(
            self.suite,
            self.suite.threshold if self.options.threshold is None else self.options.threshold,
            load_schemas(self.project.tree, checks),
            votes,
            self.desk.no_judge or "the judge gave no verdict",
        )

    def _compared(
        self,
        scorer: Scorer,
        head: Sequence[Answered],
        scored: Sequence[CaseScore],
        before: tuple[Arm, list[Answered]],
    ) -> Regression:
        """The paired comparison; where both arms answer alike, the head's score is the base's."""
        arm, answered = before
        own = {
            now.id: now
            for now, h, b in zip(scored, head, answered, strict=True)
            if h.outputs == b.outputs
        }
        others = score_cases(scorer, [each for each in answered if each.case.id not in own])
        by_id = own | {case.id: case for case in others}
        base = [by_id[case.id] for case in self.cases]
        return regression_of(arm.version, base, scored, self.suite, scorer.threshold)

    def _judged(
        self, scorer: Scorer, head: Sequence[Answered], scored: Sequence[CaseScore]
    ) -> JudgeTotals | None:
        judge = self.suite.judge
        if judge is None or "judge" not in self.suite.weights:
            return None
        ballots = (ballot for each in head for ballot in scorer.ballots(each))
        return judge_totals(scored, judge.model, ballots, self.desk.no_judge)
