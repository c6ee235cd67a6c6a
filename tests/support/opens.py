"""Count what a command opens: files by an audit hook, processes of git by a stand-in."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import stat
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from support.cli import Result

CHILD = """
import atexit, json, os, sys
root, log, paths = os.path.realpath(sys.argv[1]) + os.sep, sys.argv[2], []
def hook(event, args):
    if event == "open" and isinstance(args[0], (str, bytes, os.PathLike)):
        mode, flags = args[1], args[2]
        path = os.path.realpath(os.fsdecode(args[0]))
        if path.startswith(root) and not flags & (os.O_WRONLY | os.O_RDWR | os.O_DIRECTORY):
            paths.append(path.removeprefix(root))
sys.addaudithook(hook)
atexit.register(lambda: json.dump(paths, open(log, "w")))
from lensops.cli.main import run
code = run(sys.argv[3:])
sys.stdout.flush()
sys.exit(code)
"""

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
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(cwd), str(log), *args],
        cwd=cwd,
        env={
            **os.environ,
            "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    paths = [path for path in json.loads(log.read_text()) if not path.startswith(".git/")]
    return Opens(
        Result(done.returncode, done.stdout, done.stderr),
        Counter(paths),
        Counter(_lines(log.with_name("log.blobs"))),
        tuple(_lines(log.with_name("log.git"))),
    )


def _lines(path: Path) -> Iterator[str]:
    return iter(path.read_text().splitlines() if path.exists() else ())
