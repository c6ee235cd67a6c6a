"""The sources of imports by name: each recognises its own documents and converts them."""

from __future__ import annotations

from collections.abc import Callable

from lensops.errors import UserError
from lensops.interchange import json_pair, langfuse, prompt_yml, promptfoo, promptfoo_results
from lensops.interchange.bundle import Bundle
from lensops.interchange.source import Source
from lensops.manifest import Node

Accepts = Callable[[Source, Node], bool]
Convert = Callable[[Source, Node, str | None], Bundle]

SOURCES: dict[str, tuple[Accepts, Convert]] = {
    "prompt.yml": (prompt_yml.accepts, prompt_yml.convert),
    "promptfoo-results": (
        lambda _, node: promptfoo_results.accepts(node),
        promptfoo_results.convert,
    ),
    "promptfoo": (lambda _, node: promptfoo.accepts(node), promptfoo.convert),
    "langfuse": (lambda _, node: langfuse.accepts(node), langfuse.convert),
}
PAIR = "json-pair"  # a folder, so that there is no document to look at


def convert(source: Source, kind: str | None = None, name: str | None = None) -> Bundle:
    """What the source holds. `kind` is a key of `SOURCES` or `PAIR`; None: what it looks like.

    Raises `Invalid` for a broken document, and `UserError` when it is none that is known.
    """
    if kind == PAIR or (kind is None and json_pair.accepts(source) and _is_pair(source)):
        return json_pair.convert(source, name)
    if source.is_folder:
        hint = "name the file, such as promptfooconfig.yaml"
        raise UserError(f"{source.path or '.'} is a folder without active.json", hint)
    node = source.node()
    if kind is not None:
        return SOURCES[kind][1](source, node, name)
    for accepts, converts in SOURCES.values():
        if accepts(source, node):
            return converts(source, node, name)
    kinds = ", ".join([*SOURCES, PAIR])
    raise UserError(f"{source.path} is none of {kinds}", "choose one with --from if it is")


def _is_pair(source: Source) -> bool:
    """A folder, or one of the two files."""
    return source.is_folder or source.path.endswith((json_pair.ACTIVE, json_pair.HISTORY))
