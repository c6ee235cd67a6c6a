"""`comment`: what a pull request is told, printed or put there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from support import sample
from support.cli import Result, lensops
from support.evaluated import add_bad_version, own_sample
from support.github import Host, serve
from support.repo import Repo
from support.sample import files as sample_files

TOKEN = "secret-token-of-a-workflow"

EVALS = """
evals:
  offer_copy:
    cases: cases.jsonl
    weights: {bleu: 1.0}
    threshold: 0.1
    min_cases: 1
"""
CASES = "".join(
    json.dumps(
        {"id": f"c{n}", "inputs": {"segment": "s", "points": n}, "reference": f"a b c d {n}"}
    )
    + "\n"
    for n in range(6)
)


@pytest.fixture
def change(project: Repo) -> Repo:
    """A branch that activates v2, with outputs recorded for both versions."""
    project.commit("Evals", {"lensops.yaml": sample.MANIFEST + EVALS, "cases.jsonl": CASES})
    outputs = "".join(
        json.dumps({"id": f"c{n}", "output": f"a b c d {n}"}) + "\n" for n in range(6)
    )
    project.write({"outputs.jsonl": outputs})
    for version in ("v1", "v2"):
        lensops("activate", version, cwd=project.root)
        done = lensops("eval", "--outputs", "outputs.jsonl", "--record", cwd=project.root)
        assert done.code == 0, done.err
    lensops("activate", "v1", cwd=project.root)
    (project.root / ".gitignore").write_text("eval_results/\nlive/\n")
    project.commit("Recordings")
    project.git("switch", "-q", "-c", "topic")
    lensops("activate", "v2", "--commit", cwd=project.root)
    return project


@dataclass
class Workflow:
    """A pull request's workflow: its environment is set anew for each command."""

    host: Host
    environment: dict[str, str]
    patch: pytest.MonkeyPatch

    def comment(self, folder: Path, *args: str) -> Result:
        for name, value in self.environment.items():
            self.patch.setenv(name, value)
        return lensops("comment", "--base", "main", "--post", *args, cwd=folder)

    @property
    def bodies(self) -> list[str]:
        return [each["body"] for each in self.host.comments]

    @property
    def summary(self) -> str:
        return Path(self.environment["GITHUB_STEP_SUMMARY"]).read_text()


@pytest.fixture
def workflow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workflow]:
    host = Host()
    server = serve(host)
    (tmp_path / "event.json").write_text(json.dumps({"pull_request": {"number": 7}}))
    environment = {
        "GITHUB_API_URL": f"http://127.0.0.1:{server.server_port}",
        "GITHUB_REPOSITORY": "octo/offers",
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "GITHUB_TOKEN": TOKEN,
    }
    yield Workflow(host, environment, monkeypatch)
    server.shutdown()
    server.server_close()


def test_it_tells_verdict_change_scores_and_digests(change: Repo) -> None:
    done = lensops("comment", "--base", "main", cwd=change.root)
    assert done.code == 0, done.err
    parts = (
        "### ✓ lensops gate passed",
        "**1 prompt updated** since main (",
        "**offer_copy** v1 → v2",
        "| **✓** | offer_copy v2 | 1.0000 | 0.10 | +0.0000 |",
        "evidence of release ",
        "-You write warm offer copy.",
        "+You write punchy offer copy.",
    )
    places = [done.out.find(part) for part in parts]
    assert -1 not in places, done.out
    assert places == sorted(places), "what decides comes before what is long"
    assert done.out.startswith("###")


def test_drift_has_a_row_for_each_feature(repo: Repo) -> None:
    sample = own_sample(repo)
    done = lensops("comment", "--base", "main", "--replay", cwd=sample.root)
    assert done.code == 0, done.err
    rows = [line for line in done.out.splitlines() if line.startswith("| **✓** |")]
    assert rows[-3:] == [
        "| **✓** | **propensity** | 0.0214 | ok |   | 1,500 → 1,500 |",
        "| **✓** | recency_days | 0.0214 | ok | none |   |",
        "| **✓** | score | 0.0087 | ok | none |   |",
    ]
    assert "No prompt, threshold or band changes since main" in done.out


def test_a_token_may_end_with_a_line_end(workflow: Workflow, change: Repo) -> None:
    workflow.environment["GITHUB_TOKEN"] = f"{TOKEN}\n"
    assert workflow.comment(change.root).code == 0
    assert workflow.host.tokens == {f"Bearer {TOKEN}"}


