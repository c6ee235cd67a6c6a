"""Gate: validate, evals, drift and what the branch loosens, joined into one verdict."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lensops import __version__
from lensops.errors import Invalid
from lensops.evals.protocols import Mode, ProgressListener
from lensops.evals.result import EvalRun
from lensops.evidence import Conditions, Finding, Outcome
from lensops.files import Snapshot
from lensops.flows.base import BaseSnapshot
from lensops.flows.choose_base import MissingBase, choose_base, is_gated_commit
from lensops.flows.evidence_digests import evidence_digests, window_fingerprint
from lensops.flows.findings import released_findings
from lensops.flows.loosened import loosened_findings
from lensops.flows.project import Opened, Project, open_snapshot
from lensops.flows.protected import LOCAL, WorkflowRun, protected_findings
from lensops.flows.run_evals import score_suites
from lensops.flows.run_options import RunOptions
from lensops.flows.validate import validate_snapshot
from lensops.flows.variables import variable_findings
from lensops.gate import GateResult, Scores, decide, next_command, unevaluated_findings
from lensops.manifest.locate import ProjectRef, find_manifest, folder_of

if TYPE_CHECKING:
    from lensops.drift.results import DriftRun


def gate(
    ref: ProjectRef,
    *,
    base: str | None = None,
    run: WorkflowRun = LOCAL,
    mode: Mode = Mode.ASK,
    watch: ProgressListener | None = None,
) -> tuple[Opened, GateResult]:
    """The project, and whether its work tree may merge.

    `base` is a ref to compare with; without one, the event of a workflow's `run` names the base.
    Nothing is written but recordings, in that mode. Raises `Invalid` for problems of the manifest,
    the prompts and the cases, `UserError`, and `RemoteFailed` when a provider refuses.
    """
    project = open_sound_project(ref)
    return project, decide_project(project, choose_base(project, base, run.event), run, mode, watch)


def decide_project(
    project: Opened,
    base: BaseSnapshot | MissingBase | None,
    run: WorkflowRun,
    mode: Mode,
    watch: ProgressListener | None = None,
) -> GateResult:
    """The verdict on a project that is open, against a base. Raises as `gate` does."""
    snapshot = base if isinstance(base, BaseSnapshot) else None
    evals = _evals(project, RunOptions(mode=mode), watch, snapshot)
    drift, unmeasured = _drift(project, mode)
    findings = [
        *_base_findings(project, base, run, evals),
        *released_findings(project, snapshot.manifest if snapshot else None),
        *_variable_findings(project, snapshot),
        *unmeasured,
        *(evals.findings if evals else ()),
        *(drift.findings if drift else ()),
    ]
    compared = snapshot.base if snapshot else None
    verdict = decide(
        [_with_location(project, finding) for finding in findings],
        [*(evals.readings if evals else ()), *(drift.readings if drift else ())],
        evidence_digests(project),
        None if compared and is_gated_commit(project, compared) else compared,
        _conditions(project, mode, evals, drift),
    )
    return GateResult(verdict, evals, drift, compared, next_command(verdict.findings, compared))


def _variable_findings(project: Opened, base: BaseSnapshot | None) -> Iterator[Finding]:
    served = base.project if base else None
    compared = (served.manifest, served.active) if served else None
    return variable_findings(
        project.file, project.active, project.tree, project.released_versions, compared
    )


def _base_findings(
    project: Opened,
    base: BaseSnapshot | MissingBase | None,
    run: WorkflowRun,
    evals: EvalRun | None,
) -> Iterator[Finding]:
    if isinstance(base, MissingBase):
        yield Finding("base", project.file.path, Outcome.INCONCLUSIVE, base.reason)
    elif base is not None:
        yield from loosened_findings(project, base, _scores(evals))
        yield from protected_findings(project, base, run)
        policy = base.manifest or project.manifest
        served = _prompt_digests(base.project) if base.project else {}
        yield from unevaluated_findings(
            project.manifest, served, _prompt_digests(project), policy.unevaluated_rule
        )


def _prompt_digests(project: Project) -> dict[str, str]:
    return {name: prompt.digest for name, prompt in project.desired.prompts.items()}


def _conditions(
    project: Project, mode: Mode, evals: EvalRun | None, drift: DriftRun | None
) -> Conditions:
    results = evals.results if evals else ()
    judges = {
        result.name: result.judge.by for result in results if result.judge and result.judge.by
    }
    generators = {result.name: result.usage.models for result in results if result.usage}
    fingerprints = {
        monitor.name: window_fingerprint(monitor.report)
        for monitor in (drift.monitors if drift else ())
        if project.manifest.drift[monitor.name].connection is not None
    }
    return Conditions(
        f"lensops {__version__}", {"mode": str(mode)}, judges, fingerprints, generators
    )


def open_sound_project(ref: ProjectRef) -> Opened:
    """The project, read once. Raises `Invalid` with everything that `validate` finds in it."""
    path = find_manifest(ref)
    tree = Snapshot(folder_of(path))
    validation, _ = validate_snapshot(tree, path.name)
    if validation.problems:
        raise Invalid(validation.problems)
    return open_snapshot(tree, path.name)


def _evals(
    project: Opened,
    options: RunOptions,
    watch: ProgressListener | None,
    base: BaseSnapshot | None,
) -> EvalRun | None:
    return score_suites(project, options, watch, base) if project.manifest.evals else None


def _scores(evals: EvalRun | None) -> dict[str, Scores]:
    """The scores of the cases, by eval."""
    results = evals.results if evals else ()
    return {result.name: {case.id: case.aggregate for case in result.cases} for result in results}


def _drift(project: Opened, mode: Mode) -> tuple[DriftRun | None, list[Finding]]:
    """The monitors counted, and a finding for each that a replay does not count."""
    if not project.manifest.drift:
        return None, []
    from lensops.flows.drift import NOT_CALLED, replay_drift, run_drift  # NumPy and DuckDB

    if mode is not Mode.REPLAY:
        return run_drift(project), []
    drift, remote = replay_drift(project)
    outcome = Outcome.INCONCLUSIVE
    uncounted = [
        Finding("drift", name, outcome, NOT_CALLED, keys=("drift", name, "connection"))
        for name in remote
    ]
    return drift if drift.monitors else None, uncounted


def _with_location(project: Project, finding: Finding) -> Finding:
    """The finding with the line of the manifest that it is about, for annotations."""
    if finding.location is not None or not finding.keys:
        return finding
    return finding._replace(location=project.file.location(*finding.keys))
