"""Evals: score every declared suite, against the base of a branch when asked, to one value."""

from __future__ import annotations

from collections.abc import Callable

from lensops.errors import UserError
from lensops.evals.protocols import NullProgress, ProgressListener
from lensops.evals.result import EvalRun
from lensops.evals.suite_run import OnCase
from lensops.flows.base import BaseSnapshot, open_base, with_names_of
from lensops.flows.project import Opened, Project
from lensops.flows.run_options import RunOptions
from lensops.flows.run_suite import SuiteContext, run_suite
from lensops.manifest import suggestion

Sinks = Callable[[str], OnCase]  # of an eval's name: who takes its cases, one after the other


def run_evals(
    project: Opened,
    options: RunOptions | None = None,
    listener: ProgressListener | None = None,
    sinks: Sinks | None = None,
) -> EvalRun:
    """Score the suites of a project, against the merge base where `options` names its ref.

    What a suite asks for is looked up in its recordings first, then asked of models as far as
    `mode` allows, else it is missing. Raises `Invalid` for faulty cases, outputs and recordings,
    `UserError` for an unknown suite or ref and for what `--replay` misses, `RemoteFailed` when a
    provider refuses.
    """
    chosen = options or RunOptions()
    if chosen.base is None:
        return score_suites(project, chosen, listener, sinks=sinks)
    with open_base(project, chosen.base) as base:
        return score_suites(project, chosen, listener, base, sinks)


def score_suites(
    project: Opened,
    options: RunOptions,
    listener: ProgressListener | None = None,
    base: BaseSnapshot | None = None,
    sinks: Sinks | None = None,
) -> EvalRun:
    """The same against a merge base that is open already, or against none. Raises likewise."""
    compared = with_names_of(project, base) if base else None
    results = tuple(
        run_suite(
            SuiteContext(
                project,
                name,
                options,
                listener or NullProgress(),
                compared,
                sinks(name) if sinks else None,
            )
        )
        for name in select_suites(project, options)
    )
    return EvalRun(results, base.base if base else None)


def select_suites(project: Project, options: RunOptions) -> tuple[str, ...]:
    """The suites that are meant. Raises `UserError` for an unknown one, or for outputs of many."""
    declared = tuple(project.manifest.evals)
    for name in options.suites:
        if name not in declared:
            hint = f"evals: {', '.join(declared) or 'none'}"
            raise UserError(f"there is no eval {name!r}", suggestion(name, declared) or hint)
    names = tuple(name for name in declared if name in options.suites) or declared
    if options.suites == () and not declared:
        hint = "declare one under `evals:`; `lensops init example` writes a project to copy from"
        raise UserError("the manifest declares no evals", hint)
    if options.outputs is not None and len(names) > 1:
        hint = f"--eval with one of: {', '.join(names)}"
        raise UserError("the outputs of which eval are these?", hint)
    return names
