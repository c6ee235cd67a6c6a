"""Count what a command opens: files by an audit hook, processes of git by a stand-in."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import stat
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lensops.cli.main import run
from support.cli import Result
from support.forked import run_forked

NOT_READING = os.O_WRONLY | os.O_RDWR | os.O_DIRECTORY

GIT = """\
#!/bin/sh
printf '%s\\n' "$*" >> {log}.git
case " $* " in
  *" --batch "*) tee -a {log}.blobs | {git} "$@"; exit ;;
esac
exec {git} "$@"
"""


@dataclass(frozen=True)
class Opens:
    """`files`: how often each path was opened for reading; `blobs`: each object of a revision."""

    result: Result
    files: Counter[str]
    blobs: Counter[str]
    processes: tuple[str, ...]

    @property
    def again(self) -> dict[str, int]:
        """What was opened more than once."""
        return {name: n for name, n in (self.files + self.blobs).items() if n > 1}


def count_opens(*args: str, cwd: Path, scratch: Path) -> Opens:
    """Run a command as a process of its own, and count. Git's own folder is left out."""
    folder, log = scratch / "bin", scratch / "log"
    if not folder.exists():
        folder.mkdir(parents=True)
        script = folder / "git"
        script.write_text(GIT.format(git=shutil.which("git"), log=shlex.quote(str(log))))
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
    for old in scratch.glob("log*"):
        old.unlink()
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    result = run_forked(_record, str(cwd), log, args, cwd=cwd, env={"PATH": path})
    paths = [path for path in json.loads(log.read_text()) if not path.startswith(".git/")]
    return Opens(
        result,
        Counter(paths),
        Counter(_lines(log.with_name("log.blobs"))),
        tuple(_lines(log.with_name("log.git"))),
    )


def _record(folder: str, log: Path, args: Sequence[str]) -> int:
    """Run a command; write down what it opened for reading in a folder."""
    root, paths = os.path.realpath(folder) + os.sep, []

    def hook(event: str, values: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(values[0], str | bytes | os.PathLike):
            path = os.path.realpath(os.fsdecode(values[0]))
            if path.startswith(root) and not values[2] & NOT_READING:
                paths.append(path.removeprefix(root))

    sys.addaudithook(hook)
    code = run(list(args))
    log.write_text(json.dumps(paths))
    return code


def _lines(path: Path) -> Iterator[str]:
    return iter(path.read_text().splitlines() if path.exists() else ())
