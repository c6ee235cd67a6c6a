"""The files of a monitor's windows, in the work tree and in any revision alike."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from lensops.files import Tree
from lensops.manifest.drift import Monitor, Window

_MAGIC = re.compile(r"[*?\[]")


def window_files(tree: Tree, monitor: Monitor) -> tuple[str, ...]:
    """The paths of both windows, sorted; a path without a match stands as it is.

    A window in a warehouse has none.
    """
    return tuple(sorted({*baseline_files(tree, monitor), *current_files(tree, monitor)}))


def baseline_files(tree: Tree, monitor: Monitor) -> tuple[str, ...]:
    """The files that the baseline is read from: its profile where there is one, else its data."""
    if monitor.profile is not None and (
        monitor.baseline is None or _is_file(tree, monitor.profile)
    ):
        return (monitor.profile,)
    return _files(tree, monitor, monitor.baseline)


def current_files(tree: Tree, monitor: Monitor) -> tuple[str, ...]:
    """The files that the current window is read from."""
    return _files(tree, monitor, monitor.current)


def matching_files(tree: Tree, path: str) -> Iterator[str]:
    """The files that a declared path means: a file, a folder with all below it, or a glob."""
    parts = PurePosixPath(path).parts
    plain = next((i for i, part in enumerate(parts) if _MAGIC.search(part)), len(parts))
    folder = "/".join(parts[:plain])
    pattern = _glob_pattern(parts) if plain < len(parts) else re.compile(re.escape(folder) + "/.*")
    matches = [file for file in _files_below(tree, folder) if pattern.fullmatch(file)]
    yield from matches or [path]


def _files(
    tree: Tree, monitor: Monitor, window: str | tuple[str, ...] | Window | None
) -> tuple[str, ...]:
    files = window.data if isinstance(window, Window) else window
    if window is None or monitor.connection is not None:
        return ()
    files = monitor.data if files is None else files
    paths = (files,) if isinstance(files, str) else files or ()
    return tuple(file for path in paths for file in matching_files(tree, path))


def _is_file(tree: Tree, path: str) -> bool:
    pure = PurePosixPath(path)
    return pure.name in tree.names("" if str(pure.parent) == "." else str(pure.parent))


def _files_below(tree: Tree, folder: str) -> Iterator[str]:
    prefix = f"{folder}/" if folder else ""
    yield from (prefix + name for name in tree.names(folder) if name[:1] not in "._")
    for name in tree.folders(folder):
        if name[:1] not in "._":
            yield from _files_below(tree, prefix + name)


def _glob_pattern(parts: tuple[str, ...]) -> re.Pattern[str]:
    """`**` stands for any folders, `*` for a part of one name."""
    steps = [r"(?:[^/]+/)*" if part == "**" else _segment(part) + "/" for part in parts[:-1]]
    last = r"(?:[^/]+/)*[^/]+" if parts[-1] == "**" else _segment(parts[-1])
    return re.compile("".join(steps) + last)


def _segment(part: str) -> str:
    translated = fnmatch.translate(part)
    return translated.replace(".*", "[^/]*").removeprefix("(?s:").removesuffix(r")\Z")
