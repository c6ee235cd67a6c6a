"""Evals: score every declared suite, against the base of a branch when asked, to one value."""

from __future__ import annotations

from lensops.errors import UserError
from lensops.evals.result import EvalRun
from lensops.flows.base import BaseSnapshot, open_base
from lensops.flows.project import Opened, Project
from lensops.flows.run_options import NullProgress, ProgressListener, RunOptions
from lensops.flows.run_suite import SuiteRun
from lensops.manifest import suggestion


def run(
    project: Opened, options: RunOptions | None = None, watch: ProgressListener | None = None
) -> EvalRun:
    """Score the suites of a project, against the merge base where `options` names its ref.

    What a suite asks for is looked up in its recordings first, then asked of models as far as
    `mode` allows, else it is missing. Raises `Invalid` for faulty cases, outputs and recordings,
    `UserError` for an unknown suite or ref and for what `--replay` misses, `RemoteFailed` when a
    provider refuses.
    """
    wanted = options or RunOptions()
    if wanted.base is None:
        return score(project, wanted, watch)
    with open_base(project, wanted.base) as before:
        return score(project, wanted, watch, before)


def score(
    project: Opened,
    options: RunOptions,
    watch: ProgressListener | None = None,
    before: BaseSnapshot | None = None,
) -> EvalRun:
    """The same against a merge base that is open already, or against none. Raises as `run` does."""
    results = tuple(
        SuiteRun(project, name, options, watch or NullProgress()).result(before)
        for name in chosen(project, options)
    )
    return EvalRun(results, before.base if before else None)


def chosen(project: Project, options: RunOptions) -> tuple[str, ...]:
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
