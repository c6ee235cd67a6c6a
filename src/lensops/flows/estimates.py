"""What recording changed prompts will take: asked of nobody, from what is recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lensops.errors import UserError
from lensops.evals.arm import Arm, Side, arm_of
from lensops.evals.cases import CaseFile, load_cases
from lensops.evals.estimate import Estimate, Estimator
from lensops.evals.interval import ClusterTotals, Mean
from lensops.evals.protocols import Mode, ModelFactory, NullProgress, Unavailable
from lensops.evals.recordings import Recordings, recording_files
from lensops.evals.response_source import CachedResponses
from lensops.evals.result import CaseScore
from lensops.evals.schema import load_schemas
from lensops.evals.suite_run import SuiteRun
from lensops.evals.summary import About
from lensops.evidence import Finding, Outcome
from lensops.flows.project import Opened
from lensops.manifest import Suite
from lensops.manifest.budget import Price
from lensops.prompts import Prompt, load_prompt, version_files
from lensops.prompts.layout import locate_prompt

Olders = dict[str, Prompt | None]  # by prompt, the version that is served or was active before


def estimate_findings(project: Opened, olders: Olders) -> Iterator[Finding]:
    """A note for each eval of a prompt that a plan changes."""
    for estimate in estimate_suites(project, olders):
        keys = ("evals", estimate.suite)
        yield Finding("cost", estimate.suite, Outcome.NOTE, estimate.message, keys=keys)


def estimate_suites(project: Opened, olders: Olders | None = None) -> Iterator[Estimate]:
    """An estimate for each eval; with `olders`, for those of these prompts alone.

    An eval whose cases or recordings cannot be read is left to `validate`.
    """
    for name in project.manifest.evals:
        prompt = project.manifest.prompt_of(name)
        if olders is None or prompt in olders:
            try:
                older = _recorded_before(project, name) if olders is None else olders[prompt]
                yield _estimate(project, name, older)
            except UserError:
                continue


def _recorded_before(project: Opened, name: str) -> Prompt | None:
    """Of the versions that are not active and have recordings, the last by name."""
    manifest, active = project.manifest, project.active[project.manifest.prompt_of(name)]
    location = locate_prompt(manifest, manifest.prompt_of(name))
    for version in sorted(version_files(project.tree, location), reverse=True):
        folder, _, file = manifest.recordings_of(name, version).rpartition("/")
        if version != active.version and file in project.tree.names(folder):
            return load_prompt(project.tree, location, version)
    return None


def _estimate(project: Opened, name: str, older: Prompt | None) -> Estimate:
    manifest, suite = project.manifest, project.manifest.evals[name]
    cases = load_cases(project.tree, suite.cases)
    arm = arm_of(project.active[manifest.prompt_of(name)], suite)
    changed = older is not None and older.digest != arm.prompt.digest
    previous = arm_of(older, suite) if older is not None and changed else None
    versions = [arm.version, *([previous.version] if previous else [])]
    paths = dict.fromkeys(manifest.recordings_of(name, version) for version in versions)
    recordings = Recordings(tuple(recording_files(project.tree, *paths)))
    estimator = Estimator(
        name,
        suite,
        recordings,
        _pricing(arm.model, arm.server, suite.price),
        _judge_pricing(suite),
    )
    spread = _spread(project, name, previous or arm, cases, recordings)
    return estimator.estimate(cases, arm, previous, spread)


def _spread(
    project: Opened, name: str, arm: Arm, cases: CaseFile, recordings: Recordings
) -> Mean | None:
    """The mean score of what is recorded of a version, with its error; nobody is asked."""
    suite, totals = project.manifest.evals[name].model_copy(update={"stop": None}), ClusterTotals()

    def take(case: CaseScore) -> None:
        if case.aggregate is not None and case.judged != "neutral":
            totals.add(case.aggregate, case.group)

    nobody = Unavailable("an estimate asks nobody")
    models = ModelFactory(lambda *_: nobody, lambda: nobody)
    run = SuiteRun(
        About(name, name, arm.version, suite, suite.threshold),
        cases,
        Side(arm, recordings, project.tree.path("unused")),
        None,
        CachedResponses(suite, Mode.ASK, models, NullProgress()),
        load_schemas(project.tree, suite.checks, cases.schemas),
        take,
    )
    run.result()
    return totals.mean()


def _judge_pricing(suite: Suite) -> Callable[[int, int], float | None]:
    judge = suite.judge
    if judge is None:
        return _pricing(None, None, None)
    return _pricing(judge.model, judge.base_url, judge.price)


def _pricing(
    model: str | None, server: str | None, declared: Price | None
) -> Callable[[int, int], float | None]:
    """US dollars for tokens in and out; None where no price is listed."""

    def price(sent: int, received: int) -> float | None:
        from lensops.models.prices import price_of

        listed = price_of(model, server, declared)
        return None if listed is None else listed.cost_of(sent, received)

    return price
