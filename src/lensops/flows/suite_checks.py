"""Suites: every problem of what an eval suite names, for `validate` and before a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lensops.errors import Invalid, Problem, UserError
from lensops.evals.cases import Needs, read_cases
from lensops.evals.checks import check_fault
from lensops.evals.jsonl import open_rows
from lensops.evals.metrics import find_metrics, metric_fault
from lensops.evals.metrics.tokens import tokenizer_fault
from lensops.evals.schema import read_schema
from lensops.files import Tree
from lensops.manifest import Manifest, ManifestFile, suggestion
from lensops.manifest.providers import model_fault
from lensops.prompts import Prompt


def suite_problems(
    file: ManifestFile, name: str, tree: Tree, active: Mapping[str, Prompt]
) -> Iterator[Problem]:
    """What is wrong with a suite: names, paths, cases, and variables that no case fills."""
    yield from declared_problems(file, name, tree, active)
    suite, prompt = file.manifest.evals[name], active.get(file.manifest.prompt_of(name))
    if _readable(tree, suite.cases) is None:
        cases, problems = read_cases(tree, suite.cases, needs_of(file.manifest, name, prompt))
        yield from problems
        for path in sorted(cases.schemas):
            yield from _schema_problems(tree, path)


def declared_problems(
    file: ManifestFile, name: str, tree: Tree, active: Mapping[str, Prompt]
) -> Iterator[Problem]:
    """What is wrong with a suite as the manifest declares it, whatever its cases are."""
    yield from _prompt_problems(file, name, active.get(file.manifest.prompt_of(name)))
    yield from _model_problems(file, name)
    yield from _metric_problems(file, name)
    yield from _check_problems(file, name, tree)
    yield from _path_problems(file, name, tree)


def needs_of(manifest: Manifest, name: str, prompt: Prompt | None) -> Needs:
    """What a suite's cases must bring: the prompt's variables, references where metrics read them.

    Names in its weights that are no metric's ask for nothing.
    """
    suite, entry = manifest.evals[name], manifest.prompts.get(manifest.prompt_of(name))
    declared = (entry.interface if entry else None) or {}
    inputs = prompt.inputs if prompt else {}
    types = {variable: spec.type for variable, spec in inputs.items() if spec.type}
    types |= {variable: spec.type for variable, spec in declared.items() if spec.type}
    weighted = [n for n, weight in suite.weights.items() if weight and not _metric_fault(n)]
    metrics = find_metrics(weighted)
    variables = prompt.variables if prompt else ()
    readers = tuple(n for n, metric in metrics.items() if metric.needs_reference)
    return Needs(variables, readers, types)


def _prompt_problems(file: ManifestFile, name: str, prompt: Prompt | None) -> Iterator[Problem]:
    """The prompt that it exercises is there, and is not judged by the model that it names."""
    prompt_name, prompts = file.manifest.prompt_of(name), file.manifest.prompts
    suite = file.manifest.evals[name]
    judge, generator = suite.judge, suite.model or (prompt.model if prompt else None)
    if prompt_name not in prompts:
        location = file.location("evals", name, "prompt")
        hint = suggestion(prompt_name, prompts) or "set `prompt:` to one of " + ", ".join(prompts)
        yield Problem(location, f"there is no prompt {prompt_name!r}", hint)
    elif judge and judge.model and judge.model == generator and not judge.allow_self:
        location = file.location("evals", name, "judge", "model")
        message = f"{judge.model} would judge its own outputs, as the model under test"
        yield Problem(location, message, "name another, or set allow_self: true to accept it")


def _model_problems(file: ManifestFile, name: str) -> Iterator[Problem]:
    """Models whose provider there is not."""
    suite = file.manifest.evals[name]
    if suite.model and (fault := model_fault(suite.model, suite.base_url)):
        yield Problem(file.location("evals", name, "model"), *fault)
    judge = suite.judge
    if judge and judge.model and (fault := model_fault(judge.model, judge.base_url)):
        yield Problem(file.location("evals", name, "judge", "model"), *fault)


def _metric_problems(file: ManifestFile, name: str) -> Iterator[Problem]:
    suite = file.manifest.evals[name]
    for metric in suite.weights:
        if fault := _metric_fault(metric):
            written = file.node.get("evals", name, "weights")
            key = written.key(metric) if written else None
            yield Problem(key.location if key else file.location("evals", name), *fault)
    if fault := tokenizer_fault(suite.tokenizer):
        yield Problem(file.location("evals", name, "tokenizer"), *fault)


def _metric_fault(name: str) -> tuple[str, str | None] | None:
    """What is wrong with a metric: its name, or the package that it comes from."""
    if fault := metric_fault(name):
        return fault
    try:
        find_metrics([name])
    except UserError as error:
        return error.message, error.hint
    return None


def _check_problems(file: ManifestFile, name: str, tree: Tree) -> Iterator[Problem]:
    for index, check in enumerate(file.manifest.evals[name].checks):
        location = file.location("evals", name, "checks", index, check.kind)
        is_schema = check.kind == "json_schema"
        if fault := _readable(tree, check.argument) if is_schema else check_fault(check):
            yield Problem(location, fault)
        elif is_schema:
            yield from _schema_problems(tree, check.argument)


def _schema_problems(tree: Tree, path: str) -> Iterator[Problem]:
    try:
        read_schema(tree, path)
    except Invalid as error:
        yield from error.problems


def _path_problems(file: ManifestFile, name: str, tree: Tree) -> Iterator[Problem]:
    suite = file.manifest.evals[name]
    if fault := _readable(tree, suite.cases):
        yield Problem(file.location("evals", name, "cases"), fault)
    if suite.recordings is not None:
        try:
            tree.names(suite.recordings)
        except UserError as error:
            yield Problem(file.location("evals", name, "recordings"), error.message, error.hint)


def _readable(tree: Tree, path: str) -> str | None:
    """Why a file cannot be opened, or None."""
    try:
        open_rows(tree, path)
    except UserError as error:
        return error.message
    return None
