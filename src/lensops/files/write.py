"""Write files so that a reader, or a crash, sees the whole old content or the whole new one."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from lensops.errors import UserError
from lensops.files.tree import OutsideError, is_gits_own, resolve_path


def write_atomic(path: Path, data: bytes) -> None:
    """Replace a file's content, keeping its mode.

    Raises `UserError` when it cannot, or when a link leads somewhere else than the name says.
    """
    target = check_destination(path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        staged = _stage(target, data, mode)
        try:
            staged.replace(target)
        except BaseException:
            staged.unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)
    except OSError as error:
        raise _unwritable(path, error) from None


def create_exclusive(path: Path, data: bytes) -> bool:
    """Create a whole file, or return False when it exists: one of several writers wins.

    Raises as `write_atomic` does.
    """
    check_destination(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        staged = _stage(path, data, 0o666 & ~_umask())
        try:
            os.link(staged, path)
        except FileExistsError:
            return False
        finally:
            staged.unlink(missing_ok=True)
        _sync_folder(path.parent)
    except OSError as error:
        raise _unwritable(path, error) from None
    return True


def check_destination(path: Path) -> Path:
    """The file that writing to a path would replace: where its links lead.

    A link that stands at the path must not leave the folder that the path names, and links on the
    way must leave neither the current folder nor the repository. Raises `OutsideError`.
    """
    folder = resolve_path(path.parent)
    target = resolve_path(folder / path.name)
    if not target.is_relative_to(folder) or is_gits_own(target.relative_to(folder)):
        raise OutsideError(f"{path.name} is a link that leaves its folder; nothing was written")
    for limit in _bounds(path):
        if not target.is_relative_to(limit):
            raise OutsideError(f"{path.parent} is a link that leads away; nothing was written")
        if is_gits_own(target.relative_to(limit)):
            raise OutsideError(f"{path} leads into git's own folder; nothing was written")
    return target


def _bounds(path: Path) -> Iterator[Path]:
    """The folders that a path is in by its name: the current one, and that of a repository."""
    lexical = Path(os.path.abspath(path))  # noqa: PTH100  # links are not to be followed
    working = Path.cwd()
    if lexical.is_relative_to(working):
        yield working
    root = next((parent for parent in lexical.parents if (parent / ".git").exists()), None)
    if root is not None:
        yield root.resolve()


def _stage(target: Path, data: bytes, mode: int) -> Path:
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    staged = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        staged.chmod(mode)
    except BaseException:
        staged.unlink(missing_ok=True)
        raise
    return staged


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):  # not every file system lets a folder be synced
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _unwritable(path: Path, error: OSError) -> UserError:
    reason = (error.strerror or "unknown reason").lower()
    return UserError(f"cannot write {path.name}: {reason}", "check the disk's space and rights")
