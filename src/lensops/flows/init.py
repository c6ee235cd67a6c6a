"""Init: a working project in an empty or existing folder; no file is ever overwritten."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from lensops import __version__
from lensops.errors import UserError
from lensops.files import Folder, create_exclusive
from lensops.manifest import NAMES, read_yaml
from lensops.manifest.locate import prefix_of
from lensops.manifest.schema import schema_text
from lensops.prompts import declared_prompts

if TYPE_CHECKING:
    from lensops.flows.found_prompts import Findings


RESULTS = "eval_results/.gitignore"
SCHEMA = ".lensops/schema.json"
IGNORE = ".lensops/.gitignore"  # what local targets serve is not source


@dataclass(frozen=True, slots=True)
class StarterFiles:
    """The files that were written, and those that were there already and stayed as they were."""

    manifest: str
    written: tuple[str, ...]
    existing: tuple[str, ...]


def init(
    folder: Path,
    *,
    github: bool = False,
    gitlab: bool = False,
    findings: Findings | None = None,
) -> StarterFiles:
    """Write the starter project's files that are missing, or the manifest of prompts that exist.

    A folder that has a manifest keeps its own project: it gets the schema and the pipelines that
    are asked for; those lie at the root of the repository. Raises `UserError` when the folder
    cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder} is a file", "name a folder")
    manifest = next((name for name in NAMES if (folder / name).exists()), None)
    contents = dict(_tooling())
    if manifest is None:
        contents = dict(_declaring_files(folder, findings) if findings else _starter()) | contents
    _make_folder(folder)
    tree = Folder(folder)
    paths = {name: tree.path(name) for name in contents}
    for pipeline in _pipelines(folder, github=github, gitlab=gitlab):
        name, path = _at_root(folder, pipeline.path)
        contents[name], paths[name] = pipeline.text.encode(), path
    written = {name for name, data in contents.items() if create_exclusive(paths[name], data)}
    existing = (contents.keys() - written) | ({manifest} if manifest else set())
    return StarterFiles(manifest or NAMES[0], tuple(sorted(written)), tuple(sorted(existing)))


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise UserError(f"cannot make the folder {folder}: {reason}") from None


def _declaring_files(folder: Path, findings: Findings) -> Iterator[tuple[str, bytes]]:
    """The manifest of prompts that exist, and copies of those without a version in their name."""
    from lensops.flows.found_prompts import manifest_text

    yield NAMES[0], manifest_text(folder, findings.prompts).encode()
    for path, copy in findings.copies.items():
        yield copy, (folder / path).read_bytes()


def _starter() -> Iterator[tuple[str, bytes]]:
    root = files("lensops.flows") / "starter"
    for name, file in _walk(root, ""):
        yield name, file.read_bytes()


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")
        else:
            yield prefix + entry.name, entry


def _tooling() -> Iterator[tuple[str, bytes]]:
    yield IGNORE, b"live/\n"
    yield RESULTS, b"# remove this file to keep results in git\n*\n"
    yield SCHEMA, schema_text().encode()


def _pipelines(folder: Path, *, github: bool, gitlab: bool) -> Iterator[Pipeline]:
    if github or gitlab:
        below = prefix_of(folder)
        shared = _shared_folders(folder, below)
        yield from [github_workflow(below, shared)] if github else []
        yield from [gitlab_pipeline(below, shared)] if gitlab else []


def _shared_folders(folder: Path, below: str) -> list[str]:
    """Folders above the manifest's in which its prompts lie, from the root of the repository."""
    path = next((folder / name for name in NAMES if (folder / name).is_file()), None)
    if path is None:
        return []
    prompts = declared_prompts(read_yaml(path.read_bytes(), path.name))
    above = {p.files.folder for p in prompts if p.is_sound and p.files.folder.startswith("..")}
    folders = {posixpath.normpath(posixpath.join(below, name)) for name in above}
    return sorted("" if name == "." else name for name in folders if not name.startswith(".."))


def _at_root(folder: Path, name: str) -> tuple[str, Path]:
    """A file of the repository's root: its name as seen from the folder, and its path."""
    depth = len(PurePosixPath(prefix_of(folder)).parts)
    return "../" * depth + name, folder.resolve().joinpath(*[".."] * depth, name)


_SAFE = re.compile(r"[A-Za-z0-9_./-]*")  # names that mean nothing to a shell, YAML or a glob


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A file at the root of a repository, for the manifest in one of its folders."""

    path: str
    text: str


def github_workflow(folder: str = "", shared: Iterable[str] = ()) -> Pipeline:
    """Jobs that gate and comment on pull requests and apply what was merged.

    `folder` is the manifest's, from the root of the repository; only changes in it, and in the
    `shared` folders in which its prompts lie as well, run the jobs. Raises `UserError` when a name
    cannot be written into scripts as it is.
    """
    slug = _slug(folder)
    path = f".github/workflows/lensops{slug}.yml"
    patterns = f"    paths: [{_globs(folder, shared, '/**')}, '{path}']\n" if folder else ""
    text = _template("workflow.yml").replace("@PATHS@", patterns)
    text = text.replace("@TITLE@", f" {folder}" if folder else "")
    return Pipeline(path, _fill(text.replace("@SLUG@", f"{slug[1:]}-" if slug else ""), folder))


def gitlab_pipeline(folder: str = "", shared: Iterable[str] = ()) -> Pipeline:
    """The same jobs for GitLab, to be included by the repository's `.gitlab-ci.yml`."""
    slug = _slug(folder)
    changes = f"      changes: [{_globs(folder, shared, '/**/*')}]\n" if folder else ""
    text = _template("gitlab.yml").replace("@CHANGES@", changes).replace("@NAME@", slug)
    return Pipeline(f".gitlab/lensops{slug}.yml", _fill(text, folder))


def is_checkout() -> bool:
    """Whether this lensops was installed from a folder, so that its release may not be there."""
    return "dir_info" in _origin()


def _origin() -> dict[str, Any]:
    """Where this lensops was installed from, as installers note it; empty of a release."""
    try:
        origin = json.loads(distribution("lensops").read_text("direct_url.json") or "{}")
    except (PackageNotFoundError, ValueError):
        return {}
    return origin if isinstance(origin, dict) else {}


def requirement() -> str:
    """What installs this lensops: the commit it was installed from, or its release."""
    origin = _origin()
    commit = origin.get("vcs_info", {}).get("commit_id")
    if commit and _SAFE.fullmatch(origin["url"].replace(":", "").replace("@", "")):
        return f"lensops @ git+{origin['url']}@{commit}"
    return f"lensops=={__version__}"


def _template(name: str) -> str:
    return (files("lensops.flows") / name).read_text(encoding="utf-8")


def _globs(folder: str, shared: Iterable[str], ending: str) -> str:
    """Patterns of folders in quotes; an empty name is the whole repository."""
    folders = [_check_name(name) for name in (folder, *shared)]
    return ", ".join(f"'{name}{ending}'" if name else f"'{ending[1:]}'" for name in folders)


def _slug(folder: str) -> str:
    return "-" + _check_name(folder).replace("/", "-") if folder else ""


def _check_name(folder: str) -> str:
    if not _SAFE.fullmatch(folder):
        problem = f"the folder {folder!r} cannot be written into a pipeline as it is"
        raise UserError(problem, "use letters, digits, '_', '-' and '.' in its name")
    return folder


def _fill(text: str, folder: str) -> str:
    text = text.replace("@C@", f" -C {folder}" if folder else "")
    text = text.replace("@P@", f"{folder}/" if folder else "")
    return text.replace("@REQUIREMENT@", requirement())
