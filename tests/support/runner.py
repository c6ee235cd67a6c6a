"""A runner of workflow jobs: `run:` steps as the host runs them, artifacts kept in a folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from support.cli import Result

BASH = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c"]  # as the host starts it
EXPRESSION = re.compile(r"\$\{\{\s*(.+?)\s*\}\}")
HERMETIC = "offline = true\n[pip]\nno-deps = true\nno-build-isolation = true\n"


def read(path: Path) -> Any:
    """A workflow or an action as YAML."""
    return YAML(typ="safe").load(path)


@dataclass
class Runner:
    """One machine: a checkout, its environment, and what expressions are worth there.

    Packages that lensops needs come from the Python that runs the tests; lensops itself is what
    the job installs. So uv builds and installs for real, without a network.
    """

    folder: Path
    scratch: Path
    expressions: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)

    def job(self, steps: Sequence[Any]) -> Iterator[tuple[str, Result]]:
        """The `run:` steps in order, each with its result; after a failure none but uploads."""
        failed = False
        for step in steps:
            if "uses" in step:
                self._artifact(step)
            elif not failed:
                done = self.step(step)
                failed = done.code != 0
                yield step["name"], done

    def step(self, step: Mapping[str, Any]) -> Result:
        """One `run:` step."""
        given = {name: self.valued(value) for name, value in step.get("env", {}).items()}
        done = subprocess.run(
            [*BASH, step["run"]],
            cwd=self.folder,
            env={**os.environ, **self._machine(), **self.env, **given},
            capture_output=True,
            text=True,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def valued(self, text: str) -> str:
        """Text with its expressions replaced; one that nobody gave a value is a `KeyError`."""
        return EXPRESSION.sub(lambda match: self.expressions[match[1]], str(text))

    @property
    def summary(self) -> str:
        """What the steps put into the summary of the run."""
        path = self.scratch / "summary.md"
        return path.read_text() if path.exists() else ""

    def _machine(self) -> dict[str, str]:
        """The environment of the machine; a virtual environment is active, as `setup-uv` makes it.

        PYTHONPATH is searched without its `.pth` files: an editable lensops is not found by it.
        """
        venv, config = self.scratch / "venv", self.scratch / "uv.toml"
        if not venv.exists():
            self.scratch.mkdir(exist_ok=True)
            config.write_text(HERMETIC)
            command = [sys.executable, "-m", "venv", "--without-pip", str(venv)]
            subprocess.run(command, check=True)
        tools = Path(sys.executable).parent
        return {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_STEP_SUMMARY": str(self.scratch / "summary.md"),
            "PATH": f"{venv / 'bin'}:{tools}:{os.environ['PATH']}",
            "PYTHONPATH": sysconfig.get_paths()["purelib"],
            "RUNNER_TEMP": str(self.scratch),
            "UV_CONFIG_FILE": str(config),
            "UV_PYTHON": str(venv / "bin/python"),  # never that of the tests: uv changes it
            "VIRTUAL_ENV": str(venv),
        }

    def _artifact(self, step: Mapping[str, Any]) -> None:
        """Carry files from job to job; check-outs and tools are there already."""
        action = step["uses"].split("@")[0]
        if action == "actions/upload-artifact":
            given = self.folder / step["with"]["path"]
            if given.exists():
                self._copy(given, self.scratch.parent / "artifacts" / step["with"]["name"])
        elif action == "actions/download-artifact":
            kept = self.scratch.parent / "artifacts" / step["with"]["name"]
            self._copy(kept, self.folder / step["with"]["path"])

    def _copy(self, source: Path, to: Path) -> None:
        to.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, to, dirs_exist_ok=True)
        else:
            shutil.copy(source, to)
