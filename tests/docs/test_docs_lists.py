"""Lists in the docs are those of the code: commands, metrics, recipes, targets, rooms."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lensops.cli.commands import COMMANDS
from lensops.drift.recipes import RECIPES
from lensops.evals.metrics import BUILT_IN
from lensops.manifest.model import Target

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()


def page(name: str) -> str:
    return (ROOT / "docs" / f"{name}.md").read_text()


def test_the_table_of_the_readme_has_every_command() -> None:
    table = README.partition("## Commands")[2].partition("\n## ")[0]
    first = re.findall(r"^\| (`.+?`) \|", table, re.MULTILINE)
    rows = re.findall(r"`([a-z]+)", " ".join(first))
    assert sorted(rows) == sorted(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_docs(command: str) -> None:
    pages = [README, *(path.read_text() for path in ROOT.glob("docs/*.md"))]
    assert any(re.search(rf"\blensops (-C \S+ )?{command}\b", text) for text in pages)


@pytest.mark.parametrize("metric", BUILT_IN)
def test_every_metric_is_in_the_docs(metric: str) -> None:
    assert f"`{metric}`" in page("evals")


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_recipe_is_in_the_docs(recipe: str) -> None:
    assert f"`{recipe}`" in page("drift")


@pytest.mark.parametrize("key", Target.model_fields)
def test_every_key_of_targets_is_in_the_docs(key: str) -> None:
    assert f"`{key}`" in page("targets")


def test_every_room_is_in_contributing() -> None:
    rooms = {path.parent.name for path in (ROOT / "src/lensops").glob("*/__init__.py")}
    rooms |= {path.stem for path in (ROOT / "src/lensops").glob("[a-z]*.py")}
    assert sorted(room for room in rooms if f"`{room}`" not in CONTRIBUTING) == []


def test_every_path_of_contributing_exists() -> None:
    paths = re.findall(r"`((?:src|tests|benchmarks|\.ci)/[\w./-]*)`", CONTRIBUTING)
    assert [path for path in paths if not (ROOT / path).exists()] == []
