"""The manifest: its model, loading with places, editing by span, its schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lensops.lazy import load_names

if TYPE_CHECKING:
    from lensops.manifest.edit import insert_key, set_number, set_text
    from lensops.manifest.entries import PromptEntry
    from lensops.manifest.load import ManifestFile, Validation, check
    from lensops.manifest.locate import NAMES
    from lensops.manifest.model import Manifest, Target
    from lensops.manifest.node import Node, location_of
    from lensops.manifest.select import suggestion
    from lensops.manifest.suite import Suite
    from lensops.manifest.yaml import read_yaml

__all__ = [
    "NAMES",
    "Manifest",
    "ManifestFile",
    "Node",
    "PromptEntry",
    "Suite",
    "Target",
    "Validation",
    "check",
    "insert_key",
    "location_of",
    "read_yaml",
    "set_number",
    "set_text",
    "suggestion",
]

__getattr__ = load_names(
    __name__,
    {
        "edit": ("insert_key", "set_number", "set_text"),
        "locate": ("NAMES",),
        "load": ("ManifestFile", "Validation", "check"),
        "entries": ("PromptEntry",),
        "model": ("Manifest", "Target"),
        "node": ("Node", "location_of"),
        "select": ("suggestion",),
        "suite": ("Suite",),
        "yaml": ("read_yaml",),
    },
)
