"""Activate: name another version as active by replacing one scalar of the manifest."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lensops.errors import Refused, UserError
from lensops.files import write_atomic
from lensops.manifest import read_yaml
from lensops.manifest.edit import set_text
from lensops.manifest.load import load
from lensops.manifest.locate import find_manifest, folder_of
from lensops.manifest.select import select_prompt
from lensops.prompts import load_prompt


@dataclass(frozen=True, slots=True)
class Activated:
    """What the manifest named and names now; `commit` is None when nothing was committed."""

    prompt: str
    before: str
    after: str
    manifest: str
    commit: str | None = None

    @property
    def changed(self) -> bool:
        return self.before != self.after


def activate(
    directory: Path,
    manifest: Path | None,
    version: str,
    *,
    prompt: str | None = None,
    commit: bool = False,
) -> Activated:
    """Edit the manifest, and commit it alone when asked.

    Raises `Invalid` when the version or the edited manifest has problems, `Refused` when a commit
    would take along other edits of the manifest.
    """
    path = find_manifest(directory, manifest)
    data = path.read_bytes()
    name, before = _named(data, path.name, prompt)
    load_prompt(folder_of(path), name, version)
    done = Activated(name, before, version, path.name)
    if not done.changed:
        return done
    edited = with_active(data, path.name, name, version)
    if not commit:
        write_atomic(path, edited)
        return done
    message = f"{name}: activate {version}\n\nIt replaces {before}."
    return Activated(name, before, version, path.name, committed(path, edited, message))


def with_active(data: bytes, manifest: str, prompt: str, version: str) -> bytes:
    """The manifest with another active version. Raises `Invalid` when it then has problems."""
    edited = set_text(data, manifest, ("prompts", prompt, "active"), version)
    load(edited, manifest)
    return edited


def committed(path: Path, edited: bytes, message: str) -> str:
    """Write the manifest and commit it alone; when git refuses, the file is as it was.

    Raises `Refused` when the manifest has edits that are not committed.
    """
    from lensops.history import open_repository

    with open_repository(path.parent) as repository:
        name = repository.relative(path)
        if repository.head() is not None and repository.dirty([name]):
            words = f"{path.name} has edits that are not committed; nothing was changed"
            raise Refused(words, f"commit or undo them first: git diff {path.name}")
        before = path.read_bytes()
        write_atomic(path, edited)
        try:
            return repository.commit_paths([name], message)
        except UserError:
            write_atomic(path, before)
            raise


def _named(data: bytes, path: str, prompt: str | None) -> tuple[str, str]:
    """The prompt and its active version, also of a manifest that has problems elsewhere."""
    prompts = read_yaml(data, path).get("prompts")
    entries = prompts.value if prompts is not None and prompts.kind == "mapping" else ()
    name = select_prompt([str(key.value) for key, _ in entries], prompt)
    active = read_yaml(data, path).get("prompts", name, "active")
    if active is None or not isinstance(active.value, str):
        load(data, path)  # says what is wrong
        raise UserError(f"{path} names no active version of {name}", "add the key `active:`")
    return name, active.value
