"""CPU of commands on a small project against bare imports, and on 1,000 prompts of 20 versions.

    python benchmarks/bench_startup.py

Ratios come from one run on one machine: each round runs the commands in turn, and the medians are
compared. The bar for a small project is 1.4 times a process that only imports typer, pydantic,
ruamel.yaml and git; that of `--help` is 1.5 times a process that only imports typer. Modules are
compiled before, for all of them, as an installed package is.
"""

from __future__ import annotations

import math
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from processes import run

ROUNDS = 9
BARE = [sys.executable, "-c", "import typer, pydantic, ruamel.yaml, git"]
TYPER = [sys.executable, "-c", "import typer"]
BARS = dict.fromkeys(("plan", "validate", "history", "status"), (BARE, 1.4)) | {
    "--help": (TYPER, 1.5)
}
UNCOMPILED = "PYTHONDONTWRITEBYTECODE"  # would have our modules compiled anew in each process
LENSOPS = [sys.executable, "-m", "lensops"]
PROMPT = """\
system: You write warm offer copy for {name}, in wording {version}.
user: |
  Write an offer for {{{{ segment }}}} with {{{{ points }}}} points.
  Answer as JSON with headline, body and cta.
model: openai:gpt-6-luna
parameters: {{temperature: 0.7, max_tokens: 200}}
"""


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        sample = repository(Path(name) / "sample", prompts=1, versions=2)
        missed = compare(sample)
        print()
        large = repository(Path(name) / "large", prompts=1000, versions=20)
        for command in (["plan"], ["plan", "--base", "HEAD"], ["plan", "--format", "json"]):
            report(command, large)
        report(["apply", "--yes"], large)
        report(["plan"], large)
        report(["status"], large)
    print(f"\nover the bar: {', '.join(missed) or 'none'}")
    return 1 if missed else 0


def compare(folder: Path) -> list[str]:
    """Print the CPU of commands in a folder against bare imports; those that are over their bar."""
    subprocess.run([*LENSOPS, "validate"], cwd=folder, env=environment(), check=True)
    commands = {"import all": BARE, "import typer": TYPER}
    commands |= {name: [*LENSOPS, name] for name in BARS}
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS + 1):  # the first round fills the caches
        for name, command in commands.items():
            times[name].append(run(command, folder, environment=environment()).cpu)
    medians = {name: statistics.median(seconds[1:]) for name, seconds in times.items()}
    missed = []
    for name, seconds in medians.items():
        imports, bar = BARS.get(name, (BARE, math.inf))
        ratio = seconds / medians["import typer" if imports is TYPER else "import all"]
        print(f"{name:20} {seconds:6.3f} s CPU   ratio {ratio:.2f}   bar {bar}")
        missed += [name] if ratio > bar else []
    return missed


def environment() -> dict[str, str]:
    """The environment of the commands."""
    return {name: value for name, value in os.environ.items() if name != UNCOMPILED}


def report(command: list[str], folder: Path) -> None:
    """Print what one command costs in a folder."""
    cost = run([*LENSOPS, *command], folder, environment=environment())
    print(f"1,000 × 20: {' '.join(command):20} {cost}")


def repository(root: Path, prompts: int, versions: int) -> Path:
    """A committed project with so many prompts of so many versions each."""
    names = [f"prompt_{number:04d}" for number in range(prompts)]
    for name in names:
        folder = root / "prompts" / name
        folder.mkdir(parents=True)
        for version in range(1, versions + 1):
            text = PROMPT.format(name=name, version=version)
            (folder / f"v{version}.yaml").write_text(text)
    active = "".join(f"  {name}: {{active: v{versions}}}\n" for name in names)
    (root / "lensops.yaml").write_text(f"version: 1\nproject: bench\nprompts:\n{active}")
    (root / ".gitignore").write_text(".lensops/\n")
    git = ["git", "-c", "user.name=Bench", "-c", "user.email=bench@example.org"]
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "Begin"]):
        subprocess.run([*git, *command], cwd=root, check=True)
    return root


if __name__ == "__main__":
    sys.exit(main())
