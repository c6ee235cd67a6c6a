"""History: the activations of a project, as git knows them."""

from typing import TYPE_CHECKING

from lensops.lazy import load_names

if TYPE_CHECKING:
    from lensops.history.activations import read_history
    from lensops.history.events import Event, Family, History, Kind, Listing, Skipped, Version
    from lensops.history.released import Release, ReleasedVersions, released_versions

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

__getattr__ = load_names(
    __name__,
    {
        "activations": ("read_history",),
        "events": ("Event", "Family", "History", "Kind", "Listing", "Skipped", "Version"),
        "released": ("Release", "ReleasedVersions", "released_versions"),
    },
)
