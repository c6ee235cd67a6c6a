"""Gate: validate, evals, drift and what the branch loosens, joined into one verdict."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lensops.errors import Invalid
from lensops.evals.result import SuiteResult
from lensops.evidence import Finding, Outcome, Reading, Verdict
from lensops.files import Snapshot
from lensops.flows.evidence_digests import evidence_digests
from lensops.flows.findings import released_findings
from lensops.flows.loosened import against
from lensops.flows.mergebase import Before, merge_base
from lensops.flows.place import find_manifest, folder_of
from lensops.flows.project import Opened, Project, open_snapshot
from lensops.flows.run_evals import EvalRun, RunOptions, score
from lensops.flows.run_options import Mode, ProgressListener
from lensops.flows.validate import validate_snapshot
from lensops.gate import Compared, Scored, decide
from lensops.gate.scores import score_findings, score_readings
from lensops.plan import Base

if TYPE_CHECKING:
    from lensops.drift.decide import DriftRun

_SECTIONS = {  # where a limit stands; goes when evals and drift yield findings with keys
    "threshold": ("evals", "threshold"),
    "regression": ("evals", "regression"),
    "must_pass": ("evals", "cases"),
    "missing": ("evals", "cases"),
    "min_cases": ("evals", "cases"),
    "judge": ("evals", "judge"),
    "eval": ("evals", "cases"),
}


@dataclass(frozen=True, slots=True)
class Gated:
    """A verdict and what it was made of; `evals` and `drift` are None where none are declared."""

    project: Opened
    verdict: Verdict
    evals: EvalRun | None
    drift: DriftRun | None
    base: Base | None = None


def gate(
    directory: Path,
    manifest: Path | None = None,
    *,
    base: str | None = None,
    mode: Mode = Mode.ASK,
    watch: ProgressListener | None = None,
) -> Gated:
    """Whether the work tree may merge. Nothing is written but recordings, in that mode.

    Raises `Invalid` for problems of the manifest, the prompts and the cases, `UserError`, and
    `RemoteFailed` when a provider refuses.
    """
    project = _sound_project(directory, manifest)
    findings: list[Finding] = []
    with merge_base(project, base) if base is not None else nullcontext() as before:
        if before is not None:
            findings += against(project, before)
        evals = _evals(project, RunOptions(mode=mode), watch, before)
    findings += released_findings(project)
    asked, unasked = _monitors(project, mode)
    findings += unasked
    drift = _drift(project, asked)
    readings: list[Reading] = []
    for suite in [_scored(project, result) for result in evals.results] if evals else ():
        findings += score_findings(suite)
        readings += score_readings(suite)
    if drift is not None:
        findings += drift.findings
        readings += drift.readings
    verdict = decide(
        [_with_location(project, finding) for finding in findings],
        readings,
        evidence_digests(project),
    )
    point = before.base if before else None
    return Gated(project, verdict, evals, drift, point)


def _sound_project(directory: Path, manifest: Path | None) -> Opened:
    """The project, read once. Raises `Invalid` with everything that `validate` finds in it."""
    path = find_manifest(directory, manifest)
    tree = Snapshot(folder_of(path))
    validation, _ = validate_snapshot(tree, path.name)
    if validation.problems:
        raise Invalid(validation.problems)
    return open_snapshot(tree, path.name)


def _evals(
    project: Opened, options: RunOptions, watch: ProgressListener | None, before: Before | None
) -> EvalRun | None:
    return score(project, options, watch, before) if project.manifest.evals else None


def _monitors(project: Project, mode: Mode) -> tuple[tuple[str, ...], list[Finding]]:
    """The monitors to count, and a finding for each that must not be: a replay asks nobody.

    A pull request's manifest says where a warehouse is and what it is sent of the environment.
    """
    declared = project.manifest.drift
    away = [name for name in declared if declared[name].connection and mode is Mode.REPLAY]
    words = "it is counted in a warehouse, and a replay asks nobody"
    found = [
        Finding(
            "drift",
            name,
            Outcome.INCONCLUSIVE,
            words,
            keys=("drift", name, "connection"),
        )
        for name in away
    ]
    return tuple(name for name in declared if name not in away), found


def _drift(project: Opened, names: tuple[str, ...]) -> DriftRun | None:
    if not names:
        return None
    from lensops.flows.drift import run  # loads NumPy and DuckDB

    return run(project, names)


def _scored(project: Project, result: SuiteResult) -> Scored:
    declared = project.manifest.evals[result.name]
    return Scored(
        name=result.name,
        mean=result.mean,
        interval=result.interval,
        threshold=result.threshold,
        declared_threshold=result.declared_threshold,
        n=result.n,
        total=result.total,
        missing=result.missing,
        unscored=result.unscored,
        neutral=result.judge.neutral if result.judge else 0,
        outcome=result.outcome,
        reasons=result.reasons,
        recipe="; ".join(result.signatures.values()),
        must_pass=sum(case.must_pass for case in result.cases),
        broken=tuple((case.id, case.broken or "") for case in result.broken),
        undecided=tuple(case.id for case in result.cases if case.undecided),
        max_missing=declared.max_missing,
        min_cases=declared.min_cases,
        compared=_compared(result),
    )


def _compared(result: SuiteResult) -> Compared | None:
    found = result.regression
    if found is None:
        return None
    return Compared(
        found.base_version,
        found.difference,
        found.interval,
        found.margin,
        found.confidence,
        found.outcome,
        found.n,
        found.n_needed,
        found.reason,
    )


def _with_location(project: Project, finding: Finding) -> Finding:
    """The finding with the line of the manifest that it is about, for annotations."""
    keys = finding.keys or _keys(finding)
    if finding.location is not None or not keys:
        return finding
    return replace(finding, location=project.file.location(*keys), keys=keys)


def _keys(finding: Finding) -> tuple[str, ...]:
    if finding.rule not in _SECTIONS:
        return ()
    section, key = _SECTIONS[finding.rule]
    return section, finding.subject.split("/")[0], key
