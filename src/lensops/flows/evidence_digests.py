"""The digests that evidence is bound to: of the bytes that a snapshot has read, for gate and apply.

Nothing is read twice: a file that was scored or counted is named as it was read then, whatever lies
on disk now.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Collection
from typing import TYPE_CHECKING

from lensops.errors import UserError
from lensops.files import Snapshot
from lensops.flows.project import Project
from lensops.flows.window_files import window_files
from lensops.manifest import Manifest, Suite
from lensops.prompts import digest

if TYPE_CHECKING:
    from lensops.drift.results import DriftReport

MAX_BYTES = 2_000_000_000
NO_FILE = hashlib.sha256(b"").hexdigest()  # an eval says what is wrong with a missing file


def evidence_digests(project: Project) -> dict[str, str]:
    """`sha256:…` of the release and of all that a verdict on it rests on, by name.

    With evals: `cases`, `recordings` of the active versions, `schemas` that checks name. With
    drift: `data`, the files of both windows; left out where one of them is not here, as in the job
    that applies. With either: `thresholds`, all settings by which the gate decides.
    """
    manifest, tree = project.manifest, project.tree
    digests = {"release": project.desired.digest}
    if manifest.evals:
        suites = manifest.evals
        cases = {name: lines_digest(tree, suite.cases) for name, suite in suites.items()}
        recordings = {name: lines_digest(tree, _recordings(project, name)) for name in suites}
        schemas = {
            name: schema_digests(tree, suite, case_schemas(tree, suite.cases))
            for name, suite in suites.items()
        }
        digests["cases"] = digest("cases", cases)
        digests["recordings"] = digest("recordings", recordings)
        digests["schemas"] = digest("schemas", schemas)
    if manifest.drift:
        with contextlib.suppress(FileNotFoundError):
            digests["data"] = digest("data", data_digests(project))
    if manifest.evals or manifest.drift:
        digests["thresholds"] = digest("thresholds", _settings(manifest))
    return digests


def schema_digests(tree: Snapshot, suite: Suite, by_cases: Collection[str]) -> dict[str, str]:
    """The digests of the JSON Schemas that the checks of a suite and of its cases name, by path."""
    paths = {check.json_schema for check in suite.checks if check.json_schema is not None}
    return {path: lines_digest(tree, path) for path in sorted(paths.union(by_cases))}


def case_schemas(tree: Snapshot, path: str) -> Collection[str]:
    """The paths of the JSON Schemas that checks of the cases in a file name."""
    from lensops.evals.cases import read_cases

    cases, _ = read_cases(tree, path)
    return cases.schemas


def data_digests(project: Project) -> dict[str, dict[str, str]]:
    """The digests of the files that the windows of each monitor read, by path.

    Windows in a warehouse have none. Raises `FileNotFoundError` when a file is not there.
    """
    return {
        name: {path: project.tree.digest(path) for path in window_files(project.tree, monitor)}
        for name, monitor in project.manifest.drift.items()
        if monitor.connection is None
    }


def window_fingerprint(report: DriftReport) -> str:
    """What stands for the digest of windows in a warehouse: their rows and the counts by bin."""
    counts = {
        feature.name: [list(feature.baseline_counts), list(feature.current_counts)]
        for feature in report.features
    }
    return digest("windows", [report.n_baseline, report.n_current, counts])


def lines_digest(tree: Snapshot, path: str) -> str:
    """The digest (hex) of a file's lines; line ends and blank lines do not count."""
    from lensops.evals.lines import digest_lines

    try:
        return tree.derive(path, digest_lines)
    except (FileNotFoundError, UserError):
        return NO_FILE


def have_same_lines(*sides: tuple[Snapshot, str]) -> bool:
    """Whether the files of both sides have the same lines."""
    with contextlib.suppress(FileNotFoundError):
        if len({tree.digest(path) for tree, path in sides}) == 1:
            return True
    return len({lines_digest(tree, path) for tree, path in sides}) == 1


def _settings(manifest: Manifest) -> dict[str, object]:
    """What the gate decides by, as JSON values: all of evals but `limits`, drift and rules."""
    return {
        "rules": manifest.rules.model_dump(mode="json"),
        "evals": {
            name: suite.model_dump(mode="json", by_alias=True, exclude={"limits", "recordings"})
            for name, suite in manifest.evals.items()
        },
        "drift": {
            name: monitor.model_dump(mode="json", by_alias=True)
            for name, monitor in manifest.drift.items()
        },
    }


def _recordings(project: Project, suite: str) -> str:
    """The recordings of the version that the release has for a suite's prompt."""
    prompt = project.manifest.prompt_of(suite)
    return project.manifest.recordings_of(suite, project.desired.prompts[prompt].version)
