"""Find the prompts that a repository has already, and write the manifest that declares them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from lensops.errors import Invalid, UserError
from lensops.files import Folder
from lensops.interchange.json_pair import ACTIVE, HISTORY, active_version
from lensops.interchange.source import Source
from lensops.interchange.templates import slug, unique
from lensops.manifest.insert import dump_yaml
from lensops.manifest.names import is_prompt_name, is_version
from lensops.prompts import natural, parse
from lensops.prompts.forms import ending_of
from lensops.prompts.parts import is_part

MAX_FILES = 20_000
_SKIPPED = {"node_modules", "site-packages", "__pycache__", "dist", "build", "venv", "eval_results"}
_OWN_ENDINGS = (".prompt.yml", ".prompt.yaml", ".prompty", ".prompt")  # nothing else ends so
_IMPORTABLE = ("promptfooconfig.yaml", "promptfooconfig.yml", HISTORY)
_FOLDER = re.compile(r"(?:\w+[_-])?prompts?", re.IGNORECASE)
_VERSIONED = re.compile(r"(?P<stem>.*?)(?P<gap>[_.-]?)(?P<version>v?\d+(?:\.\d+)*)\Z")
_MAX_BYTES = 1_000_000


class _Key(NamedTuple):
    """What the versions of a prompt share."""

    folder: str
    stem: str
    gap: str
    ending: str
    language: str


@dataclass(frozen=True, slots=True)
class FoundPrompt:
    """A prompt: its name, its versions with their files, and the pattern where it needs one.

    A file without a version in its name has `copied_to`: it becomes version v1 there.
    """

    name: str
    versions: dict[str, str]
    active: str
    pattern: str | None = None
    copied_to: str | None = None
    template: str = ""  # the language that the manifest has to name


@dataclass(slots=True)
class Findings:
    """The prompts of a repository, and files that look like one and cannot be read."""

    prompts: list[FoundPrompt] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)  # path and reason
    importable: list[str] = field(default_factory=list)  # what `lensops import` brings more of

    @property
    def copies(self) -> dict[str, str]:
        """The files to copy: the new path by the old one."""
        return {p.versions[p.active]: p.copied_to for p in self.prompts if p.copied_to}


def find_prompts(folder: Path) -> Findings:
    """Look through a folder: own endings anywhere, other forms in folders named for prompts."""
    tree, findings = Folder(folder), Findings()
    families: dict[_Key, dict[str, str]] = {}
    for path in _candidates(folder):
        if PurePosixPath(path).name in _IMPORTABLE:
            findings.importable.append(path)
            continue
        try:
            data = tree.read(path, _MAX_BYTES)
            language = _language(data, path)
        except Invalid as error:
            findings.refused.append((path, str(error.problems[0])))
        except (UserError, OSError) as error:
            findings.refused.append((path, str(error)))
        else:
            key, version = _family(path, language)
            families.setdefault(key, {})[version] = path
            findings.importable += [path] if b"\ntestData:" in data else []
    names: list[str] = []
    for key, versions in sorted(families.items()):
        prompt = _prompt(tree, key, versions, names)
        names.append(prompt.name)
        findings.prompts.append(prompt)
    return findings


def manifest_text(folder: Path, prompts: list[FoundPrompt]) -> str:
    """A manifest that declares them, with the targets of the sample."""
    project = slug(folder.resolve().name, "project").replace("/", "-")
    entries = {
        prompt.name: ({"path": prompt.pattern} if prompt.pattern else {})
        | ({"template": prompt.template} if prompt.template else {})
        | {"active": prompt.active}
        for prompt in prompts
    }
    targets = {"staging": {"directory": ".lensops/live/staging"}}
    targets["production"] = {"directory": ".lensops/live/production", "after": "staging"}
    return (
        "# yaml-language-server: $schema=.lensops/schema.json\n"
        f"version: 1\nproject: {project}\n\n"
        f"{dump_yaml({'prompts': entries})}\n{_eval_outline(folder, prompts[0])}\n"
        f"{dump_yaml({'targets': targets})}"
    )


def _eval_outline(folder: Path, prompt: FoundPrompt) -> str:
    """An eval of a prompt as a comment: what the gate asks for next."""
    path = prompt.versions[prompt.active]
    inputs = dict.fromkeys(
        parse((folder / path).read_bytes(), path, "v1", prompt.template).variables, "…"
    )
    case = json.dumps({"id": "1", "inputs": inputs, "reference": "…"}, ensure_ascii=False)
    return (
        "# evals: # what the gate measures; a line of the cases:\n"
        f"#   # {case}\n"
        f"#   {prompt.name}:\n"
        f"#     cases: evals/{prompt.name}/cases.jsonl\n"
        "#     weights: {rouge_l: 1}\n"
        "#     threshold: 0.5\n"
    )


def _candidates(folder: Path) -> Iterator[str]:
    """Paths of files that may be prompts, in order."""
    count = 0
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in _SKIPPED)
        inside = PurePosixPath(Path(root).relative_to(folder).as_posix())
        is_prompt_folder = any(_FOLDER.fullmatch(part) for part in inside.parts)
        for name in sorted(files):
            count += 1
            if count > MAX_FILES:
                return
            has_own_ending = name.endswith(_OWN_ENDINGS) or name in _IMPORTABLE
            if has_own_ending or (is_prompt_folder and ending_of(name) and not _is_other(name)):
                yield (inside / name).as_posix()


def _is_other(name: str) -> bool:
    """Files that lie beside prompts and are none."""
    lowered = name.lower()
    return lowered.startswith((".", "readme", "license", "changelog", "_")) or lowered in {
        ACTIVE,
        HISTORY,
        "package.json",
        "index.json",
    }


def _language(data: bytes, path: str) -> str:
    """The template language that a file needs the manifest to name; empty for most.

    Raises `Invalid` for what is no prompt in any.
    """
    try:
        parse(data, path, "v1")
    except Invalid as error:
        if "name the language in the manifest" not in str(error):
            raise
        parse(data, path, "v1", "f-string")
        return "f-string"
    return ""


def _family(path: str, language: str) -> tuple[_Key, str]:
    """The family of a file, and the version that its name or its folder's says."""
    pure = PurePosixPath(path)
    if is_part(path) and is_version(pure.parent.name) and _VERSIONED.fullmatch(pure.parent.name):
        return _Key(pure.parent.parent.as_posix(), "", "", "", language), pure.parent.name
    ending = ending_of(pure.name) or ""
    stem = pure.name.removesuffix(ending)
    match = _VERSIONED.fullmatch(stem)
    folder = pure.parent.as_posix()
    if match and is_version(match["version"]):
        ending = "" if is_part(path) else ending  # each role is a file of the version
        return _Key(folder, match["stem"], match["gap"], ending, language), match["version"]
    return _Key(folder, stem, "", ending, language), ""


def _prompt(tree: Folder, key: _Key, versions: dict[str, str], names: list[str]) -> FoundPrompt:
    folder, stem, gap, ending, language = key
    if "" in versions and len(versions) == 1:
        name = unique(slug(stem), names)
        copy = f"prompts/{name}/v1{ending}"
        return FoundPrompt(name, {"v1": versions[""]}, "v1", None, copy, language)
    versions = {version: path for version, path in versions.items() if version}
    active = _active(tree, folder, versions)
    usual = folder.removeprefix("prompts/")
    if not stem and usual != folder and is_prompt_name(usual):
        return FoundPrompt(usual, versions, active, template=language)
    name = unique(slug(stem or PurePosixPath(folder).name), names)
    pattern = (PurePosixPath(folder) / f"{stem}{gap}{{version}}{ending}").as_posix()
    return FoundPrompt(name, versions, active, pattern, template=language)


def _active(tree: Folder, folder: str, versions: dict[str, str]) -> str:
    """The version that an `active.json` beside names, else the newest."""
    try:
        declared = active_version(Source(tree, f"{folder}/{ACTIVE}").node())
    except UserError:
        declared = None
    return declared if declared in versions else max(versions, key=natural)
