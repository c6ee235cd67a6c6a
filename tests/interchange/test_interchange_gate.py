"""Every origin from its files to a passed gate; a failed import leaves nothing behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lensops.errors import Exit, UserError
from lensops.flows.importing import prepare_import, write_import
from lensops.manifest.locate import ProjectRef
from support.cli import Result, lensops
from support.origins import ALL, LANGFUSE, PAIR
from support.repo import Repo

# of each source: its eval, outputs that pass its checks, and the threshold that its table names
ORIGINS: dict[str, tuple[str, dict[str, str], str]] = {
    "promptfooconfig.yaml": ("translate-offers", {"hello": "Bonjour", "hello-2": "Hola"}, "1.0"),
    "results.json": ("greet", {}, "1.0"),
    "summarise.prompt.yml": ("summarise", {"row-1": "A cat sat.", "row-2": "A Rain."}, "0.75"),
    "langfuse.json": ("offer-copy", {"i1": "Cheap coffee."}, "0.3"),
}


@pytest.fixture
def sources(repo: Repo) -> Repo:
    repo.commit("Files of other tools", ALL)
    return repo


def run_import(repo: Repo, source: str, *args: str) -> Result:
    return lensops("import", source, *args, cwd=repo.root)


def files(repo: Repo) -> dict[str, bytes]:
    paths = [p for p in repo.root.rglob("*") if p.is_file() and ".git" not in p.parts]
    return {p.relative_to(repo.root).as_posix(): p.read_bytes() for p in paths}


@pytest.mark.parametrize("source", ORIGINS)
def test_from_files_to_a_gate(source: str, sources: Repo) -> None:
    suite, outputs, threshold = ORIGINS[source]
    before = files(sources)
    dry = run_import(sources, source, "--dry-run")
    assert (dry.code, "+++ b/lensops.yaml" in dry.out) == (0, True), dry.err
    assert files(sources) == before
    done = run_import(sources, source, "--format", "json")
    assert done.code == 0, done.err
    rows = done.json["rows"]
    assert [row["name"] for row in rows if row["what"] == "threshold"] == [threshold]
    assert all(row["location"] for row in rows)
    assert before.items() <= files(sources).items()
    assert lensops("validate", cwd=sources.root).code == 0
    after = files(sources)
    again = run_import(sources, source, "--format", "json")
    assert (again.code, again.json["created"], again.json["edited"]) == (0, [], False)
    assert files(sources) == after
    if "judge" in (sources.root / "lensops.yaml").read_text():
        drop_judge(sources)
    if outputs:
        lines = [json.dumps({"id": key, "output": text}) + "\n" for key, text in outputs.items()]
        sources.write({"out.jsonl": "".join(lines)})
        recorded = lensops("eval", "--outputs", "out.jsonl", "--record", cwd=sources.root)
        assert recorded.code == 0, recorded.out + recorded.err
    sources.commit("Import")
    gated = lensops("gate", "--replay", "--format", "json", cwd=sources.root)
    assert gated.code == 0, gated.out
    assert suite in {finding["subject"] for finding in gated.json["findings"]}


def drop_judge(repo: Repo) -> None:
    """No judge answers here: the checks alone decide."""
    path = repo.root / "lensops.yaml"
    text = path.read_text()
    text = text.replace("judge: 0.5", "rouge_l: 0.5")
    head, _, rest = text.partition("    judge:\n")
    tail = rest.split("\n    checks:", 1)
    path.write_text(f"{head}    checks:{tail[1]}")


def test_two_json_files_go_to_a_gate_with_their_history(sources: Repo) -> None:
    done = run_import(sources, "app/prompts", "--history")
    assert done.code == 0, done.err
    sources.git("merge", "-q", "--ff-only", "lensops/import-history")
    assert lensops("validate", cwd=sources.root).code == 0
    events = lensops("history", "--format", "json", cwd=sources.root).json["events"]
    assert [event["version"] for event in events] == ["v2", "v1", "v2", "v1"]
    assert [event["date"][:10] for event in events][-1] == "2026-03-01"
    gated = lensops("gate", "--base", "HEAD~1", cwd=sources.root)
    assert gated.code == Exit.INCONCLUSIVE, "there is no eval yet: it says so"
    assert "no eval" in gated.out
    again = run_import(sources, "app/prompts", "--format", "json")
    assert (again.json["created"], again.json["edited"]) == ([], False)


def test_an_active_json_of_several_prompts(repo: Repo) -> None:
    repo.commit(
        "Prompts",
        {
            "prompts/active.json": json.dumps({"chat": "v1.1", "ping": "v2", "gone": "v1"}),
            "prompts/chat/v1.0.md": "Hi",
            "prompts/chat/v1.1.md": "Hello",
            "prompts/ping_v1.md": "Ping",
            "prompts/ping_v2.md": "Pong",
            "prompts/history.json": json.dumps(
                [
                    {"prompt": "chat", "version": "v1.0", "activated_at": "2026-01-01T00:00:00Z"},
                    {"prompt": "ping", "version": "v2", "activated_at": "2026-01-02T00:00:00Z"},
                    {"prompt": "chat", "version": "v1.1", "activated_at": "2026-01-03T00:00:00Z"},
                    {"version": "v1", "activated_at": "2026-01-04T00:00:00Z"},
                ]
            ),
        },
    )
    done = run_import(repo, "prompts", "--format", "json")
    reasons = {row["name"]: row["reason"] for row in done.json["rows"] if row["reason"]}
    assert reasons == {"gone": "it has no version here", "v1": "it names no prompt of active.json"}
    listed = lensops("list", "--format", "json", cwd=repo.root).json["prompts"]
    assert {p["name"]: p["active"] for p in listed} == {"chat": "v1.1", "ping": "v2"}
    repo.git("clean", "-qfd")
    assert run_import(repo, "prompts", "--history").code == 0
    repo.git("merge", "-q", "--ff-only", "lensops/import-history")
    assert "sound: 2 prompts, 4 versions" in lensops("validate", cwd=repo.root).out
    events = lensops("history", "chat", "--format", "json", cwd=repo.root).json["events"]
    assert [event["version"] for event in events] == ["v1.1", "v1.0"]
    repo.write({"prompts/active.json": json.dumps({"chat": "v1.0", "ping": "v2"})})
    assert "names v1.0 of chat, the manifest v1.1" in lensops("validate", cwd=repo.root).out


BROKEN: dict[str, Any] = {
    "promptfooconfig.yaml": "prompts: ['{% if a %}x{% endif %}']\ntests: []\n",
    "x.prompt.yml": "messages: [{role: user, content: '{{ a | b }}'}]\n",
    "langfuse.json": json.dumps({**LANGFUSE, "prompts": [{"name": "a"}]}),
    "active.json": PAIR["app/prompts/active.json"],
    "promptfoo.json": "{",
}


@pytest.mark.parametrize("source", BROKEN)
def test_a_failed_import_leaves_nothing_behind(source: str, repo: Repo) -> None:
    repo.commit("Broken", {source: BROKEN[source]})
    done = run_import(repo, source)
    assert done.code == Exit.USAGE
    assert source in done.err
    assert repo.git("status", "--porcelain", "--ignored") == ""


def test_what_fails_while_it_writes_is_taken_back(sources: Repo) -> None:
    """A project that has other problems cannot take recordings."""
    manifest = "version: 1\nproject: shop\nprompts:\n  lost: {active: v1}\n"
    sources.commit("Unsound", {"lensops.yaml": manifest})
    before = files(sources)
    done = run_import(sources, "results.json")
    assert (done.code, "prompts/lost/v1.yaml" in done.err) == (Exit.USAGE, True)
    assert files(sources) == before
    assert sources.git("status", "--porcelain") == ""
    assert not (sources.root / "evals").exists()


def test_a_file_that_appears_meanwhile_stays(sources: Repo) -> None:
    prepared = prepare_import(ProjectRef(sources.root), Path("summarise.prompt.yml"))
    sources.write({"evals/summarise/cases.jsonl": "mine\n"})
    before = files(sources)
    with pytest.raises(UserError, match="was created meanwhile"):
        write_import(prepared)
    assert files(sources) == before
