"""Targets that lensops 0.1 wrote are read, by the commands and by applications, and go on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lensops.client import Prompts
from lensops.prompts import digest, request_body
from lensops.release import parse_release, parse_verified
from support.cli import lensops
from support.repo import Repo

TEXT = r"Hello {{name}}, \{{ name }} and {{ not this }}."


def body(text: str = TEXT, schema: Any = None) -> dict[str, Any]:
    """A release as 0.1 wrote it: its keys, its digests."""
    content = {
        "messages": [{"role": "user", "content": text}],
        "model": "openai:m",
        "parameters": {"temperature": 0.5},
        "output_schema": schema,
    }
    prompt = {"version": "v1", "digest": digest("prompt", content)}
    summary = {"project": "shop", "prompts": {"copy": prompt}, "thresholds": {}, "bands": {}}
    return {
        **summary,
        "prompts": {"copy": {**prompt, **content, "variables": ["name"]}},
        "digest": digest("release", summary),
        "schema": "lensops/release/v1",
    }


def record(release: dict[str, Any], commit: str) -> dict[str, Any]:
    prompt = release["prompts"]["copy"]
    return {
        "sequence": 1,
        "kind": "apply",
        "release": release["digest"],
        "prompts": {"copy": {"version": "v1", "digest": prompt["digest"]}},
        "actor": "Ada",
        "time": "2026-01-02T03:04:05Z",
        "commit": commit,
        "evidence": None,
        "previous": None,
        "schema": "lensops/record/v1",
    }


def put(folder: Path, release: dict[str, Any], commit: str = "c" * 40) -> None:
    """The files of a directory target of 0.1."""
    (folder / "objects").mkdir(parents=True)
    (folder / "log").mkdir()
    name = release["digest"].removeprefix("sha256:")
    (folder / "objects" / f"{name}.json").write_text(json.dumps(release))
    (folder / "log/0000000001.json").write_text(json.dumps(record(release, commit)))
    served = {**release, "sequence": 1, "commit": commit}
    (folder / "current.json").write_text(json.dumps(served))


@pytest.mark.parametrize("schema", [None, {"type": "object"}])
def test_it_is_read_with_its_own_digest(schema: Any) -> None:
    old = body(schema=schema)
    release = parse_verified(json.loads(json.dumps(old)))
    assert (release.digest, release.body()) == (old["digest"], old)
    prompt = release.prompts["copy"]
    assert prompt.output_schema == schema
    filled = request_body(prompt, {"name": "Ada"})["messages"][0]["content"]
    assert filled == r"Hello Ada, \Ada and {{ not this }}."


@pytest.mark.parametrize("key", ["messages", "model", "parameters", "output_schema", "version"])
def test_an_edit_is_found(key: str) -> None:
    old = body()
    old["prompts"]["copy"][key] = {"messages": [{"role": "user", "content": "x"}]}.get(
        key, {"parameters": {}, "output_schema": {}}.get(key, "x")
    )
    assert parse_release(old).digest != old["digest"]
    with pytest.raises(ValueError, match="does not match"):
        parse_verified(old)


def test_an_application_goes_on_with_it(tmp_path: Path) -> None:
    put(tmp_path, body(schema={"type": "object"}))
    prompt = Prompts.from_directory(tmp_path)["copy"]
    assert prompt.variables == ("name",)
    assert prompt.render(name="Ada")[0]["content"] == r"Hello Ada, \Ada and {{ not this }}."
    assert prompt.output_schema == {"type": "object"}
    assert prompt.request(name="Ada")["response_format"]["type"] == "json_schema"


def test_the_next_apply_writes_it_anew(repo: Repo) -> None:
    manifest = "version: 1\nproject: shop\nprompts: {copy: {active: v1, variables: [name]}}\n"
    text = "Hello {{ name }}, \\\\{{ name }} and \\{{ not this }}."
    prompt = f"user: |\n  {text}\nmodel: openai:m\nparameters: {{temperature: 0.5}}\n"
    commit = repo.commit(
        "Begin",
        {
            "lensops.yaml": manifest + "targets: {live: {directory: live}}\n",
            "prompts/copy/v1.yaml": prompt,
            ".gitignore": "live/\n",
        },
    )
    put(repo.root / "live", body(), commit)
    plan = lensops("plan", "--format", "json", cwd=repo.root).json
    (target,) = plan["targets"]
    assert (target["in_sync"], target["changes"]) == (False, [])  # the content is the same
    assert "lensops 0.1 wrote what it serves" in target["findings"][0]["message"]
    status = lensops("status", "--format", "json", cwd=repo.root).json
    assert status["targets"][0]["state"] == "pending"
    assert lensops("apply", "--yes", cwd=repo.root).code == 0
    assert lensops("plan", "--exit-code", cwd=repo.root).code == 0
    current = json.loads((repo.root / "live/current.json").read_text())
    assert current["sequence"] == 2
    assert "output_schema" not in current["prompts"]["copy"]
