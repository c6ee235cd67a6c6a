"""History: what git knows of a project; the only room that imports GitPython."""

from lensops.history.activations import activations, released
from lensops.history.earlier import earlier
from lensops.history.events import Event, History, Kind, Skipped
from lensops.history.repository import Repository, open_repository
from lensops.history.tree import RevisionTree
from lensops.history.versions import Family, Listing, Version

__all__ = [
    "Event",
    "Family",
    "History",
    "Kind",
    "Listing",
    "Repository",
    "RevisionTree",
    "Skipped",
    "Version",
    "activations",
    "earlier",
    "open_repository",
    "released",
]
