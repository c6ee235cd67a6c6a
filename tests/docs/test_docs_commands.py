"""Every command of the docs runs: blocks as they stand, the others as far as their options go."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from support import origins
from support.cli import lensops
from support.docs import blocks, ran
from support.evaluated import own_sample
from support.repo import Repo

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("docs/*.md")), ROOT / "README.md", *sorted(ROOT.glob("examples/*/*.md"))]
INLINE = re.compile(r"`(lensops [a-z][^`\n]*)`")
RUNS_ON = ("lensops dashboard", "python", "curl")  # servers, and what asks them
OUTPUTS = '{"id": "winback-01", "output": {"headline": "h", "body": "b", "cta": "c"}}\n'


@pytest.fixture
def place(repo: Repo) -> Repo:
    """This repository's own sample on a branch beside main, with files that pages name."""
    own_sample(repo)
    ignored = "eval_results/\nevidence.json\ngate.xml\n*.jsonl\n*.csv\n.lensops/\nreport.html\n"
    repo.commit("Ignore", {".gitignore": ignored})
    repo.commit("Files of other tools", origins.ALL)
    repo.git("switch", "-q", "-c", "topic")
    repo.write({"out.jsonl": OUTPUTS})
    return repo


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_blocks_run_as_they_stand(page: Path, repo: Repo, place: Repo, tmp_path: Path) -> None:
    lines = [line for block in blocks(page) for line in block.splitlines() if line.strip()]
    begins = any("lensops init" in line for line in lines)
    folder = tmp_path / "fresh"
    folder.mkdir()
    if begins:
        subprocess.run(["git", "init", "-q", "-b", "main", folder], check=True)
    for line in lines:
        if line.strip().startswith(RUNS_ON) or line.strip().endswith("&"):
            continue
        where = folder if begins else place.root
        code, said = ran(line.strip(), where, tmp_path / "where")
        undecided = "--outputs" in line or "calibrate" in line  # there is too little for it here
        assert code == 0 or (undecided and code in {1, 3}), f"{line}\n{said}"
        if begins:
            folder = Path((tmp_path / "where").read_text().strip())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_in_sentences_exist(page: Path, tmp_path: Path) -> None:
    for command in dict.fromkeys(INLINE.findall(page.read_text())):
        words = shlex.split(command.split("|")[0])[1:]
        names = [word for word in words if re.fullmatch(r"[a-z]+", word)]
        options = [word.split("=")[0] for word in words if word.startswith("--")]
        for name in ([names[0], names[1]], [names[0]]) if len(names) > 1 else ([names[0]],):
            told = lensops(*name, "--help", cwd=tmp_path)
            if told.code == 0:
                break
        assert told.code == 0, command
        for option in options:
            assert re.search(rf"(?<![\w-]){option}(?![\w-])", told.out), command


def test_the_first_commands_are_those_that_are_checked() -> None:
    readme = (ROOT / "README.md").read_text()
    setup, tests = re.findall(r"^    (python3 -m venv .*)$", readme, re.MULTILINE)
    assert tests in (ROOT / ".ci/run").read_text()
    assert tests in (ROOT / "CONTRIBUTING.md").read_text()
    assert setup.endswith("&& .venv/bin/lensops gate")


def test_links_lead_somewhere() -> None:
    for page in [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]:
        for link in re.findall(r"\]\(([^)#\s]+)", page.read_text()):
            if not link.startswith("http"):
                assert (page.parent / link).exists(), f"{page.name}: {link}"
