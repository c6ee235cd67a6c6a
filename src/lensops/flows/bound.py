"""The digests that evidence is bound to: computed alike by the gate and by an apply."""

from __future__ import annotations

import contextlib
import hashlib

from lensops.errors import UserError
from lensops.files import Tree
from lensops.manifest import Manifest, Suite
from lensops.prompts import digest
from lensops.release import Release

MAX_BYTES = 2_000_000_000


def bound(tree: Tree, manifest: Manifest, release: Release) -> dict[str, str]:
    """Digests of the release and, where there are evals, of cases, recordings and thresholds.

    `thresholds` covers everything by which the gate decides: limits, weights, rubrics, checks with
    the schemas that they name, bands, rules. Cases and recordings are those of the work tree, so
    that evidence of other ones is refused.
    """
    found = {"release": release.digest}
    if manifest.evals:
        cases = {name: _lines(tree, suite.cases) for name, suite in manifest.evals.items()}
        paths = {name: _recordings(manifest, release, name) for name in manifest.evals}
        recordings = {name: _lines(tree, path) for name, path in paths.items()}
        found |= {"cases": digest("cases", cases), "recordings": digest("recordings", recordings)}
    if manifest.evals or manifest.drift:
        found["thresholds"] = digest("thresholds", policy(tree, manifest))
    return found


def policy(tree: Tree, manifest: Manifest) -> dict[str, object]:
    """What the gate decides by, as JSON values: the evals and drift sections but for `limits`."""
    return {
        "rules": manifest.rules.model_dump(mode="json"),
        "evals": {name: _suite(suite) for name, suite in manifest.evals.items()},
        "schemas": {name: schemas_of(tree, suite) for name, suite in manifest.evals.items()},
        "drift": {
            name: monitor.model_dump(mode="json", by_alias=True)
            for name, monitor in manifest.drift.items()
        },
    }


def _recordings(manifest: Manifest, release: Release, suite: str) -> str:
    """The recordings of the version that the release has for a suite's prompt."""
    return manifest.recordings_of(suite, release.prompts[manifest.prompt_of(suite)].version)


def schemas_of(tree: Tree, suite: Suite) -> dict[str, str]:
    """The digests of the JSON Schemas that the checks of a suite and of its cases name, by path."""
    checks = [*suite.checks]
    if b"json_schema" in _data(tree, suite.cases):
        from lensops.evals.cases import read_cases

        with contextlib.suppress(UserError):  # whoever scores the cases says what is wrong
            checks += [check for case in read_cases(tree, suite.cases)[0] for check in case.checks]
    paths = {check.json_schema for check in checks if check.json_schema is not None}
    return {path: _lines(tree, path) for path in sorted(paths)}


def _suite(suite: Suite) -> dict[str, object]:
    return suite.model_dump(mode="json", by_alias=True, exclude={"limits", "recordings"})


def _lines(tree: Tree, path: str) -> str:
    """The digest of a file's lines; line ends and blank lines do not count."""
    lines = hashlib.sha256()
    for line in _data(tree, path).splitlines():
        if line.strip():
            lines.update(line.strip() + b"\n")
    return lines.hexdigest()


def _data(tree: Tree, path: str) -> bytes:
    """A file's content; nothing where there is none: whoever scores it says what is wrong."""
    try:
        return tree.read(path, MAX_BYTES)
    except (FileNotFoundError, UserError):
        return b""
