"""Compare all by which a branch is judged with its base: policy, cases, recordings, data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from lensops.errors import UserError
from lensops.evals.protocols import Mode, NullProgress
from lensops.evidence import Finding, Outcome
from lensops.files import Snapshot
from lensops.flows.base import BaseSnapshot, renamed_evals, with_names_of
from lensops.flows.evidence_digests import (
    MAX_BYTES,
    case_schemas,
    have_same_lines,
    schema_digests,
)
from lensops.flows.project import Opened, Project
from lensops.flows.run_options import RunOptions
from lensops.flows.run_suite import SuiteContext, run_suite
from lensops.flows.window_files import baseline_files, current_files
from lensops.gate import (
    CaseFacts,
    InputChange,
    MonitorInputs,
    RecordedRow,
    Scores,
    SuiteInputs,
    loosened_input,
    loosened_policy,
    monitor_input_changes,
    renamed_eval,
    suite_input_changes,
)
from lensops.manifest.drift import Monitor
from lensops.prompts import digest

_OUTCOMES = {"warning": Outcome.NOTE, "error": Outcome.FAIL}


def loosened_findings(
    project: Opened, base: BaseSnapshot, scores: Mapping[str, Scores]
) -> Iterator[Finding]:
    """What the project changes of the policy and the inputs of its base, if nothing exempts it.

    The rule of the base decides how hard that is. `scores` are those of this run, by eval.
    """
    if base.project is None:
        outcome = Outcome.INCONCLUSIVE if base.is_unsound else Outcome.NOTE
        yield Finding("base", project.file.path, outcome, base.missing)
        return
    rule = base.project.manifest.rules.gate_loosened
    if rule == "off":
        return
    for old, new in renamed_evals(base.project, project).items():
        yield renamed_eval(old, new, _OUTCOMES[rule])
    renamed = with_names_of(project, base)
    policy = renamed.manifest or base.project.manifest
    yield from loosened_policy(policy, project.manifest, _OUTCOMES[rule])
    for change in _input_changes(renamed, project, scores):
        yield loosened_input(change, _OUTCOMES[rule])


def _input_changes(
    snapshot: BaseSnapshot, head: Opened, scores: Mapping[str, Scores]
) -> Iterator[InputChange]:
    """Of the evals and monitors that both sides have, what differs in their inputs."""
    base = snapshot.project
    if base is None:
        return
    for name in sorted(base.manifest.evals.keys() & head.manifest.evals.keys()):
        older, newer = _suite_inputs(base, head, name)
        measure = partial(mean_on_base_cases, head, snapshot, name)
        yield from suite_input_changes(name, older, newer, scores.get(name), measure)
    for name, monitor in sorted(base.manifest.drift.items()):
        if name in head.manifest.drift:
            sides = (base.tree, monitor), (head.tree, head.manifest.drift[name])
            yield from monitor_input_changes(name, *(_monitor_inputs(*side) for side in sides))


def _suite_inputs(base: Project, head: Project, name: str) -> tuple[SuiteInputs, SuiteInputs]:
    suites = base.manifest.evals[name], head.manifest.evals[name]
    trees, recordings = (base.tree, head.tree), _recordings(base, head, name)
    paths = [suite.cases for suite in suites]
    is_same = have_same_lines(*zip(trees, paths, strict=True))
    facts = [{} if is_same else _case_facts(*side) for side in zip(trees, paths, strict=True)]
    # cases that are alike name the same schemas, so that those of the base need no reading
    named = [case_schemas(*side) for side in zip(trees, paths, strict=True) if not is_same]
    named = named or [case_schemas(head.tree, paths[1])] * 2
    schemas = [schema_digests(*side) for side in zip(trees, suites, named, strict=True)]
    older, newer = map(SuiteInputs, facts, schemas, recordings)
    return older, newer


def _case_facts(tree: Snapshot, path: str) -> dict[str, CaseFacts]:
    from lensops.evals.cases import case_digest, read_cases

    try:
        cases, _ = read_cases(tree, path)
    except UserError:
        return {}
    return {case.id: CaseFacts(case_digest(case), case.must_pass) for case in cases}


def _recordings(
    base: Project, head: Project, name: str
) -> tuple[dict[str, tuple[RecordedRow, ...]], ...]:
    """The rows of every recordings file of the base, by its name, where the head's file differs."""
    folders = [side.manifest.recordings_folder(name) for side in (base, head)]
    older: dict[str, tuple[RecordedRow, ...]] = {}
    newer: dict[str, tuple[RecordedRow, ...]] = {}
    for file in base.tree.names(folders[0]):
        old, new = f"{folders[0]}/{file}", f"{folders[1]}/{file}"
        if not have_same_lines((base.tree, old), (head.tree, new)):
            older[old] = _rows(base.tree, old)
            newer[old] = _rows(head.tree, new)
    return older, newer


def _rows(tree: Snapshot, path: str) -> tuple[RecordedRow, ...]:
    try:
        return tree.parse(path, MAX_BYTES, parse_rows)
    except FileNotFoundError:
        return ()


def parse_rows(data: bytes, path: str) -> tuple[RecordedRow, ...]:  # noqa: ARG001  # a parser
    """The rows of a recordings file; a line that is no row is one of an unknown kind."""
    rows = []
    for line in data.splitlines():
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            kind, case, key = (str(row[name]) for name in ("kind", "case", "key"))
            rows.append(RecordedRow(kind, case, digest("row", row), key))
        except (ValueError, KeyError, TypeError, RecursionError):
            rows.append(RecordedRow("", "", hashlib.sha256(line).hexdigest()))
    return tuple(rows)


def _monitor_inputs(tree: Snapshot, monitor: Monitor) -> MonitorInputs:
    if monitor.connection is not None:
        return MonitorInputs()
    return MonitorInputs(
        {path: _content_digest(tree, path) for path in baseline_files(tree, monitor)},
        {path: _content_digest(tree, path) for path in current_files(tree, monitor)},
    )


def _content_digest(tree: Snapshot, path: str) -> str | None:
    try:
        return tree.digest(path)
    except (FileNotFoundError, UserError):
        return None


def mean_on_base_cases(project: Opened, base: BaseSnapshot, name: str) -> float | None:
    """The mean score of the branch's version on the cases of the base.

    None where a case has no recorded output, or nothing can be scored for another reason.
    """
    if base.project is None:
        return None
    path = project.manifest.evals[name].cases
    try:
        cases = base.tree.read(base.project.manifest.evals[name].cases, MAX_BYTES)
        tree = Snapshot(_WithFile(project.tree, path, cases))
        earlier = Opened(project.file, project.active, tree)
        options = RunOptions((name,), mode=Mode.REPLAY)
        return run_suite(SuiteContext(earlier, name, options, NullProgress(), base)).mean
    except (UserError, FileNotFoundError):
        return None


class _WithFile:
    """Implements `LocalTree`: a tree in which one file has another content."""

    def __init__(self, tree: Snapshot, path: str, data: bytes) -> None:
        self._tree, self._path, self._data = tree, str(Path(path)), data
        self.root, self.boundary = tree.root, tree.boundary

    def read(self, path: str, limit: int) -> bytes:
        return self._data if str(Path(path)) == self._path else self._tree.read(path, limit)

    def path(self, path: str) -> Path:
        return self._tree.path(path)

    def names(self, folder: str) -> list[str]:
        return self._tree.names(folder)

    def folders(self, folder: str) -> list[str]:
        return self._tree.folders(folder)
