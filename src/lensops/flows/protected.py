"""Protected changes: what the base protects, compared, and the host asked for an approval."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from lensops.errors import RemoteFailed, UserError
from lensops.evidence import Base, Finding
from lensops.files import Snapshot
from lensops.flows.base import BaseSnapshot, read_base
from lensops.flows.project import Opened
from lensops.forge.event import Event, read_event
from lensops.forge.reviews import Reviews
from lensops.gate import Approval, changed_keys, protected_finding
from lensops.manifest.model import Protect

API = "https://api.github.com"


@dataclass(frozen=True, slots=True)
class WorkflowRun:
    """The run of a workflow: its event, and how its host is asked who approved a commit."""

    event: Event | None
    approval: Callable[[str], Approval]


NOT_ASKED = Approval(silence="this is no run of a workflow for a pull request")
LOCAL = WorkflowRun(None, lambda _: NOT_ASKED)


def protected_findings(project: Opened, base: BaseSnapshot, run: WorkflowRun) -> Iterator[Finding]:
    """A finding when the project changes what its base protects.

    A push is held to where its branch was: what came before it had a push of its own.
    """
    base = _before_push(project, base, run.event)
    if base.project is None:
        return
    protect = base.project.manifest.protect
    changes = changed_keys(protect, base.project.file.node.plain(), project.file.node.plain())
    old, new = (_protected_files(tree, protect) for tree in (base.tree, project.tree))
    changes += sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))
    if changes:
        head = project.repository.head() if project.repository else None
        yield protected_finding(changes, run.approval(head or ""))


def workflow_run(environment: Mapping[str, str], token: str) -> WorkflowRun:
    """The run that an environment describes. Raises `UserError` when its event is unreadable."""
    event = read_event(environment)
    repository = environment.get("GITHUB_REPOSITORY", "")

    def ask(commit: str) -> Approval:
        if event is None or not repository:
            return NOT_ASKED
        if not token:
            return Approval(silence="the step has no GITHUB_TOKEN")
        reviews = Reviews(environment.get("GITHUB_API_URL") or API, token, repository)
        try:
            return Approval(reviews.approver(event, commit))
        except RemoteFailed as error:
            return Approval(silence=error.message)

    return WorkflowRun(event, ask)


def _before_push(project: Opened, base: BaseSnapshot, event: Event | None) -> BaseSnapshot:
    repository = project.repository
    if event is None or event.name != "push" or repository is None or event.previous is None:
        return base
    if repository.objects.commit(event.previous) is None:
        return base
    return read_base(project, repository, Base("the branch before this push", event.previous))


def _protected_files(tree: Snapshot, protect: Protect) -> dict[str, str]:
    """The digests of the files that are protected, by path."""
    files = {file for path in protect.paths for file in _files_at(tree, path)}
    return {path: _digest(tree, path) for path in files}


def _files_at(tree: Snapshot, path: str) -> Iterator[str]:
    """The file of this path, or all below the folder."""
    pure = PurePosixPath(path)
    if pure.name in tree.names("" if str(pure.parent) == "." else str(pure.parent)):
        yield str(pure)
    folder = "" if str(pure) == "." else str(pure)
    prefix = f"{folder}/" if folder else ""
    yield from (prefix + name for name in tree.names(folder))
    for name in tree.folders(folder):
        if name != ".git":
            yield from _files_at(tree, prefix + name)


def _digest(tree: Snapshot, path: str) -> str:
    try:
        return tree.digest(path)
    except (FileNotFoundError, UserError) as error:
        return f"unreadable: {error}"
