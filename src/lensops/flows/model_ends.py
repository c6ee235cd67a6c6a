"""Models that end: what a project names that its provider has announced to switch off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import NamedTuple

from lensops.errors import Invalid, Problem, UserError
from lensops.evidence import Finding, Outcome
from lensops.files import Snapshot
from lensops.flows.project import Project
from lensops.manifest import Manifest, ManifestFile
from lensops.manifest.model_ends import ModelEnds, announced_ends, read_model_ends
from lensops.manifest.yaml import MAX_BYTES
from lensops.prompts import Prompt

Keys = tuple[str, ...]


class EndingModel(NamedTuple):
    """A model with an announced end, what names it and where. `is_over`: the day has come."""

    subject: str
    keys: Keys
    message: str
    is_over: bool


def ending_models(
    file: ManifestFile, active: Mapping[str, Prompt], tree: Snapshot, today: date | None = None
) -> Iterator[EndingModel]:
    """The ending models of active versions and of evals. Raises `Invalid` for a faulty file."""
    named = [entry for entry in _named_models(file.manifest, active) if entry[2]]
    if not named and file.manifest.models.ends is None:
        return
    ends, day = load_ends(file, tree), today or datetime.now(UTC).date()
    for subject, keys, model, server in named:
        if end := ends.find(model, server):
            yield EndingModel(subject, keys, end.message(model or "", day), day >= end.ends)


def ending_findings(project: Project) -> Iterator[Finding]:
    """A note for each ending model, and a warning for one that has ended.

    Neither stops a release: a rollback must stay possible whatever the day.
    """
    for ending in ending_models(project.file, project.active, project.tree):
        outcome = Outcome.INCONCLUSIVE if ending.is_over else Outcome.NOTE
        location = project.file.location(*ending.keys)
        yield Finding("model_ends", ending.subject, outcome, ending.message, location=location)


def ending_notes(
    file: ManifestFile, active: Mapping[str, Prompt], tree: Snapshot
) -> tuple[list[Problem], list[Problem]]:
    """Problems of the file of ends, and a note for each ending model."""
    try:
        return [], [
            Problem(
                file.location(*ending.keys), f"{ending.subject}: {ending.message}", _hint(ending)
            )
            for ending in ending_models(file, active, tree)
        ]
    except Invalid as error:
        return [*error.problems], []


def _hint(ending: EndingModel) -> str | None:
    return "requests to it fail: name another in a new version" if ending.is_over else None


def load_ends(file: ManifestFile, tree: Snapshot) -> ModelEnds:
    """The project's file of ends, or that of lensops. Raises `Invalid`."""
    path = file.manifest.models.ends
    if path is None:
        return announced_ends()
    try:
        return read_model_ends(tree.read(path, MAX_BYTES), path)
    except FileNotFoundError:
        message, hint = f"there is no file {path}", "models.ends is relative to the manifest"
    except UserError as error:
        if isinstance(error, Invalid):
            raise
        message, hint = error.message, error.hint or ""
    raise Invalid((Problem(file.location("models", "ends"), message, hint or None),))


def _named_models(
    manifest: Manifest, active: Mapping[str, Prompt]
) -> Iterator[tuple[str, Keys, str | None, str | None]]:
    """(what names it, its keys, the model, the server of one's own) for all that can name one."""
    for name, prompt in active.items():
        yield f"{name} {prompt.version}", ("prompts", name, "active"), prompt.model, None
    for name, suite in manifest.evals.items():
        yield f"evals.{name}.model", ("evals", name, "model"), suite.model, suite.base_url
        if judge := suite.judge:
            keys = ("evals", name, "judge", "model")
            yield f"evals.{name}.judge", keys, judge.model, judge.base_url
