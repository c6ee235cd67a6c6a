"""The pipelines that `lensops init` writes: a workflow for GitHub Actions, a file for GitLab."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import files
from typing import Any

from lensops import __version__
from lensops.errors import UserError

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
