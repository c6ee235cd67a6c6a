"""Gate: validate, evals, drift and what the branch loosens, joined into one verdict."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lensops.errors import Invalid
from lensops.evals.result import EvalRun
from lensops.evidence import Base, Finding, Outcome, Reading, Verdict
from lensops.files import Snapshot
from lensops.flows.base import BaseSnapshot, open_base
from lensops.flows.evidence_digests import evidence_digests
from lensops.flows.findings import released_findings
from lensops.flows.loosened import loosened_findings
from lensops.flows.project import Opened, Project, open_snapshot
from lensops.flows.run_evals import score
from lensops.flows.run_options import Mode, ProgressListener, RunOptions
from lensops.flows.validate import validate_snapshot
from lensops.gate import Scores, decide
from lensops.manifest.locate import find_manifest, folder_of

if TYPE_CHECKING:
    from lensops.drift.decide import DriftRun


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
    with open_base(project, base) if base is not None else nullcontext() as before:
        evals = _evals(project, RunOptions(mode=mode), watch, before)
        if before is not None:
            findings += loosened_findings(project, before, _scores(evals))
    findings += released_findings(project)
    asked, unasked = _monitors(project, mode)
    findings += unasked
    drift = _drift(project, asked)
    readings: list[Reading] = []
    if evals is not None:
        findings += evals.findings
        readings += evals.readings
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
    project: Opened,
    options: RunOptions,
    watch: ProgressListener | None,
    before: BaseSnapshot | None,
) -> EvalRun | None:
    return score(project, options, watch, before) if project.manifest.evals else None


def _scores(evals: EvalRun | None) -> dict[str, Scores]:
    """The scores of the cases, by eval."""
    results = evals.results if evals else ()
    return {result.name: {case.id: case.aggregate for case in result.cases} for result in results}


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


def _with_location(project: Project, finding: Finding) -> Finding:
    """The finding with the line of the manifest that it is about, for annotations."""
    if finding.location is not None or not finding.keys:
        return finding
    return replace(finding, location=project.file.location(*finding.keys))