def test_a_critical_feature_is_among_the_rows(project: Repo) -> None:
    others = {f"f{number}": {"range": [0, 1]} for number in range(10)}
    strict = {"range": [0, 1], "bands": {"warning": 0.001, "critical": 0.002}}
    names = [*others, "last"]
    files = {}
    for window, far in (("b", 0.0), ("c", 0.3)):
        rows = [
            [(k / 3000 + far) % 1 * 0.9] * 10 + [(k / 3000) ** (1 - far / 5)] for k in range(3000)
        ]
        lines = [",".join(names), *(",".join(f"{value:.4f}" for value in row) for row in rows)]
        files[f"{window}.csv"] = "\n".join(lines) + "\n"
    features = json.dumps({**others, "last": strict})
    drift = f"drift: {{m: {{baseline: b.csv, current: c.csv, features: {features}}}}}\n"
    project.commit("ProgressListener", {**files, "lensops.yaml": sample.MANIFEST + drift})
    done = lensops("comment", "--base", "main", cwd=project.root)
    rows = [each for each in done.out.splitlines() if each.startswith("| ")]
    assert any("| last |" in row and "critical" in row for row in rows), done.out + done.err


def test_a_bad_version_is_told_with_the_cases_it_loses(repo: Repo) -> None:
    sample = own_sample(repo)
    sample.git("switch", "-q", "-c", "topic")
    add_bad_version(sample)
    done = lensops("comment", "--base", "main", "--replay", cwd=sample.root)
    assert done.code == 0, "the verdict is the gate's to tell"
    for said in (
        "### ✗ lensops gate failed",
        "**✗** **regression offer_copy:** -0.5",
        "34 cases crossed the threshold: 34 lost, 0 won",
        "**bakery-02**",
    ):
        assert said in done.out, done.out


def test_it_is_posted_and_updated(change: Repo, workflow: Workflow) -> None:
    for _ in range(2):
        done = workflow.comment(change.root)
        assert done.code == 0, done.err
        assert "the comment is at https://example.org/c/" in done.err
    (body,) = workflow.bodies
    assert body.startswith("<!-- lensops . -->\n### ✓")
    assert "POST /repos/octo/offers/issues/7/comments" in workflow.host.seen
    assert workflow.host.tokens == {f"Bearer {TOKEN}"}
    assert TOKEN not in done.out + done.err + body
    assert workflow.summary.count("### ✓") == 2


def test_a_broken_manifest_replaces_the_verdict_of_an_earlier_commit(
    change: Repo, workflow: Workflow
) -> None:
    assert workflow.comment(change.root).code == 0
    text = (change.root / "lensops.yaml").read_text()
    (change.root / "lensops.yaml").write_text(text.replace("active: v2", "active: v9"))
    done = workflow.comment(change.root)
    assert done.code == 2
    (body,) = workflow.bodies
    assert "### ✗ lensops gate could not start" in body
    assert "lensops.yaml:6:13: there is no file prompts/offer" in body
    (change.root / "lensops.yaml").unlink()
    assert workflow.comment(change.root).code == 2
    (body,) = workflow.bodies
    assert "no lensops.yaml" in body


def test_without_what_is_recorded_it_says_so(change: Repo, workflow: Workflow) -> None:
    prompt = change.root / "prompts/offer_copy/v2.yaml"
    prompt.write_text(prompt.read_text().replace("offer", "deal", 1))
    assert workflow.comment(change.root, "--replay").code == 2
    (body,) = workflow.bodies
    assert "could not start" in body


def test_no_manifest_gets_the_token(change: Repo, workflow: Workflow) -> None:
    """`${NAME}` in a manifest sends a value of the environment to an address of its choice."""
    text = (change.root / "lensops.yaml").read_text()
    evil = f"    model: openai:x\n    base_url: {workflow.environment['GITHUB_API_URL']}/"
    evil += "${GITHUB_TOKEN}\n"
    (change.root / "lensops.yaml").write_text(text + evil)
    (change.root / "evals/offer_copy/recordings/v2.jsonl").unlink()
    assert workflow.comment(change.root).code == 2
    (body,) = workflow.bodies
    assert "GITHUB\\_TOKEN" in body or "GITHUB_TOKEN" in body
    assert not any(TOKEN in request for request in workflow.host.seen)


def test_manifests_of_one_repository_have_comments_of_their_own(
    repo: Repo, workflow: Workflow
) -> None:
    for name in ("a", "b"):
        for path, text in sample_files().items():
            repo.write({f"{name}/{path}": text})
    repo.commit("Two projects")
    for _ in range(2):
        for name in ("a", "b"):
            assert workflow.comment(repo.root / name).code == 0
    assert [body.splitlines()[0] for body in workflow.bodies] == [
        "<!-- lensops a -->",
        "<!-- lensops b -->",
    ]


