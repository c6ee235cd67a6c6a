"""Families: the names under which a manifest has prompts and fragments, and where each stands."""

from __future__ import annotations

from lensops.manifest.node import Node

FRAGMENTS = "_fragments/"  # a fragment's family begins with it, as its folder among the prompts


def family_names(node: Node) -> list[str]:
    """The names of a manifest's nodes, whatever is wrong with their entries."""
    names = []
    for section, prefix in (("prompts", ""), ("fragments", FRAGMENTS)):
        entries = node.get(section)
        if entries is not None and entries.kind == "mapping":
            names += [prefix + str(key.value) for key, _ in entries.value]
    return names


def family_keys(family: str) -> tuple[str, str]:
    """The keys of a family's entry in the manifest."""
    if family.startswith(FRAGMENTS):
        return "fragments", family.removeprefix(FRAGMENTS)
    return "prompts", family
