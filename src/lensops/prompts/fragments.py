"""Fragments: shared text that prompts name as `{{> tone}}`, expanded before anybody sees it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from lensops.errors import Invalid, Location, Problem
from lensops.files import Tree, decode
from lensops.manifest import Node, suggestion
from lensops.manifest.names import FRAGMENTS
from lensops.prompts.layout import PromptFiles, declared_fragments
from lensops.prompts.load import MAX_BYTES, load_prompt, version_path
from lensops.prompts.template import Template
from lensops.prompts.value import Prompt

_TEXTS = (".md", ".txt")


class Fragment(NamedTuple):
    """The active version of a fragment. `template` has the fragments inside of it expanded.

    `uses` are the names of those. `path` is its file.
    """

    name: str
    version: str
    path: str
    template: Template
    uses: frozenset[str] = frozenset()


def load_fragments(tree: Tree, node: Node) -> tuple[dict[str, Fragment], list[Problem]]:
    """The fragments of a manifest's nodes, by name, and the problems of those that do not load."""
    loader = _Loader(tree, node)
    for name in loader.entries:
        loader.fragment(name, ())
    return loader.fragments, list(dict.fromkeys(loader.problems))


def expand_prompt(
    tree: Tree, prompt: Prompt, path: str, fragments: Mapping[str, Fragment]
) -> tuple[Prompt, list[Problem]]:
    """The prompt with its fragments in their places, and a problem for each that is missing."""
    missing = [name for name in prompt.fragments if name not in fragments]
    problems = [_unknown_problem(tree, path, name, fragments) for name in missing]
    used = {name: fragments[name] for name in prompt.fragments if name in fragments}
    templates = {name: fragment.template for name, fragment in used.items()}
    names = {*used, *(inner for fragment in used.values() for inner in fragment.uses)}
    return prompt.expand(templates, tuple(sorted(names))), problems


def load_expanded(tree: Tree, node: Node, files: PromptFiles, version: str) -> Prompt:
    """A version with the fragments that the manifest's nodes declare. Raises `Invalid`."""
    prompt = load_prompt(tree, files, version)
    if not prompt.fragments:
        return prompt
    fragments, problems = load_fragments(tree, node)
    path = version_path(tree, files, version)
    expanded, missing = expand_prompt(tree, prompt, path, fragments)
    if problems or missing:
        raise Invalid((*problems, *missing))
    return expanded


def hole_location(tree: Tree, path: str, hole: str) -> Location:
    """Where a file first writes a variable, or `>` and a fragment; else the file."""
    text = decode(tree.read(path, MAX_BYTES), path)
    sign, name = (r">\s*", hole[1:]) if hole.startswith(">") else (r"\s*", hole)
    match = re.search(rf"\{{\{{{sign}{re.escape(name)}\s*\}}\}}", text)
    if match is None:
        return Location(path)
    line_start = text.rfind("\n", 0, match.start()) + 1
    return Location(path, text.count("\n", 0, match.start()) + 1, match.start() - line_start + 1)


class _Loader:
    """Fragments on their way, each loaded once, what it names before it."""

    def __init__(self, tree: Tree, node: Node) -> None:
        self.tree = tree
        self.fragments: dict[str, Fragment] = {}
        self.problems: list[Problem] = []
        self.entries = {
            entry.files.name.removeprefix(FRAGMENTS): entry
            for entry in declared_fragments(node)
            if entry.is_sound
        }

    def fragment(self, name: str, above: tuple[str, ...]) -> Fragment | None:
        """One fragment; `above` are those that lead to it. None where it has a problem."""
        if name not in self.fragments and (loaded := self._load(name)) is not None:
            self._expand(name, *loaded, above)
        return self.fragments.get(name)

    def _load(self, name: str) -> tuple[str, Prompt] | None:
        entry = self.entries[name]
        try:
            path = version_path(self.tree, entry.files, entry.version, entry.location)
            prompt = load_prompt(self.tree, entry.files, entry.version, entry.location)
        except Invalid as error:
            self.problems += error.problems
            return None
        if not path.endswith(_TEXTS):
            hint = "keep its text in a .md or .txt file"
            self.problems.append(Problem(Location(path), "a fragment is text", hint))
            return None
        return path, prompt

    def _expand(self, name: str, path: str, prompt: Prompt, above: tuple[str, ...]) -> None:
        uses: dict[str, Fragment] = {}
        for inner in prompt.fragments:
            if inner in (*above, name):
                circle = " → ".join([*above, name, inner])
                location = hole_location(self.tree, path, f">{inner}")
                self.problems.append(Problem(location, f"fragments go in a circle: {circle}"))
            elif inner not in self.entries:
                self.problems.append(_unknown_problem(self.tree, path, inner, self.entries))
            elif (fragment := self.fragment(inner, (*above, name))) is not None:
                uses[inner] = fragment
        if len(uses) < len(prompt.fragments):
            return
        (template,) = prompt.templates
        expanded = template.expand({inner: f.template for inner, f in uses.items()})
        names = frozenset({*uses, *(n for fragment in uses.values() for n in fragment.uses)})
        self.fragments[name] = Fragment(name, prompt.version, path, expanded, names)


def _unknown_problem(tree: Tree, path: str, name: str, fragments: Mapping[str, object]) -> Problem:
    hint = suggestion(name, fragments) or "declare it under `fragments:`"
    message = f"there is no fragment {name!r}"
    return Problem(hole_location(tree, path, f">{name}"), message, hint)


def brought_variables(
    prompt: Prompt, fragments: Mapping[str, Fragment]
) -> Iterator[tuple[str, Fragment]]:
    """The variables that a prompt has by its fragments alone, with the fragment of each."""
    direct = {*(prompt.source or prompt).variables}
    for name in prompt.expanded:
        for variable in sorted(fragments[name].template.variables - direct):
            yield variable, fragments[name]