EVIL = (
    "@octo/team <!-- --> ``` </details> <script> $(id) `id` [x](javascript:y) ${{ github.token }} "
    "https://evil.example #1 ::error::x | \x1b[2J"
)


def test_hostile_prompts_stay_text(change: Repo) -> None:
    evil = EVIL.replace("\x1b", "").replace("{{ github.token }}", "{github}")
    prompt = f"system: |\n  {evil}\n  ````\nuser: '{{{{ segment }}}} {{{{ points }}}}'\n"
    change.commit("Evil", {"prompts/offer_copy/v2.yaml": prompt})
    body = lensops("comment", "--base", "main", cwd=change.root).out
    before, fenced, after = fence_of(body, "`````diff")
    assert "@octo/team" in fenced
    assert_tame(before + after)


def test_hostile_outputs_and_names_stay_text(change: Repo) -> None:
    case = {"id": EVIL, "inputs": {"segment": "s", "points": 1}, "reference": "a b c d"}
    must = case | {"must_pass": True, "checks": [{"contains": EVIL}]}
    outputs = [{"id": EVIL, "output": EVIL}, *({"id": f"c{n}", "output": EVIL} for n in range(6))]
    change.write(
        {
            "cases.jsonl": CASES + json.dumps(must) + "\n",
            "outputs.jsonl": "".join(json.dumps(each) + "\n" for each in outputs),
        }
    )
    lensops("eval", "--outputs", "outputs.jsonl", "--record", cwd=change.root)
    done = lensops("comment", "--base", "main", cwd=change.root)
    assert "must pass" in done.out, done.err
    assert "evil.example" in done.out
    assert_tame(re.sub(r"(?ms)^(`{3,})diff\n.*?^\1$", "", done.out))


def test_a_hostile_branch_name_stays_text(change: Repo) -> None:
    name = "a`id`$(id)@octo/<!--x--><script>|_b_"
    change.git("branch", name, "main")
    done = lensops("comment", "--base", name, cwd=change.root)
    assert done.code == 0, done.err
    assert_tame(done.out)
    absent = lensops("comment", "--base", name + "`", cwd=change.root)
    assert absent.code == 2
    assert_tame(absent.out)


def test_many_problems_are_counted(change: Repo) -> None:
    rows = "".join(f'{{"id": {n}}}\n' for n in range(200))
    change.write({"cases.jsonl": rows})
    done = lensops("comment", "--base", "main", cwd=change.root)
    assert done.code == 2
    assert re.search(r"- and \d+ more problems\n$", done.out)
    assert len(done.out.splitlines()) < 60


def test_it_is_never_too_long(change: Repo) -> None:
    prompt = "user: |\n" + "".join(f"  {{{{ segment }}}} {n} {'&<@`' * 20}\n" for n in range(3000))
    change.commit("Long", {"prompts/offer_copy/v2.yaml": prompt})
    done = lensops("comment", "--base", "main", cwd=change.root)
    assert len(done.out) <= 60_000
    assert "evidence of release" in done.out
    assert "left out" in done.out


def fence_of(body: str, opening: str) -> tuple[str, str, str]:
    before, found, rest = body.partition(f"{opening}\n")
    assert found, body
    fenced, _, after = rest.partition(f"\n{opening.removesuffix('diff')}\n")
    return before, fenced, after


def assert_tame(text: str) -> None:
    """No mention, link, comment, tag, fence or code that comes from outside."""
    text = re.sub(r"\\[!-/:-@\[-`{-~]", "", text)  # what a backslash makes plain
    for found in ("@octo", "$(", "<!--", "<script", "https://evil", "`id`", "[x](", " #1", "\x1b"):
        assert found not in text, text
    assert text.count("<details") == text.count("</details>")


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({}, "which repository is meant?"),
        ({"GITHUB_REPOSITORY": "a/b"}, "which pull request is meant?"),
    ],
)
def test_what_is_missing_is_said_before_anything_runs(
    change: Repo, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], says: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    done = lensops("comment", "--base", "main", "--post", cwd=change.root)
    assert (done.code, says in done.err) == (2, True)


def test_without_a_token(change: Repo) -> None:
    where = ("--repository", "a/b", "--pull-request", "1")
    done = lensops("comment", "--base", "main", "--post", *where, cwd=change.root)
    assert (done.code, "GITHUB_TOKEN" in done.err) == (2, True)
