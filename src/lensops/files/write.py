"""Write files so that a reader, or a crash, sees the whole old content or the whole new one."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from lensops.errors import UserError


def write_atomic(path: Path, data: bytes) -> None:
    """Replace a file's content, keeping its mode. Raises `UserError` when it cannot."""
    target = path.resolve() if path.is_symlink() else path
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
    """Create a whole file, or return False when it exists: one of several writers wins."""
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
