"""History: what git knows of a project; the only room that imports GitPython."""

from lensops.history.activations import activations, released
from lensops.history.events import Event, History, Kind, Skipped
from lensops.history.repository import Repository, open_repository
from lensops.history.tree import RevisionTree

__all__ = [
    "Event",
    "History",
    "Kind",
    "Repository",
    "RevisionTree",
    "Skipped",
    "activations",
    "open_repository",
    "released",
]
