"""From commits to events: walk oldest to newest, know the active digests after each commit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lensops.errors import Invalid
from lensops.history.events import Active, History, Skipped, Timeline, moment
from lensops.history.log import Commit, Location, commits, location
from lensops.history.repository import Repository
from lensops.manifest import read_yaml
from lensops.prompts import parse
from lensops.prompts.load import ENDINGS

Released = Mapping[tuple[str, str], tuple[str, str]]


def activations(
    repository: Repository, manifest: str, ref: str = "HEAD", prompt: str | None = None
) -> History:
    """What git tells of the active versions on the first-parent line of `ref`.

    `manifest` is its path in the repository now; earlier places are followed. Raises `UserError`
    for an unknown ref; a commit with a broken manifest is named in `skipped` and stepped over.
    """
    tip = _tip(repository, ref)
    if tip is None:
        return History(complete=True, cut_at=None, events=())
    walk = _walked(repository, manifest, tip)
    events = [event for line in walk.timelines.values() for event in line.told()]
    order = {commit: number for number, commit in enumerate(walk.order)}
    events.sort(key=lambda event: (-order[event.commit], event.prompt))
    wanted = tuple(e for e in events if prompt is None or e.prompt == prompt)
    return History(walk.cut is None, walk.cut, wanted, tuple(reversed(walk.skipped)))


def released(repository: Repository, manifest: str, ref: str = "HEAD") -> Released:
    """Every version that was ever active on `ref`: the digest it had first, and that commit."""
    tip = _tip(repository, ref)
    if tip is None:
        return {}
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for name, line in _walked(repository, manifest, tip).timelines.items():
        for event in line.events:
            if event.version is not None and event.digest is not None:
                found.setdefault((name, event.version), (event.digest, event.commit))
    return found


@dataclass(slots=True)
class _Walk:
    """The state after the commits so far: paths below the project's folder, and what they mean."""

    repository: Repository
    cut: str | None
    files: dict[str, str] = field(default_factory=dict)  # path in the project to blob id
    where: Location | None = None
    timelines: dict[str, Timeline] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    digests: dict[tuple[str, str], str | None] = field(default_factory=dict)
    named: dict[str, dict[str, str] | Invalid] = field(default_factory=dict)

    def take(self, where: Location, commit: Commit) -> None:
        """Go on by one commit."""
        if self.where is not None and self.where.prefix != where.prefix:
            self.files.clear()  # the folder was moved: the commit adds all of it again
        self.where = where
        for path, blob in commit.touched.items():
            self._touch(path.removeprefix(where.prefix), blob)
        self.order.append(commit.id)
        versions = self._versions(where.name)
        if isinstance(versions, Invalid):
            self._skip(commit, f"broken manifest: {versions.problems[0]}")
        elif not self._advance(versions, commit):
            self._skip(commit, "no effective change")

    def _advance(self, versions: Mapping[str, str], commit: Commit) -> bool:
        """Let the timelines know; whether any prompt has another active digest now."""
        changed = False
        for name in sorted({*self.timelines, *versions}):
            version = versions.get(name)
            digest = self._digest(name, version) if version is not None else None
            if version is not None and digest is None:
                continue  # nothing can be told before the file is there and sound
            active = Active(version, digest) if version and digest else None
            line = self.timelines.setdefault(name, Timeline(name))
            changed |= line.becomes(active, commit, cut=commit.id == self.cut)
        return changed

    def _touch(self, path: str, blob: str | None) -> None:
        if blob is None:
            self.files.pop(path, None)
        else:
            self.files[path] = blob

    def _skip(self, commit: Commit, reason: str) -> None:
        when, subject = moment(commit.time), commit.subject
        self.skipped.append(Skipped(commit.id, commit.author, when, subject, reason))

    def _versions(self, name: str) -> dict[str, str] | Invalid:
        """The active version of each prompt in the manifest; each blob is parsed once."""
        blob = self.files.get(name)
        if blob is None:
            return {}
        if blob not in self.named:
            try:
                self.named[blob] = _versions(self.repository.blob(blob) or b"", name)
            except Invalid as error:
                self.named[blob] = error
        return self.named[blob]

    def _digest(self, prompt: str, version: str) -> str | None:
        """The digest of a version's file as it is now; None while it is missing or broken."""
        stem = f"prompts/{prompt}/{version}"
        path = next((stem + end for end in ENDINGS if stem + end in self.files), None)
        if path is None:
            return None
        key = (self.files[path], path.rpartition(".")[2])
        if key not in self.digests:
            try:
                data = self.repository.blob(key[0]) or b""
                self.digests[key] = parse(data, path, version).digest
            except Invalid:
                self.digests[key] = None
        return self.digests[key]


def _tip(repository: Repository, ref: str) -> str | None:
    """The commit of a ref; None for `HEAD` before the first commit."""
    return repository.head() if ref == "HEAD" else repository.resolve(ref)


def _walked(repository: Repository, manifest: str, tip: str) -> _Walk:
    walk = _Walk(repository, _cut(repository, tip))
    newest_first = list(commits(repository, tip, location(manifest)))
    for where, commit in reversed(newest_first):
        walk.take(where, commit)
    return walk


def _cut(repository: Repository, tip: str) -> str | None:
    """The commit at which a shallow clone ends; None for a whole one."""
    if not repository.is_shallow:
        return None
    line = ("rev-list", "--first-parent", "--max-parents=0", tip)
    return repository.run(*line).split("\n", 1)[0] or None


def _versions(data: bytes, name: str) -> dict[str, str]:
    """The active version of each prompt; older forms as far as they say it."""
    prompts = read_yaml(data, name).get("prompts")
    found: dict[str, str] = {}
    for key, entry in prompts.value if prompts and prompts.kind == "mapping" else ():
        active = entry.get("active")
        if active is not None and isinstance(active.value, str):
            found[key.value] = active.value
    return found
