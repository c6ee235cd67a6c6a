"""The git target: the same tree on a branch of a remote, moved by compare and swap."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from lensops.errors import Refused, RemoteFailed, UserError
from lensops.format import plural
from lensops.git import GitFailed, NoRepository, Repository, RevisionTree, open_repository
from lensops.git.addresses import address_problem, find_remote
from lensops.git.process import redact
from lensops.git.remotes import PAUSES, Remote
from lensops.git.writing import create_bare, write_commit
from lensops.release import Draft, Record, Release
from lensops.targets import layout, reading
from lensops.targets.kind import TargetKind
from lensops.targets.layout import Damaged
from lensops.targets.reading import unreferenced_objects

if TYPE_CHECKING:
    from lensops.files import LocalTree
    from lensops.manifest import Manifest
    from lensops.manifest import Target as Settings
    from lensops.targets.target import Log, Observed

CACHE = ".lensops/cache"  # only for a git target of a project that is in no repository


class Branch:
    """A branch of a git repository that an application, or a deployment, reads."""

    needs_commit = True

    def __init__(self, name: str, repository: Repository, remote: Remote, branch: str) -> None:
        self.name = name
        self.where = f"branch {branch} of {redact(remote.name)}"
        self._repository, self._remote = repository, remote
        self._ref = f"refs/heads/{branch}"
        self._tree: RevisionTree | None = None  # as observed last
        key = hashlib.sha256(f"{remote.address}\n{branch}".encode()).hexdigest()[:16]
        self._seen = f"refs/lensops/seen/{key}"  # keeps what was fetched, so that it is once

    def observe(self) -> Observed:
        with self._repository:
            self._tree = self._read_tree()
            return reading.observe(self._tree)

    def log(self) -> Log:
        with self._repository:
            return reading.read_log(self._tree or self._read_tree())

    def cached_log(self) -> Log:
        with self._repository:
            tree = RevisionTree(self._repository.objects, self._last_fetched())
            return reading.read_log(tree)

    def release(self, digest: str) -> Release:
        with self._repository:
            try:
                return layout.release_at(self._tree or self._read_tree(), digest)
            except Damaged as error:
                raise RemoteFailed(f"{self.name}: {error}") from None

    def garbage_paths(self) -> tuple[str, ...]:
        with self._repository:
            return unreferenced_objects(self.name, self._tree or self._read_tree())

    def remove(self, paths: Collection[str]) -> tuple[str, ...]:
        with self._repository:
            tip = self._fetch()
            tree = RevisionTree(self._repository.objects, tip)
            removable = [path for path in unreferenced_objects(self.name, tree) if path in paths]
            expected = reading.observe(tree)
        if removable and tip is not None:
            message = f"Remove {plural(len(removable), 'object')} that no record names\n"
            time = datetime.now(UTC).isoformat(timespec="seconds")
            commit = self._commit(tip, {}, message, Draft("lensops gc", time), removable)
            self._push(commit, tip, expected)
        return tuple(removable)

    def write(self, release: Release, draft: Draft, expected: Observed) -> Record:
        with self._repository:
            tip = self._fetch()
            tree = RevisionTree(self._repository.objects, tip)
            self._check_is_ours(tree)
            record = reading.next_in(tree, self.name, release, draft, expected)
        releases = [r for r in (expected.release, release) if r is not None]
        files = {layout.object_path(r.digest): layout.encode(r.body()) for r in releases}
        files |= layout.statement_file(draft.statement)
        files[layout.record_path(record.sequence)] = layout.encode(record.body())
        files[layout.CURRENT] = layout.encode(layout.current_body(release, record))
        commit = self._commit(tip, files, self._message(record), draft)
        self._push(commit, tip, expected)
        return record

    def _commit(
        self,
        tip: str | None,
        files: Mapping[str, bytes],
        message: str,
        draft: Draft,
        removed: Collection[str] = (),
    ) -> str:
        git, author = self._repository.git, self._author(draft)
        try:
            return write_commit(git, tip, files, message, author, removed)
        except GitFailed as error:
            raise RemoteFailed(f"{self.name}: cannot write: {error.reason}") from None

    def _read_tree(self) -> RevisionTree:
        return RevisionTree(self._repository.objects, self._fetch())

    def _fetch(self) -> str | None:
        """The commit that the remote's branch is at, with its objects in the local repository."""
        tip = self._remote.tip(self._ref)
        if tip is None or tip == self._last_fetched():
            return tip
        self._remote.fetch(self._ref, self._seen)
        return self._last_fetched()

    def _last_fetched(self) -> str | None:
        return self._repository.objects.commit(self._seen)

    def _push(self, commit: str, tip: str | None, expected: Observed) -> None:
        """Move the branch from `tip` to `commit`, or raise.

        After an error the remote is asked where it is: an answer may have been lost on its way.
        """
        for pause in (*PAUSES, None):
            try:
                self._remote.push(commit, self._ref, tip)
                break
            except GitFailed as error:
                current = self._remote.tip(self._ref)
                if current == commit:
                    break
                if current != tip:
                    raise reading.stale(self.name, expected) from None
                if pause is None:
                    problem = f"{self.name}: cannot write: {error.reason}"
                    raise RemoteFailed(problem, "nothing was changed") from None
                time.sleep(pause)
        self._repository.git.capture("update-ref", self._seen, commit)
        self._tree = None

    def _check_is_ours(self, tree: RevisionTree) -> None:
        if (
            not tree.is_empty
            and not layout.sequences(tree)
            and layout.CURRENT not in tree.names(".")
        ):
            problem = f"{self.where} holds other files and no releases"
            raise Refused(problem, "name a branch that only lensops writes")

    def _message(self, record: Record) -> str:
        verb = {"apply": "Apply", "rollback": "Roll back to", "adopt": "Adopt"}[record.kind]
        lines = [f"{verb} release {record.release[7:19]} to {self.name}", ""]
        lines += [f"{name} {served.version}" for name, served in record.prompts.items()]
        lines += ["", f"Sequence: {record.sequence}", f"Release: {record.release}"]
        lines += [f"Source-commit: {record.commit}"] if record.commit else []
        return "\n".join(lines) + "\n"

    def _author(self, draft: Draft) -> dict[str, str]:
        """Git's variables for a commit: the user's identity, or the draft's where git has none."""
        person = {"DATE": draft.time}
        try:
            self._repository.git.capture("var", "GIT_COMMITTER_IDENT")
        except GitFailed:
            person |= {"NAME": draft.actor, "EMAIL": "lensops@localhost"}
        return {f"GIT_{role}_{k}": v for role in ("AUTHOR", "COMMITTER") for k, v in person.items()}


def _open(name: str, settings: Settings, folder: LocalTree) -> Branch:
    value, branch = settings.git or "", settings.branch or ""
    repository = _repository(folder)
    try:
        remote = find_remote(repository, value, folder.root, folder.boundary)
    except UserError as error:
        raise UserError(f"targets.{name}.git: {error.message}", error.hint) from None
    return Branch(name, repository, remote, branch)


def _repository(folder: LocalTree) -> Repository:
    """The project's repository: its settings hold the remotes and the rights to them."""
    try:
        return open_repository(folder.root)
    except NoRepository:
        cache = folder.path(CACHE)
        if not cache.exists():
            create_bare(cache)
        return open_repository(cache, bare=True)


def _problem(settings: Settings, folder: LocalTree, manifest: Manifest) -> UserError | None:
    del manifest
    return address_problem(settings.git or "", folder.root, folder.boundary)


def _identity(settings: Settings, folder: LocalTree) -> tuple[str, ...]:
    del folder
    return (settings.git or "", *(settings.branch or "").split("/"))


_EXAMPLE = {"git": "origin", "branch": "lensops/live/production"}
KIND = TargetKind(_open, _problem, _identity, _EXAMPLE)
