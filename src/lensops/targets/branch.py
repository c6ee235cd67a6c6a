"""The git target: the same tree on a branch of a remote, moved by compare and swap."""

from __future__ import annotations

import hashlib
import time

from lensops.errors import Refused, RemoteFailed, UserError
from lensops.release import Draft, Record, Release
from lensops.targets import layout, reading
from lensops.targets.commit import CommitTree, add_commit
from lensops.targets.git import PAUSES, Git, GitFailed, redacted
from lensops.targets.target import Observed


class Branch:
    """A branch of a git repository that an application, or a deployment, reads."""

    def __init__(self, name: str, git: Git, remote: str, branch: str) -> None:
        self.name = name
        self.where = f"branch {branch} of {redacted(remote)}"
        self._git = git
        self._remote = remote
        self._ref = f"refs/heads/{branch}"
        self._tree: CommitTree | None = None  # as observed last
        key = hashlib.sha256(f"{remote}\n{branch}".encode()).hexdigest()[:16]
        self._seen = f"refs/lensops/seen/{key}"  # keeps what was fetched, so that it is once

    def observe(self) -> Observed:
        self._tree = CommitTree(self._git, self._fetched())
        return reading.observe(self._tree)

    def log(self) -> tuple[list[Record], list[str]]:
        tree = self._tree or CommitTree(self._git, self._fetched())
        tree.load(f"{layout.LOG}/{name}" for name in tree.names(layout.LOG))
        return reading.log(tree)

    def write(self, release: Release, draft: Draft, expected: Observed) -> Record:
        tip = self._fetched()
        tree = CommitTree(self._git, tip)
        self._is_ours(tree)
        record = reading.next_in(tree, self.name, release, draft, expected)
        kept = [r for r in (expected.release, release) if r is not None]
        files = {layout.object_path(r.digest): layout.encode(r.body()) for r in kept}
        files[layout.record_path(record.sequence)] = layout.encode(record.body())
        files[layout.CURRENT] = layout.encode(layout.current_body(release, record))
        try:
            commit = add_commit(
                self._git, tip, files, self._message(record), _who(self._git, draft)
            )
        except GitFailed as error:
            raise RemoteFailed(f"{self.name}: cannot write: {error}") from None
        self._push(commit, tip, expected)
        return record

    def _tip(self) -> str | None:
        """The commit that the remote's branch is at, None when there is no branch."""
        listed = self._git.reach(self._remote, "ls-remote", "--", self._remote, self._ref)
        found = [line.split("\t") for line in listed.decode().splitlines()]
        return next((commit for commit, ref in found if ref == self._ref), None)

    def _fetched(self) -> str | None:
        """`_tip`, with its objects in the local repository."""
        tip = self._tip()
        if tip is None or tip == self._known():
            return tip
        options = ["--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance"]
        options += ["--no-prune", "--no-recurse-submodules", "--no-filter"]
        refs = f"+{self._ref}:{self._seen}"
        self._git.reach(self._remote, "fetch", *options, "--", self._remote, refs)
        return self._known()

    def _known(self) -> str | None:
        try:
            return self._git.line("rev-parse", "--verify", "--quiet", self._seen)
        except GitFailed:
            return None

    def _push(self, commit: str, tip: str | None, expected: Observed) -> None:
        """Move the branch from `tip` to `commit`, or raise.

        After an error the remote is asked where it is: an answer may have been lost on its way.
        """
        for pause in (*PAUSES, None):
            try:
                self._push_once(commit, tip)
                break
            except GitFailed as error:
                now = self._tip()
                if now == commit:
                    break
                if now != tip:
                    raise reading.moved(self.name, expected) from None
                if pause is None:
                    words = f"{self.name}: cannot write: {error}"
                    raise RemoteFailed(words, "nothing was changed") from None
                time.sleep(pause)
        self._git.run("update-ref", self._seen, commit)
        self._tree = None

    def _push_once(self, commit: str, tip: str | None) -> None:
        lease = f"--force-with-lease={self._ref}:{tip or ''}"
        options = ["--porcelain", "--no-verify", "--no-follow-tags", "--recurse-submodules=no"]
        self._git.run("push", *options, lease, "--", self._remote, f"{commit}:{self._ref}")

    def _is_ours(self, tree: CommitTree) -> None:
        if tree and not layout.sequences(tree) and layout.CURRENT not in tree.names("."):
            words = f"{self.where} holds other files and no releases"
            raise Refused(words, "name a branch that only lensops writes")

    def _message(self, record: Record) -> str:
        verb = {"apply": "Apply", "rollback": "Roll back to", "adopt": "Adopt"}[record.kind]
        lines = [f"{verb} release {record.release[7:19]} to {self.name}", ""]
        lines += [f"{name} {served.version}" for name, served in record.prompts.items()]
        lines += ["", f"Sequence: {record.sequence}", f"Release: {record.release}"]
        lines += [f"Source-commit: {record.commit}"] if record.commit else []
        return "\n".join(lines) + "\n"


def _who(git: Git, draft: Draft) -> dict[str, str]:
    """Git's variables for a commit: the user's identity, or the draft's where git has none."""
    person = {"DATE": draft.time}
    try:
        git.run("var", "GIT_COMMITTER_IDENT")
    except GitFailed:
        person |= {"NAME": draft.actor, "EMAIL": "lensops@localhost"}
    return {f"GIT_{role}_{k}": v for role in ("AUTHOR", "COMMITTER") for k, v in person.items()}


def branch_problem(git: Git, branch: str) -> UserError | None:
    """What is wrong with the name of a branch."""
    try:
        git.run("check-ref-format", f"refs/heads/{branch}")
    except GitFailed:
        return UserError(f"{branch!r} is not a name that git allows for a branch")
    return None
