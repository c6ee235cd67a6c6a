"""The release cache: a file in which the last good release outlives the process."""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from lensops.client.errors import Unreadable
from lensops.client.release import Release, parse_release
from lensops.client.source import read_regular

_log = logging.getLogger("lensops.client")


@dataclass(frozen=True, slots=True)
class ReleaseCache:
    """A copy of the last good `current.json`; one that is shipped with an image works as well."""

    path: Path

    def save(self, data: bytes) -> None:
        """Replace the copy in one step. Where that fails, it is logged and nothing else happens."""
        try:
            handle, name = tempfile.mkstemp(prefix=f".{self.path.name}.", dir=self.path.parent)
            try:
                with os.fdopen(handle, "wb") as stream:
                    stream.write(data)
                os.replace(name, self.path)  # noqa: PTH105  # two paths, no method of one of them
            except OSError:
                with contextlib.suppress(OSError):
                    os.unlink(name)  # noqa: PTH108
                raise
        except OSError as error:
            _log.warning("cannot write the copy of the release to %s: %s", self.path, error)

    def load(self) -> Release | None:
        """The release of the copy, its age counted from when the file was written."""
        try:
            data, status = read_regular(self.path)
            release = parse_release(data)
        except FileNotFoundError:
            return None
        except (OSError, Unreadable) as error:
            _log.warning("cannot read a copy of the release from %s: %s", self.path, error)
            return None
        release.origin.confirmed = time.monotonic() - max(0.0, time.time() - status.st_mtime)
        return release
