"""Objects that no record names: what was staged and never applied, or put there by a hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lensops.errors import Refused
from lensops.targets import layout, reading

if TYPE_CHECKING:
    from lensops.files import Tree

MIN_AGE = 3_600  # seconds after which a file in a folder belongs to no apply that is under way


def unreferenced_objects(name: str, tree: Tree) -> tuple[str, ...]:
    """The paths of the objects that neither a record names nor `current.json` serves.

    Raises `Refused` where the log is damaged: nobody knows what the missing records name.
    """
    log = reading.read_log(tree)
    if log.problems:
        problem = f"{name}: {log.problems[0]}; what its records name is not known"
        raise Refused(problem, f"look at it with `lensops verify {name}`")
    digests = {entry.record.release for entry in log.entries}
    digests |= {entry.record.evidence for entry in log.entries if entry.record.evidence}
    served = reading.observe(tree).digest
    needed = {layout.object_path(digest) for digest in (*digests, *([served] if served else []))}
    paths = [f"{layout.OBJECTS}/{name}" for name in tree.names(layout.OBJECTS)]
    return tuple(path for path in paths if path not in needed and path.endswith(".json"))
