"""Open what one suite needs: its cases, versions, recordings and models; run it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lensops.errors import Invalid, UserError
from lensops.evals.arm import Arm, Side, arm_of
from lensops.evals.cases import CaseFile, load_cases, read_cases
from lensops.evals.protocols import Mode, ProgressListener
from lensops.evals.recordings import RecordingFile, Recordings, recording_files
from lensops.evals.response_source import CachedResponses
from lensops.evals.result import SuiteResult
from lensops.evals.schema import load_schemas
from lensops.evals.scoring import signatures
from lensops.evals.suite_run import CHUNK, OnCase, SuiteRun
from lensops.evals.summary import About
from lensops.files import Snapshot
from lensops.flows.base import BaseSnapshot, evals_at_base, prompt_at_base
from lensops.flows.project import Opened
from lensops.flows.recording_turn import batch_place, take_turn
from lensops.flows.run_options import RunOptions, model_factory
from lensops.flows.suite_checks import declared_problems, needs_of

if TYPE_CHECKING:
    from lensops.evals.outputs import Outputs
    from lensops.models.batch.jobs import BatchPlace

BATCH = 50_000  # cases that are asked at once, so that few batches follow one another


@dataclass(frozen=True)
class SuiteContext:
    """What running one suite of a project takes."""

    project: Opened
    name: str
    options: RunOptions
    listener: ProgressListener
    base: BaseSnapshot | None = None
    on_case: OnCase | None = None


def run_suite(context: SuiteContext) -> SuiteResult:
    """Score a suite, against the base where there is one.

    Raises `Invalid` for what is faulty, `UserError`, `RemoteFailed`.
    """
    tree, listener = context.project.tree, context.listener
    with take_turn(tree, context.name, context.options, listener):
        return _score_suite(context, batch_place(tree, context.name, context.options, listener))


def _score_suite(context: SuiteContext, batches: BatchPlace | None) -> SuiteResult:
    project, name, options = context.project, context.name, context.options
    suite = project.manifest.evals[name]
    if problems := tuple(declared_problems(project.file, name, project.tree, project.active)):
        raise Invalid(problems)
    prompt_name = project.manifest.prompt_of(name)
    prompt = project.active[prompt_name]
    cases = load_cases(project.tree, suite.cases, needs_of(project.manifest, name, prompt))
    outputs, notes = _outputs(cases, suite.samples, options)
    base_arm, why_none = _base_arm(context)
    head, base = _sides(context, arm_of(prompt, suite), base_arm, outputs)
    threshold = suite.threshold if options.threshold is None else options.threshold
    about = About(name, prompt_name, prompt.version, suite, threshold, signatures(suite))
    responses = CachedResponses(
        suite,
        options.mode,
        model_factory(suite, batches),
        context.listener,
        rejudge=options.rejudge,
    )
    schemas = load_schemas(project.tree, suite.checks, cases.schemas)
    run = SuiteRun(
        about,
        cases,
        head,
        base,
        responses,
        schemas,
        context.on_case,
        [*notes, *why_none],
        options.shard,
        BATCH if options.batch else CHUNK,
    )
    result = run.result()
    if options.mode is Mode.RECORD:
        _forget_recordings(context, head, base)
    return result


def _outputs(
    cases: CaseFile, samples: int, options: RunOptions
) -> tuple[Outputs | None, tuple[str, ...]]:
    """The outputs of a file that was given, and what to note of ids that do not match."""
    if options.outputs is None:
        return None, ()
    from lensops.evals.outputs import mismatch_notes, outputs_from_file

    outputs = outputs_from_file(options.outputs, cases, samples)
    return outputs, tuple(mismatch_notes(outputs))


def _base_arm(context: SuiteContext) -> tuple[Arm | None, tuple[str, ...]]:
    """The version at the base, asked as it was asked there; or why there is none.

    Cases, judge and rules are those of now: both versions are measured by the same.
    """
    project, base = context.project, context.base
    if base is None:
        return None, ()
    if base.project is None:
        return None, (base.missing,)
    prompt = project.manifest.prompt_of(context.name)
    earlier = prompt_at_base(base.project, project, prompt)
    if earlier is None:
        missing = f"{base.base.ref} has no prompt {prompt}: there is nothing to compare with"
        return None, (missing,)
    suite = project.manifest.evals[context.name]
    then = base.project.manifest.evals.get(context.name) or suite
    update = {"model": then.model, "base_url": then.base_url}
    return arm_of(earlier, suite.model_copy(update=update)), ()


def _sides(
    context: SuiteContext, head: Arm, base: Arm | None, outputs: Outputs | None
) -> tuple[Side, Side | None]:
    """Both versions with their recordings: the base's rows come from the base first."""
    tree, manifest = context.project.tree, context.project.manifest
    versions = dict.fromkeys(arm.version for arm in (head, base) if arm is not None)
    paths = [manifest.recordings_of(context.name, version) for version in versions]
    shard = context.options.shard
    written = [shard.path(path) if shard else path for path in paths]
    in_tree = tuple(recording_files(tree, *dict.fromkeys((*written, *paths))))
    at_base: tuple[RecordingFile, ...] = ()
    if context.base is not None:
        differing = [path for path in paths if not _is_same(tree, context.base.tree, path)]
        kept = [path for path in _paths_at_base(context, *versions) if path not in paths]
        at_base = tuple(recording_files(context.base.tree, *differing, *kept))
    recordings = Recordings(in_tree + at_base, at_base)
    head_side = Side(head, recordings, tree.path(written[0]), outputs)
    if base is None:
        return head_side, None
    base_first = recordings.in_order(at_base + in_tree)
    return head_side, Side(base, base_first, tree.path(written[-1]), cases=_base_cases(context))


def _paths_at_base(context: SuiteContext, *versions: str) -> list[str]:
    """Where the base keeps recordings of the eval; of a new one, those of all of its prompt."""
    if context.base is None or context.base.project is None:
        return []
    base, name = context.base.project, context.name
    names = (name,) if name in base.manifest.evals else evals_at_base(base, context.project, name)
    return [base.manifest.recordings_of(name, version) for name in names for version in versions]


def _base_cases(context: SuiteContext) -> CaseFile | None:
    """The cases at the base; None where they are those of the head, or cannot be read."""
    base = context.base
    if base is None or base.manifest is None or context.name not in base.manifest.evals:
        return None
    path, tree = base.manifest.evals[context.name].cases, context.project.tree
    if path == context.project.manifest.evals[context.name].cases and _is_same(
        tree, base.tree, path
    ):
        return None
    try:
        return read_cases(base.tree, path)[0]
    except UserError:
        return None


def _forget_recordings(context: SuiteContext, *sides: Side | None) -> None:
    """What was appended is read anew by those who come later."""
    for side in filter(None, sides):
        version = side.arm.version
        context.project.tree.forget(context.project.manifest.recordings_of(context.name, version))


def _is_same(tree: Snapshot, base: Snapshot, path: str) -> bool:
    """Whether a file holds the same bytes in both: then one reading is enough."""
    try:
        return tree.digest(path) == base.digest(path)
    except FileNotFoundError:
        return False
