"""Run git in one repository: a process that ends, or one that answers until it is closed."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import weakref
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import IO, NamedTuple

from lensops.errors import UserError
from lensops.git.environment import NEUTRAL, Reach, variables_for

_USER_INFO = r"(?<=://)[^/@\s]+(?=@)"
_PREFIXES = ("fatal: ", "error: ", "remote: ")


class NoRepository(UserError):
    """A folder lies in no repository."""

    def __init__(self) -> None:
        super().__init__("this is not a git repository", "run `git init` first")


class GitFailed(UserError):
    """A git process ended with an error: `reason` is what it printed, `status` its exit code."""

    def __init__(self, command: str, reason: str, status: int | None = None) -> None:
        super().__init__(f"git {command} failed: {reason}")
        self.reason, self.status = reason, status


def reason_of(output: bytes) -> str:
    """What git printed, as one line without its prefixes and without secrets."""
    lines = output.decode("utf-8", "replace").strip().splitlines()
    marked = [line for line in lines if line.startswith(_PREFIXES)] or lines
    first = marked[0] if marked else "git printed no reason"
    for prefix in _PREFIXES:
        first = first.removeprefix(prefix)
    return redact(first.strip())


def redact(text: str) -> str:
    """Text without the user name and password of an address."""
    return re.sub(_USER_INFO, "***", text)


def trusted_path(project: Path) -> str:
    """`PATH` without relative entries and without folders of the project, where git runs."""
    return _filter_path(os.environ.get("PATH", os.defpath), project)


def git_program(project: Path) -> str:
    """The git to run for a project. Raises `UserError` where there is none."""
    program = _find(trusted_path(project))
    if program is None:
        raise UserError("git is not installed", "install git 2.31 or later, then try again")
    return program


@lru_cache(maxsize=32)
def _filter_path(path: str, project: Path) -> str:
    entries = [entry for entry in path.split(os.pathsep) if Path(entry).is_absolute()]
    root = project.resolve()
    return os.pathsep.join(e for e in entries if not Path(e).resolve().is_relative_to(root))


@lru_cache(maxsize=32)
def _find(path: str) -> str | None:
    return shutil.which("git", path=path)


TIMEOUT = 300  # seconds that one git process may take
_SETTINGS = tuple(part for setting in NEUTRAL for part in ("-c", setting))


class Git(NamedTuple):
    """Git in one repository, which `options` name so that nothing is left to discover.

    `reach` is what its processes may reach unless a call says more; `helpers` are the variables
    that credential helpers name, for those that reach a network.
    """

    folder: Path
    options: tuple[str, ...] = ()
    reach: Reach = Reach.NOTHING
    helpers: Mapping[str, str] = MappingProxyType({})

    def capture(
        self,
        *arguments: str,
        data: bytes = b"",
        variables: Mapping[str, str] | None = None,
        reach: Reach | None = None,
        settings: tuple[str, ...] = (),
        timeout: float = TIMEOUT,
    ) -> bytes:
        """stdout of a git command.

        Raises `GitFailed`, and `UserError` where there is no git.
        """
        try:
            process = subprocess.run(  # noqa: S603  # git, by arguments that are no options of users
                self.command(*arguments, settings=settings),
                cwd=self.folder,
                env={**self._environment(reach), **(variables or {})},
                input=data,
                capture_output=True,
                check=False,
                timeout=timeout,
            )
        except subprocess.TimeoutExpired:
            raise GitFailed(arguments[0], f"no answer within {timeout:g} seconds") from None
        if process.returncode:
            reason = reason_of(process.stderr or process.stdout)
            raise GitFailed(arguments[0], reason, process.returncode)
        return process.stdout

    def line(
        self, *arguments: str, data: bytes = b"", variables: Mapping[str, str] | None = None
    ) -> str:
        """The one line that a command prints."""
        output = self.capture(*arguments, data=data, variables=variables)
        return output.decode("utf-8", "replace").strip()

    def line_or_none(self, *arguments: str) -> str | None:
        """The one line that a command prints; None when it prints nothing, or fails."""
        try:
            return self.line(*arguments) or None
        except GitFailed:
            return None

    def start(self, *arguments: str, variables: Mapping[str, str] | None = None) -> Conversation:
        """A process that answers requests until it is closed."""
        import tempfile

        errors = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the conversation; never full
        process = subprocess.Popen(  # noqa: S603  # as above
            self.command(*arguments),
            cwd=self.folder,
            env={**self._environment(None), **(variables or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
        return Conversation(arguments[0], process, errors)

    def _environment(self, reach: Reach | None) -> dict[str, str]:
        reach = reach or self.reach
        helpers = self.helpers if reach is Reach.NETWORK else {}
        return {**variables_for(reach), **helpers, "PATH": trusted_path(self.folder)}

    def command(self, *arguments: str, settings: tuple[str, ...] = ()) -> list[str]:
        """The whole command line."""
        added = [part for setting in settings for part in ("-c", setting)]
        program = git_program(self.folder)
        return [program, "--no-pager", *_SETTINGS, *added, *self.options, *arguments]


class Conversation:
    """A running process: a line is asked, an answer is read."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], errors: IO[bytes]) -> None:
        self._name, self._process, self._errors = name, process, errors
        self._end = weakref.finalize(self, _end_process, process, errors)

    def ask(self, line: bytes) -> bytes:
        """The first line of the answer. Raises `GitFailed` when the process has ended."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise GitFailed(self._name, "it was not started with pipes")
        try:
            stdin.write(line + b"\n")
            stdin.flush()
            answer = stdout.readline()
        except BrokenPipeError:
            answer = b""
        if not answer:
            self._process.wait()
            self._errors.seek(0)
            raise GitFailed(self._name, reason_of(self._errors.read(65_536)))
        return answer

    def take(self, size: int) -> bytes:
        """The next bytes of the answer. Raises `GitFailed` when there are fewer."""
        data = self._process.stdout.read(size) if self._process.stdout else b""
        if len(data) < size:
            raise GitFailed(self._name, "the answer was cut off")
        return data

    def close(self) -> None:
        """End the process, whatever it is doing; a conversation that is forgotten ends as well."""
        self._end()


def _end_process(process: subprocess.Popen[bytes], errors: IO[bytes]) -> None:
    process.kill()
    for stream in (process.stdin, process.stdout, errors):
        with contextlib.suppress(BrokenPipeError):  # it ended before it read all that was asked
            if stream is not None:
                stream.close()
    process.wait()
