"""Evals: score every declared suite, against the base of a branch when asked, to one value."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lensops.errors import Invalid, UserError
from lensops.evals.arm import Answered, Arm, arm_of, outputs_digest
from lensops.evals.cases import cases_digest, load_cases
from lensops.evals.recorder import append
from lensops.evals.recordings import read_recordings, recordings_path
from lensops.evals.schema import load_schemas
from lensops.evals.scoring import Scorer, score_cases, signatures
from lensops.evals.summary import About, judge_totals, regression_of, summarise
from lensops.evals.value import CaseScore, JudgeTotals, Regression, SuiteResult
from lensops.evidence import Outcome
from lensops.flows.asking import Desk, Mode, Silent, Watch
from lensops.flows.evalbase import BaseSide, base_side
from lensops.flows.given import as_replies, given
from lensops.flows.project import Project, root_of
from lensops.flows.providers import providers
from lensops.flows.suites import declared_problems, needs
from lensops.manifest import Suite, suggestion
from lensops.plan import Base


@dataclass(frozen=True, slots=True)
class Options:
    """What a run is asked for. `suites`: only these; `outputs`: a file of outputs made elsewhere.

    `threshold` takes the place of the manifest's, and the result says so. `base` is a ref: each
    suite is compared with the version that was active at the merge base.
    """

    suites: tuple[str, ...] = ()
    threshold: float | None = None
    base: str | None = None
    outputs: Path | None = None
    mode: Mode = Mode.ASK


@dataclass(frozen=True, slots=True)
class Run:
    """The results of the suites, in the order of the manifest."""

    results: tuple[SuiteResult, ...]
    base: Base | None = None

    @property
    def outcome(self) -> Outcome:
        """Fail when a suite fails, inconclusive when one is or when there is none."""
        outcomes = {result.outcome for result in self.results}
        for outcome in (Outcome.FAIL, Outcome.INCONCLUSIVE):
            if outcome in outcomes:
                return outcome
        return Outcome.PASS if outcomes else Outcome.INCONCLUSIVE


def run(project: Project, options: Options | None = None, watch: Watch | None = None) -> Run:
    """Score the suites of a project in the work tree.

    What a suite asks for is looked up in its recordings first, then asked of models as far as
    `mode` allows, else it is missing. Raises `Invalid` for faulty cases, outputs and recordings,
    `UserError` for an unknown suite or ref and for what `--replay` misses, `RemoteFailed` when a
    provider refuses.
    """
    wanted = options or Options()
    names = chosen(project, wanted)
    with contextlib.ExitStack() as open_until_done:
        base = None
        if wanted.base is not None:
            base = open_until_done.enter_context(base_side(project, wanted.base))
        results = tuple(
            _SuiteRun(project, name, wanted, watch or Silent()).result(base) for name in names
        )
    return Run(results, base.base if base else None)


def chosen(project: Project, options: Options) -> tuple[str, ...]:
    """The suites that are meant. Raises `UserError` for an unknown one, or for outputs of many."""
    declared = tuple(project.manifest.evals)
    for name in options.suites:
        if name not in declared:
            known = f"evals: {', '.join(declared) or 'none'}"
            raise UserError(f"there is no eval {name!r}", suggestion(name, declared) or known)
    names = tuple(name for name in declared if name in options.suites) or declared
    if options.suites == () and not declared:
        hint = "declare one under `evals:`; `lensops init` writes an example"
        raise UserError("the manifest declares no evals", hint)
    if options.outputs is not None and len(names) > 1:
        hint = f"--eval with one of: {', '.join(names)}"
        raise UserError("the outputs of which eval are these?", hint)
    return names


class _SuiteRun:
    """One suite on its way from cases to a result."""

    def __init__(self, project: Project, name: str, options: Options, watch: Watch) -> None:
        self.project, self.name, self.options = project, name, options
        self.root = root_of(project)
        self.suite: Suite = project.manifest.evals[name]
        problems = tuple(declared_problems(project.file, name, project.tree, project.active))
        if problems:
            raise Invalid(problems)
        prompt = project.active[project.manifest.prompt_of(name)]
        self.cases = load_cases(project.tree, self.suite.cases, needs(self.suite, prompt))
        self.head = arm_of(prompt, self.suite)
        self.known = read_recordings(project.tree, self.path(self.head.version))
        self.desk = Desk(self.suite, self.known, options.mode, providers(self.suite), watch)
        self.notes: list[str] = []

    def path(self, version: str) -> str:
        return recordings_path(self.name, self.suite, version)

    def result(self, base: BaseSide | None) -> SuiteResult:
        head = self._head()
        before = self._base(base) if base else None
        scorer = self._scorer(head, before)
        scored = score_cases(scorer, head)
        compared = self._compared(scorer, head, scored, before) if before else None
        about = About(
            self.name,
            self.project.manifest.prompt_of(self.name),
            self.head.version,
            self.suite,
            scorer.threshold,
            signatures(self.suite),
            (*self.known.notes, *self.notes),
            {"cases": cases_digest(self.cases), "outputs": outputs_digest(head)},
        )
        return summarise(about, scored, self._judged(scorer, head, scored), compared)

    def _head(self) -> list[Answered]:
        """The outputs of the active version: from the file that was given, or looked up."""
        keep = self.root / self.path(self.head.version)
        file = self.options.outputs
        if file is None:
            return self.desk.answers(self.head, self.cases, keep)
        answered, notes = given(self.head, self.cases, file)
        self.notes += notes
        if self.options.mode is Mode.RECORD:
            append(keep, list(as_replies(self.head, answered, self.known)))
        return answered

    def _base(self, base: BaseSide) -> tuple[Arm, list[Answered]] | None:
        """The version at the base and its outputs; None and a note where there is none."""
        found = base.arm(self.name, self.project.manifest.prompt_of(self.name), self.suite)
        if isinstance(found, str):
            self.notes.append(found)
            return None
        arm, path = found, self.path(found.version)
        for tree in (base.tree, self.project.tree):
            read_recordings(tree, path, into=self.known)
        return arm, self.desk.answers(arm, self.cases, self.root / path)

    def _scorer(
        self, head: Sequence[Answered], before: tuple[Arm, list[Answered]] | None
    ) -> Scorer:
        """How both arms are scored; a base output that equals the head's is not judged again."""
        votes = self.desk.votes(head, self.root / self.path(self.head.version))
        if before is not None:
            arm, answered = before
            differing = [b for h, b in zip(head, answered, strict=True) if b.outputs != h.outputs]
            votes |= self.desk.votes(differing, self.root / self.path(arm.version))
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
