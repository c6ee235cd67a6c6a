"""What would go live: the release that the manifest asks for, or the one that a target serves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from lensops.errors import Invalid, Refused, UserError
from lensops.files import Snapshot
from lensops.flows.project import Opened, Project, project_at
from lensops.flows.targets import Seen, observe_targets, select_targets
from lensops.format import short_commit
from lensops.git.ancestry import has_commit
from lensops.plan import changes
from lensops.release import Promotion, Record, Release


class Candidate(NamedTuple):
    """A release with the digests that evidence for it must be bound to.

    `digests` are None where no evidence was given, or where the files of the promoted commit are
    not at hand; `missing` says why. `commit` is the one that a promoted release came from.
    """

    release: Release
    digests: Mapping[str, str] | None = None
    promotion: Promotion | None = None
    commit: str | None = None
    missing: str | None = None


def candidate(project: Opened, source: str | None, *, with_digests: bool) -> Candidate:
    """The manifest's release, or with `source` the one that this target serves.

    Raises `Refused` when that target does not serve what its log says was applied to it.
    """
    if source is None:
        return Candidate(project.desired, _digests(project) if with_digests else None)
    (name,) = select_targets(project.manifest, (source,))
    release, record = _served_release(name, observe_targets(project, (name,))[name])
    promotion = Promotion(name, record.sequence, record.digest)
    digests, missing = _digests_at(project, release, record, with_digests=with_digests)
    return Candidate(release, digests, promotion, record.commit, missing)


def _digests(project: Project) -> Mapping[str, str]:
    from lensops.flows.evidence_digests import evidence_digests  # of use with evidence alone

    return evidence_digests(project)


def project_at_commit(project: Opened, commit: str) -> Project:
    """The project as it was at a commit. Raises `UserError` when it cannot be read there."""
    repository = project.repository
    if repository is None:
        raise UserError("this is not a git repository")
    if not has_commit(repository, commit):
        raise UserError("this clone does not have it", "fetch it first: `git fetch`")
    folder, _, name = repository.relative(project.path).rpartition("/")
    tree = Snapshot(repository.tree(commit, folder))
    try:
        earlier = project_at(tree, name)
    except Invalid as error:
        first = str(error).splitlines()[0]
        raise UserError(f"the manifest of that commit is not valid: {first}") from None
    if earlier is None:
        raise UserError("that commit has no manifest")
    return earlier


def _served_release(name: str, target: Seen) -> tuple[Release, Record]:
    observed = target.observed
    if observed.release is None:
        raise Refused(f"{name} serves nothing that could be promoted", "apply to it first")
    if observed.record is None or not observed.is_settled:
        problem = f"{name} does not serve what its log says was applied last"
        raise Refused(problem, f"look at it with `lensops status --target {name}`")
    return observed.release, observed.record


def _digests_at(
    project: Opened, release: Release, record: Record, *, with_digests: bool
) -> tuple[Mapping[str, str] | None, str | None]:
    """The digests of the files of the record's commit, or why they are not known."""
    if record.commit is None:
        return None, "no commit holds it"
    try:
        earlier = project_at_commit(project, record.commit)
        digests = _digests(earlier) if with_digests else None
    except UserError as error:
        return None, f"commit {short_commit(record.commit)} cannot be read: {error.message}"
    _check_release(earlier, release, record, record.commit)
    return digests, None


def is_asked_for(release: Release, desired: Release) -> bool:
    """Whether a release is the desired one; digests of lensops 0.1 cover other keys."""
    if release.digest == desired.digest:
        return True
    return release.written is not None and not changes(release, desired)


def _check_release(earlier: Project, release: Release, record: Record, commit: str) -> None:
    """Raise `Refused` when the commit asks for another release than the one that is served."""
    if not is_asked_for(release, earlier.desired):
        problem = f"commit {short_commit(commit)} asks for another release"
        raise Refused(f"{problem} than record {record.sequence} says", "apply it anew")
