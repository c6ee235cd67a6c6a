"""History: the activations of a project, as git knows them."""

from lensops.history.activations import read_history
from lensops.history.events import Event, History, Kind, Skipped
from lensops.history.released import Release, ReleasedVersions, released_versions
from lensops.history.versions import Family, Listing, Version

__all__ = [
    "Event",
    "Family",
    "History",
    "Kind",
    "Listing",
    "Release",
    "ReleasedVersions",
    "Skipped",
    "Version",
    "read_history",
    "released_versions",
]
