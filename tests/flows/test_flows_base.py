"""The base of a branch: a prompt that has another name there is found."""

from __future__ import annotations

import pytest

from lensops.flows.base import open_base, prompt_at_base
from lensops.flows.project import open_project
from lensops.manifest.locate import ProjectRef
from support import sample
from support.repo import Repo


@pytest.fixture
def renamed(project: Repo) -> Repo:
    """On a branch the prompt is called `copy`, and v2 is active."""
    project.git("switch", "-q", "-c", "topic")
    project.git("mv", "prompts/offer_copy", "prompts/copy")
    text = sample.files("v2")["lensops.yaml"].replace("offer_copy:", "copy:")
    project.commit("Rename", {"lensops.yaml": text})
    return project


def version_at_base(project: Repo, name: str = "copy") -> str | None:
    head = open_project(ProjectRef(project.root))
    with open_base(head, "main") as base:
        assert base.project is not None
        prompt = prompt_at_base(base.project, head, name)
    return prompt.version if prompt else None


def test_by_content(renamed: Repo) -> None:
    assert version_at_base(renamed) == "v1"


def test_by_content_only_where_it_is_clear(renamed: Repo) -> None:
    renamed.write({"prompts/copy/v1.yaml": "user: another\n"})
    assert version_at_base(renamed) is None


def test_by_the_manifest(renamed: Repo) -> None:
    renamed.write({"prompts/copy/v1.yaml": "user: another\n"})
    text = (renamed.root / "lensops.yaml").read_text()
    former = text.replace("copy:", "copy:\n    renamed_from: offer_copy")
    renamed.write({"lensops.yaml": former})
    assert version_at_base(renamed) == "v1"
    renamed.write({"lensops.yaml": former.replace("renamed_from: offer_copy", "renamed_from: x")})
    assert version_at_base(renamed) is None


def test_by_its_own_name_first(project: Repo) -> None:
    project.git("switch", "-q", "-c", "topic")
    project.commit("v2", sample.manifest("v2"))
    assert version_at_base(project, "offer_copy") == "v1"
