"""Names of prompts and targets as arguments: what people type before they read the help."""

from __future__ import annotations

import pytest

from lensops.errors import Exit
from support import sample
from support.cli import lensops
from support.repo import Repo

TWO = sample.MANIFEST.replace("targets:", "  footer: {active: v1}\ntargets:")


@pytest.fixture
def two(project: Repo) -> Repo:
    """The sample with a second prompt."""
    project.commit("Add", {"lensops.yaml": TWO, "prompts/footer/v1.yaml": sample.V1})
    return project


@pytest.mark.parametrize("command", ["history", "list"])
def test_the_prompt_is_an_argument_or_an_option(command: str, two: Repo) -> None:
    named = lensops(command, "footer", cwd=two.root)
    assert named.code == 0
    assert "footer" in named.out
    assert "offer_copy" not in named.out
    assert named == lensops(command, "--prompt", "footer", cwd=two.root)
    both = lensops(command, "footer", "--prompt", "offer_copy", cwd=two.root)
    assert both.code == Exit.USAGE
    assert both.err.startswith("error: two prompts are named: footer and offer_copy")


def test_targets_are_arguments_of_status(project: Repo) -> None:
    one = lensops("status", "production", "--format", "json", cwd=project.root)
    assert [target["name"] for target in one.json["targets"]] == ["production"]
    assert one == lensops("status", "--target", "production", "--format", "json", cwd=project.root)
    wrong = lensops("status", "prod", cwd=project.root)
    assert wrong.code == Exit.USAGE
    assert "there is no target 'prod'" in wrong.err


@pytest.mark.parametrize("command", [["plan"], ["status"], ["apply", "--yes"]], ids=str)
def test_target_may_be_repeated(command: list[str], project: Repo) -> None:
    both = ["--target", "production", "--target", "staging", "--format", "json"]
    done = lensops(*command, *both, cwd=project.root)
    assert done.code == 0, done.err
    assert [target["name"] for target in done.json["targets"]] == ["staging", "production"]


def test_activate_takes_the_prompt_first(two: Repo) -> None:
    done = lensops("activate", "offer_copy", "v2", cwd=two.root)
    assert (done.code, done.out) == (0, "lensops.yaml: offer_copy v1 → v2\n")
    swapped = lensops("activate", "v2", "offer_copy", cwd=two.root)
    assert swapped.code == Exit.USAGE
    assert "there is no prompt 'v2'" in swapped.err
    assert lensops("activate", "v2", cwd=two.root).code == Exit.USAGE
    assert lensops("activate", "a", "b", "c", cwd=two.root).code == Exit.USAGE
