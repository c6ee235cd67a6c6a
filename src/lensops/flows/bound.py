"""The digests that evidence is bound to: computed alike by the gate and by an apply."""

from __future__ import annotations

import hashlib

from lensops.errors import UserError
from lensops.files import Tree
from lensops.manifest import Manifest, Suite
from lensops.prompts import digest
from lensops.release import Release

MAX_BYTES = 2_000_000_000
ABSENT = "absent"


def bound(tree: Tree, manifest: Manifest, release: Release) -> dict[str, str]:
    """Digests of the release and, where there are evals, of cases, recordings and thresholds.

    `thresholds` covers everything by which the gate decides: limits, weights, rubrics, bands.
    Cases and recordings are those of the work tree, so that evidence of other ones is refused.
    """
    found = {"release": release.digest}
    if manifest.evals:
        cases = {name: _lines(tree, suite.cases) for name, suite in manifest.evals.items()}
        paths = {name: recordings_path(manifest, release, name) for name in manifest.evals}
        recordings = {name: _lines(tree, path) for name, path in paths.items()}
        found |= {"cases": digest("cases", cases), "recordings": digest("recordings", recordings)}
    if manifest.evals or manifest.drift:
        found["thresholds"] = digest("thresholds", policy(manifest))
    return found


def policy(manifest: Manifest) -> dict[str, object]:
    """What the gate decides by, as JSON values: the evals and drift sections but for `limits`."""
    return {
        "evals": {name: _suite(suite) for name, suite in manifest.evals.items()},
        "drift": {
            name: monitor.model_dump(mode="json", by_alias=True)
            for name, monitor in manifest.drift.items()
        },
    }


def recordings_path(manifest: Manifest, release: Release, suite: str) -> str:
    """The recordings of the version that the release has for a suite's prompt."""
    folder = manifest.evals[suite].recordings or f"evals/{suite}/recordings"
    return f"{folder}/{release.prompts[manifest.prompt_of(suite)].version}.jsonl"


def _suite(suite: Suite) -> dict[str, object]:
    return suite.model_dump(mode="json", by_alias=True, exclude={"limits", "recordings"})


def _lines(tree: Tree, path: str) -> str:
    """The digest of a file's lines; line ends and blank lines do not count."""
    try:
        data = tree.read(path, MAX_BYTES)
    except (FileNotFoundError, UserError):
        return ABSENT  # whoever scores the file says what is wrong with it
    lines = hashlib.sha256()
    for line in data.splitlines():
        if line.strip():
            lines.update(line.strip() + b"\n")
    return lines.hexdigest()
