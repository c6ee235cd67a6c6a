"""The commands of a page of the docs: found in its blocks, and run line by line."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from support.cli import lensops

BLOCK = re.compile(r"(?:^    (?:lensops|git) .*\n)+", re.MULTILINE)
FENCED = re.compile(r"^```(?:sh|bash|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> list[str]:
    """The commands of a page in order: what is shown one after the other belongs together."""
    text = page.read_text()
    found = [(match.start(), match[0]) for match in BLOCK.finditer(text)]
    found += [(match.start(), match[1]) for match in FENCED.finditer(text)]
    return [block for _, block in sorted(found)]


def environment() -> dict[str, str]:
    own = str(Path(sys.executable).parent)
    return {**os.environ, "PATH": f"{own}{os.pathsep}{os.environ['PATH']}"}


def ran(line: str, folder: Path, where: Path) -> tuple[int, str]:
    """A line's exit code and words; the shell runs it where it is more than a command of ours.

    `where` is the file that says in which folder the line left the shell.
    """
    words = shlex.split(line, comments=True)
    where.write_text(str(folder))
    if words[0] == "lensops" and not re.search(r"[&|>$;]", " ".join(words)):
        done = lensops(*words[1:], cwd=folder)
        return done.code, done.out + done.err
    script = f"cd {shlex.quote(str(folder))} && {line}\npwd > {shlex.quote(str(where))}"
    shell = subprocess.run(
        ["bash", "-e", "-c", script], env=environment(), capture_output=True, text=True
    )
    return shell.returncode, shell.stdout + shell.stderr
