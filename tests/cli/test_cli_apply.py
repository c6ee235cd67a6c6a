"""`lensops apply` in real repositories: receipts, what it refuses, races, questions, kills."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support import sample
from support.cli import Result, lensops, process
from support.repo import Repo
from support.terminals import read_terminal

TESTS = Path(__file__).parents[1]
STAGING = "live/staging"


def apply(project: Repo, *args: str) -> Result:
    return lensops("apply", "--yes", *args, cwd=project.root)


def plan_digest(project: Repo, *args: str) -> str:
    return str(lensops("plan", "--format", "json", *args, cwd=project.root).json["digest"])


def current(project: Repo, target: str = STAGING) -> dict[str, object]:
    body: dict[str, object] = json.loads((project.root / target / "current.json").read_text())
    return body


def records(project: Repo, target: str = STAGING) -> list[dict[str, object]]:
    folder = project.root / target / "log"
    return [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]


def with_target(project: Repo, setting: str) -> None:
    text = sample.MANIFEST.replace("{directory: live/staging}", setting)
    project.commit("Set the target", {"lensops.yaml": text})


def test_it_writes_reads_back_and_gives_receipts(project: Repo) -> None:
    result = apply(project, "--format", "json")
    assert result.code == 0, result.err
    body = result.json
    assert body["schema"] == "lensops/apply/v1"
    staging, production = body["targets"]
    assert (staging["name"], production["name"]) == ("staging", "production")
    assert staging["written"] is True
    assert staging["record"]["sequence"] == 1
    assert staging["record"]["commit"] == project.head()
    assert staging["record"]["actor"] == "Ada"
    assert staging["digest"] == current(project)["digest"]
    assert lensops("plan", "--exit-code", cwd=project.root).code == 0


def test_the_receipt_for_people(project: Repo) -> None:
    out = apply(project).out
    assert "staging: applied release" in out
    assert "record 1" in out
    assert project.head()[:10] in out


def test_in_sync_writes_nothing(project: Repo) -> None:
    apply(project)
    before = {p: p.stat().st_ctime_ns for p in (project.root / "live").rglob("*")}
    result = lensops("apply", cwd=project.root)  # no question either
    assert result.code == 0, result.err
    assert "was in sync; nothing written" in result.out
    assert {p: p.stat().st_ctime_ns for p in (project.root / "live").rglob("*")} == before


def test_a_b_a_leaves_the_log_a_b_a_with_the_third_as_rollback(project: Repo) -> None:
    for version in ("v1", "v2", "v1"):
        project.commit(f"Use {version}", sample.manifest(version))
        assert apply(project).code == 0
    log = records(project)
    assert [r["kind"] for r in log] == ["apply", "apply", "rollback"]
    assert [r["prompts"]["offer_copy"]["version"] for r in log] == [  # type: ignore[index]
        *("v1", "v2", "v1")
    ]
    assert "(rollback)" in lensops("status", cwd=project.root).out


def test_without_a_terminal_it_never_asks(project: Repo) -> None:
    result = process("apply", cwd=project.root, stdin="y\n")
    assert result.code == 2
    assert "no terminal" in result.err
    assert "--yes" in result.err
    assert not (project.root / "live").exists()


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 1), ("", 1)])
def test_on_a_terminal_it_shows_the_plan_and_asks(project: Repo, answer: str, code: int) -> None:
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "lensops", "apply"],
        cwd=project.root,
        stdin=follower,
        stdout=subprocess.PIPE,
        stderr=follower,
    ) as running:
        os.close(follower)
        os.write(leader, answer.encode() + b"\n")
        out = running.communicate()[0].decode()
    shown = read_terminal(leader)
    assert running.returncode == code
    assert "offer_copy" in shown
    assert "Apply to staging, production?" in shown
    assert ("applied release" in out) is (code == 0)
    assert (project.root / "live").exists() is (code == 0)


def test_an_invalid_manifest(project: Repo) -> None:
    project.commit("Break it", {"lensops.yaml": sample.MANIFEST.replace("v1 #", "v7 #")})
    assert apply(project).code == 2
    assert not (project.root / "live").exists()


@pytest.mark.parametrize(
    "files",
    [
        sample.manifest("v2"),
        {"lensops.yaml": "# a comment\n" + sample.MANIFEST},
        {"prompts/offer_copy/v1.yaml": sample.V1 + "# a comment\n"},
    ],
)
def test_files_that_differ_from_the_commit(project: Repo, files: dict[str, str]) -> None:
    project.write(files)
    result = apply(project)
    assert result.code == 1
    assert next(iter(files)) in result.err
    assert "--allow-dirty" in result.err
    assert not (project.root / "live").exists()
    assert apply(project, "--allow-dirty").code == 0
    assert records(project)[0]["commit"] is None


def test_a_prompt_that_git_ignores_is_not_committed(project: Repo) -> None:
    project.commit("Ignore", {".gitignore": "live/\nv3.yaml\n", **sample.manifest("v3")})
    project.write({"prompts/offer_copy/v3.yaml": sample.V2})
    result = apply(project)
    assert result.code == 1
    assert "prompts/offer_copy/v3.yaml" in result.err


def test_other_files_may_differ(project: Repo) -> None:
    project.write({"notes.txt": "x", "prompts/offer_copy/v2.yaml": sample.V2 + "# later\n"})
    assert apply(project).code == 0


def test_before_the_first_commit(repo: Repo) -> None:
    repo.write(sample.files())
    result = apply(repo)
    assert result.code == 1
    assert "no commit yet" in result.err
    assert apply(repo, "--allow-dirty").code == 0


def test_outside_a_repository_a_directory_may_be_written(tmp_path: Path) -> None:
    plain = Repo(tmp_path / "plain", init=False)
    plain.write(sample.files())
    result = apply(plain)
    assert result.code == 0, result.err
    assert records(plain)[0]["commit"] is None
    assert lensops("plan", "--exit-code", cwd=plain.root).code == 0


def test_a_git_target_takes_committed_releases_only(project: Repo, tmp_path: Path) -> None:
    with_target(project, "{git: ., branch: live/staging}")
    project.write(sample.manifest("v2"))
    project.write(
        {
            "lensops.yaml": (project.root / "lensops.yaml")
            .read_text()
            .replace("{directory: live/staging}", "{git: ., branch: live/staging}")
        }
    )
    result = apply(project, "--allow-dirty")
    assert result.code == 1
    assert "--allow-dirty" not in result.err
    project.commit("Use v2")
    assert apply(project).code == 0
    assert '"version": "v2"' in project.git("show", "live/staging:current.json")


def test_a_stale_plan_digest(project: Repo) -> None:
    digest = plan_digest(project)
    project.commit("Use v2", sample.manifest("v2"))
    result = apply(project, "--plan-digest", digest)
    assert result.code == 4
    assert digest in result.err
    assert not (project.root / "live").exists()
    assert apply(project, "--plan-digest", plan_digest(project)).code == 0
    again = apply(project, "--plan-digest", digest)
    assert again.code == 4
    assert "served already" in again.err


def test_the_digest_of_one_target(project: Repo) -> None:
    targets = lensops("plan", "--format", "json", cwd=project.root).json["targets"]
    result = apply(project, "--target", "staging", "--plan-digest", targets[0]["digest"])
    assert result.code == 0, result.err
    assert not (project.root / "live/production").exists()


def test_a_target_waits_for_the_one_before(project: Repo) -> None:
    result = apply(project, "--target", "production")
    assert result.code == 1
    assert "production comes after staging" in result.err
    assert apply(project, "--target", "staging").code == 0
    assert apply(project, "--target", "production").code == 0


def many(count: int) -> dict[str, str]:
    prompts = "".join(f"  p{number:02d}: {{active: v1}}\n" for number in range(count))
    files = {f"prompts/p{number:02d}/v1.yaml": sample.V1 for number in range(count)}
    return {"lensops.yaml": f"version: 1\nproject: many\nprompts:\n{prompts}", **files}


def test_removing_many_prompts_needs_force(repo: Repo) -> None:
    repo.commit("Many", many(10))
    assert apply(repo).code == 0
    repo.commit("Few", {"lensops.yaml": many(6)["lensops.yaml"]})
    result = apply(repo)
    assert result.code == 1
    assert "4 of 10 prompts" in result.err
    assert "--force" in result.err
    assert apply(repo, "--force").code == 0


def test_removing_some_prompts_does_not(repo: Repo) -> None:
    repo.commit("Many", many(10))
    assert apply(repo).code == 0
    repo.commit("Fewer", {"lensops.yaml": many(7)["lensops.yaml"]})
    assert apply(repo).code == 0


def test_the_target_of_another_project_needs_force(project: Repo) -> None:
    apply(project)
    text = sample.MANIFEST.replace("loyalty-offers", "another")
    project.commit("Another project", {"lensops.yaml": text})
    result = apply(project)
    assert result.code == 1
    assert "another project: 'loyalty-offers'" in result.err
    assert apply(project, "--force").code == 0
    assert lensops("plan", "--exit-code", cwd=project.root).code == 0


def evidence(project: Repo, release: str, outcome: str = "pass") -> str:
    finding = {
        "rule": "threshold",
        "subject": "offer_copy",
        "outcome": outcome,
        "message": "0.7 is below 0.75",
        "value": 0.7,
        "limit": 0.75,
        "place": None,
    }
    body = {
        "schema": "lensops/verdict/v1",
        "verdict": outcome,
        "digests": {"release": release},
        "findings": [finding],
        "readings": [],
        "base": {
            "ref": "main~1",
            "commit": project.git("rev-list", "--max-parents=0", "HEAD"),
            "release": "sha256:" + "1" * 64,
        },
    }
    (project.root / "evidence.json").write_text(json.dumps(body))
    return "evidence.json"


def desired(project: Repo) -> str:
    targets = lensops("plan", "--format", "json", cwd=project.root).json["targets"]
    return str(targets[0]["desired"])


def test_a_required_gate(project: Repo) -> None:
    with_target(project, "{directory: live/staging, require_gate: true}")
    result = apply(project)
    assert result.code == 1
    assert "requires the evidence" in result.err
    passed = evidence(project, desired(project))
    assert apply(project, "--evidence", passed).code == 0
    assert str(records(project)[0]["evidence"]).startswith("sha256:")


@pytest.mark.parametrize(
    ("of", "outcome", "words"),
    [
        ("this", "fail", "verdict is fail"),
        ("this", "inconclusive", "verdict is inconclusive"),
        ("other", "pass", "other release"),
    ],
)
def test_evidence_that_is_given_must_match(
    project: Repo, of: str, outcome: str, words: str
) -> None:
    release = desired(project) if of == "this" else "sha256:" + "0" * 64
    result = apply(project, "--evidence", evidence(project, release, outcome))
    assert result.code == 1
    assert words in result.err
    assert not (project.root / "live").exists()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"schema": "lensops/verdict/v1"}'])
def test_a_file_that_is_no_evidence(project: Repo, text: str) -> None:
    (project.root / "evidence.json").write_text(text)
    result = apply(project, "--evidence", "evidence.json")
    assert result.code == 2
    assert "evidence" in result.err


def test_a_hand_edit_is_restored(project: Repo) -> None:
    apply(project)
    path = project.root / STAGING / "current.json"
    path.write_text(path.read_text().replace("warm", "cold"))
    assert lensops("status", "--exit-code", cwd=project.root).code == 10
    assert apply(project).code == 0
    assert "warm" in path.read_text()
    assert lensops("status", "--exit-code", cwd=project.root).code == 0
    served = {path.read_text() for path in (project.root / STAGING / "objects").iterdir()}
    assert any("cold" in text for text in served)  # what was served is not lost


def test_a_target_that_comes_later_fails_and_the_receipt_of_the_first_is_given(
    project: Repo,
) -> None:
    (project.root / "live").mkdir()
    (project.root / "live/production").write_text("in the way")
    result = apply(project)
    assert result.code == 5
    assert "staging: applied release" in result.out
    assert "production" in result.err


def test_two_applies_race_and_exactly_one_wins(project: Repo) -> None:
    digest = plan_digest(project)
    command = [sys.executable, "-m", "lensops", "apply", "--yes", "--plan-digest", digest]
    racing = [
        subprocess.Popen(command, cwd=project.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    for each in racing:
        each.communicate()
    assert sorted(each.returncode for each in racing) == [0, 4, 4]
    assert [r["sequence"] for r in records(project)] == [1]
    assert lensops("status", "--exit-code", cwd=project.root).code == 0


KILLED = """
import sys
from lensops.cli.main import run
from lensops.targets import directory
from support.faults import kill_after
write = directory.Directory.write
def killed(self, *args):
    kill_after(int(sys.argv[1]))
    return write(self, *args)
directory.Directory.write = killed
run(["apply", "--yes", "--target", "staging"])
"""


@pytest.mark.parametrize("command", ["plan", "status", "apply"])
def test_killed_in_the_middle_any_next_command_recovers(project: Repo, command: str) -> None:
    assert apply(project, "--target", "staging").code == 0
    project.commit("Use v2", sample.manifest("v2"))
    done = subprocess.run(
        [sys.executable, "-c", KILLED, "9"],  # the record is in the log, current.json is old
        cwd=project.root,
        env={**os.environ, "PYTHONPATH": f"{TESTS}:{os.environ.get('PYTHONPATH', '')}"},
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    assert [r["sequence"] for r in records(project)] == [1, 2]
    assert current(project)["sequence"] == 1
    arguments = [command, "--target", "staging"] + ["--yes"] * (command == "apply")
    result = lensops(*arguments, cwd=project.root)
    assert result.code == 0, result.err
    assert current(project)["sequence"] == 2
    assert [r["sequence"] for r in records(project)] == [1, 2]
    assert lensops("status", "--target", "staging", "--exit-code", cwd=project.root).code == 0
