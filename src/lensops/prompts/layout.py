"""Where the versions of a prompt lie: in `prompts/<name>/`, or at the manifest's `path:`."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from lensops.errors import Location
from lensops.files import Tree
from lensops.manifest.names import FRAGMENTS, is_prompt_name, is_version
from lensops.manifest.paths import is_version_path
from lensops.prompts.forms import ending_of
from lensops.prompts.parts import is_part

if TYPE_CHECKING:
    from lensops.manifest import Manifest, Node

FOLDER = "prompts"
VERSION = "{version}"
DECLARED = ("mustache", "f-string")


class PromptFiles(NamedTuple):
    """The files of a prompt's versions; `pattern` is the manifest's `path:`, or empty.

    A pattern has `{version}` in one of its parts. Where it names no ending that is a form, every
    ending fits.
    """

    name: str
    pattern: str = ""
    template: str = ""  # the template language of its texts, where the manifest declares one

    @property
    def path(self) -> PurePosixPath:
        """The pattern, that of the usual place where none is declared."""
        return PurePosixPath(self.pattern or f"{FOLDER}/{self.name}/{VERSION}")

    @property
    def folder(self) -> str:
        """The folder that holds all versions, `.` for the manifest's own."""
        return _split_at_version(self)[0]

    def versions(self, tree: Tree) -> Iterator[tuple[str, str]]:
        """Each version with a file that claims it."""
        above, (part, *rest) = _split_at_version(self)
        folder = "" if above == "." else f"{above}/"
        if not rest:
            for name in tree.names(folder.rstrip("/")):
                if version := _match(part, name):
                    yield version, folder + name
            for name in tree.folders(folder.rstrip("/")):
                if version := _match(part, name, is_folder=True):
                    parts = (f"{folder}{name}/{file}" for file in tree.names(folder + name))
                    yield from ((version, path) for path in parts if is_part(path))
            return
        for name in tree.folders(folder.rstrip("/")):
            if version := _match(part, name, is_folder=True):
                below = PurePosixPath(folder, name, *rest[:-1]).as_posix()
                for file in tree.names(below):
                    if file == rest[-1] or _stem(file) == rest[-1]:
                        yield version, f"{below}/{file}"

    def example(self, version: str, origin: str = ".yaml") -> str:
        """The file that a version would have; its ending is that of `origin` where it is open."""
        path = self.path.as_posix().replace(VERSION, version)
        return path if ending_of(path) else path + (ending_of(origin) or ".yaml")

    def similar(self, tree: Tree, version: str) -> list[str]:
        """Files that could be meant by a version, but for an ending, a case or a place."""
        path = PurePosixPath(self.path.as_posix().replace(VERSION, version))
        folder = "" if path.parent.as_posix() == "." else f"{path.parent.as_posix()}/"
        stem = _stem(path.name) or path.name
        near = [folder + name for name in tree.names(folder.rstrip("/")) if _is_near(name, stem)]
        near += [f"{folder}{stem}/{name}" for name in tree.names(folder + stem)]
        if not self.pattern:
            above = path.parent.parent.as_posix()
            stems = (path.parent.name, f"{path.parent.name}_{version}")
            names = [n for n in tree.names(above) if any(_is_near(n, each) for each in stems)]
            near += [f"{above}/{name}" for name in names]
        claimed = {file for _, file in self.versions(tree)}
        return [name for name in near if name not in claimed]

    def holds(self, path: str) -> bool:
        """Whether a file lies where versions of this prompt lie."""
        return self.folder == "." or path.startswith(f"{self.folder}/")


class Declared(NamedTuple):
    """A prompt as a manifest declares it, and where the manifest names the active version."""

    files: PromptFiles
    version: str
    location: Location

    @property
    def is_sound(self) -> bool:
        """Whether names and path can be those of files; else the model says what is wrong."""
        name = self.files.name.removeprefix(FRAGMENTS)
        names = is_prompt_name(name) and is_version(self.version)
        return names and (not self.files.pattern or is_version_path(self.files.pattern))


def locate_prompt(manifest: Manifest, name: str) -> PromptFiles:
    """The files of a prompt of the manifest; of one that it lacks, the usual place."""
    entry = manifest.prompts.get(name)
    if entry is None:
        return PromptFiles(name)
    return PromptFiles(name, entry.path or "", own_language(entry.template))


def declared_prompts(node: Node | None) -> Iterator[Declared]:
    """The prompts of a manifest's nodes, as far as they can be meant, whatever else is wrong."""
    prompts = node.get("prompts") if node is not None else None
    for key, entry in prompts.value if prompts is not None and prompts.kind == "mapping" else ():
        active = entry.get("active")
        pattern, template = _text(entry, "path"), _text(entry, "template")
        if active is not None and isinstance(active.value, str):
            files = PromptFiles(str(key.value), pattern, own_language(template))
            yield Declared(files, active.value, active.location)


def own_language(template: str | None) -> str:
    """The template language that a manifest declares; empty where it declares none."""
    return template if template in DECLARED else ""


def _text(entry: Node, key: str) -> str:
    node = entry.get(key)
    return node.value if node is not None and isinstance(node.value, str) else ""


def declared_fragments(node: Node | None) -> Iterator[Declared]:
    """The fragments of a manifest's nodes; their names begin with `_fragments/`."""
    entries = node.get("fragments") if node is not None else None
    for key, entry in entries.value if entries is not None and entries.kind == "mapping" else ():
        active = entry.get("active")
        if active is not None and isinstance(active.value, str):
            files = PromptFiles(FRAGMENTS + str(key.value))
            yield Declared(files, active.value, active.location)


def declared_families(node: Node | None) -> Iterator[Declared]:
    """The prompts and the fragments of a manifest's nodes."""
    yield from declared_prompts(node)
    yield from declared_fragments(node)


def locate_declared(node: Node | None, name: str) -> PromptFiles:
    """The files of a prompt of a manifest's nodes; of one that it lacks, the usual place."""
    matches = (prompt.files for prompt in declared_prompts(node) if prompt.files.name == name)
    return next(matches, PromptFiles(name))


@lru_cache(maxsize=4_096)  # several readers of a command list the versions
def _split_at_version(files: PromptFiles) -> tuple[str, tuple[str, ...]]:
    """The folder above the part that has the version, `.` for the manifest's own, and the rest."""
    parts = files.path.parts
    place = next((i for i, part in enumerate(parts) if VERSION in part), 0)
    return PurePosixPath(*parts[:place]).as_posix(), parts[place:]


@lru_cache(maxsize=4_096)  # the versions of one prompt are called like those of another
def _match(part: str, name: str, *, is_folder: bool = False) -> str | None:
    """The version in a name that fits the part, or None."""
    prefix, _, suffix = part.partition(VERSION)
    if not is_folder and not ending_of(suffix):
        stem = _stem(name)
        if stem is None or name.startswith("."):
            return None
        name = stem
    version = name.removeprefix(prefix).removesuffix(suffix)
    return version if prefix + version + suffix == name and is_version(version) else None


def _stem(name: str) -> str | None:
    ending = ending_of(name)
    return name.removesuffix(ending) if ending else None


def _is_near(name: str, stem: str) -> bool:
    """Whether a file's name is a stem with some ending, whatever its case and Unicode form."""
    folded, wanted = (unicodedata.normalize("NFC", text).casefold() for text in (name, stem))
    return folded == wanted or folded.startswith(f"{wanted}.")
