"""The manifest: its model, loading with places, editing by span, its schema."""

from lensops.manifest.edit import set_number, set_text
from lensops.manifest.find import NAMES, find
from lensops.manifest.load import ManifestFile, check, load, place_of, suggestion
from lensops.manifest.model import Manifest, PromptEntry, Suite, Target
from lensops.manifest.node import Node
from lensops.manifest.validation import Validation
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
    "find",
    "load",
    "place_of",
    "read_yaml",
    "set_number",
    "set_text",
    "suggestion",
]
