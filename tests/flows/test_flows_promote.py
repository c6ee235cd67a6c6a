"""Promote, hotfix and order, in real repositories with real targets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from support import sample
from support.cli import Result, lensops
from support.repo import Repo

V3 = sample.V2.replace("punchy", "corrected")
TARGETS = """\
targets:
  staging: {directory: live/staging}
  production: {directory: live/production, after: staging, overrides: [after, ancestor]}
"""
HOTFIX = ("--override", "after", "--reason", "prices are wrong")


def manifest(active: str, targets: str = TARGETS) -> dict[str, str]:
    text = sample.MANIFEST.split("targets:")[0].replace("active: v1", f"active: {active}")
    return {"lensops.yaml": text + targets}


@pytest.fixture
def shop(repo: Repo) -> Repo:
    """v1 is live everywhere; v3 lies there for a hotfix."""
    files = {**sample.files(), **manifest("v1"), "prompts/offer_copy/v3.yaml": V3}
    repo.commit("Begin", files)
    assert apply(repo).code == 0
    return repo


def apply(shop: Repo, *args: str) -> Result:
    return lensops("apply", "--yes", *args, cwd=shop.root)


def promote(shop: Repo, *args: str) -> Result:
    return lensops("promote", "staging", "production", "--yes", *args, cwd=shop.root)


def served(shop: Repo, target: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((shop.root / f"live/{target}/current.json").read_text())
    return body


def status(shop: Repo, target: str = "production") -> dict[str, Any]:
    result = lensops("status", "--format", "json", cwd=shop.root)
    found: dict[str, Any] = next(t for t in result.json["targets"] if t["name"] == target)
    return found


def use(shop: Repo, version: str, message: str = "") -> str:
    return shop.commit(message or f"Use {version}", manifest(version))


class TestPromote:
    def test_it_is_the_release_of_staging_whatever_main_is_at(self, shop: Repo) -> None:
        commit = use(shop, "v2")
        assert apply(shop, "--target", "staging").code == 0
        use(shop, "v3")

        result = promote(shop, "--format", "json")

        assert result.code == 0, result.err
        staging, production = served(shop, "staging"), served(shop, "production")
        assert production["digest"] == staging["digest"]
        assert production["prompts"]["offer_copy"]["version"] == "v2"
        assert (production["commit"], production["sequence"]) == (commit, 2)
        (target,) = result.json["targets"]
        assert target["entry"]["promoted_from"] == {"target": "staging", "sequence": 2}

    def test_apply_from_is_the_same(self, shop: Repo) -> None:
        use(shop, "v2")
        apply(shop, "--target", "staging")
        use(shop, "v3")

        assert apply(shop, "--from", "staging", "--target", "production").code == 0
        assert served(shop, "production")["digest"] == served(shop, "staging")["digest"]

    def test_plan_shows_it(self, shop: Repo) -> None:
        use(shop, "v2")
        apply(shop, "--target", "staging")
        use(shop, "v3")

        result = lensops("plan", "--from", "staging", "--target", "production", cwd=shop.root)

        assert result.code == 0
        assert "v1 → v2" in result.out
        assert "of staging, record 2" in result.out

    def test_nothing_to_do(self, shop: Repo) -> None:
        result = promote(shop)
        assert (result.code, "was in sync" in result.out) == (0, True)

    @pytest.mark.parametrize(
        ("args", "message"),
        [
            (("--from", "staging"), "--from needs another target"),
            (("--from", "staging", "--target", "staging"), "--from needs another target"),
            (("--from", "stagin", "--target", "production"), "did you mean 'staging'"),
        ],
    )
    def test_targets_that_cannot_be_meant(
        self, shop: Repo, args: tuple[str, ...], message: str
    ) -> None:
        result = apply(shop, *args)
        assert (result.code, message in result.err) == (2, True)

    def test_a_target_that_drifted_is_not_promoted(self, shop: Repo) -> None:
        path = shop.root / "live/staging/current.json"
        path.write_text(path.read_text().replace("warm", "cold"))

        result = promote(shop)
        assert result.code == 1
        assert "staging does not serve what its log says" in result.err

    def test_a_release_that_its_commit_does_not_ask_for(self, shop: Repo) -> None:
        """Somebody wrote record and release by hand, under the commit of another."""
        commit = shop.head()
        use(shop, "v2")
        apply(shop, "--target", "staging")
        log = shop.root / "live/staging/log/0000000002.json"
        log.write_text(log.read_text().replace(shop.head(), commit))

        result = promote(shop)
        assert result.code == 1
        assert f"commit {commit[:10]} asks for another release" in result.err

    def test_uncommitted_files_are_not_promoted(self, shop: Repo) -> None:
        shop.write(manifest("v2"))
        apply(shop, "--target", "staging", "--allow-dirty")
        shop.write(manifest("v1"))

        result = promote(shop)
        assert result.code == 1
        assert "no commit holds what staging serves" in result.err
        assert promote(shop, "--allow-dirty").code == 0

    def test_where_the_target_lies_must_be_committed(self, shop: Repo) -> None:
        use(shop, "v2")
        apply(shop, "--target", "staging")
        shop.write({"lensops.yaml": manifest("v2")["lensops.yaml"] + "# edited\n"})

        result = promote(shop)
        assert (result.code, "not as committed: lensops.yaml" in result.err) == (1, True)


class TestEvidence:
    """The gate's evidence is checked against the files at the commit of staging's record."""

    @pytest.fixture
    def gated(self, tmp_path: Path) -> Repo:
        project = Repo(tmp_path / "gated")
        assert lensops("init", cwd=project.root).code == 0
        text = (project.root / "lensops.yaml").read_text()
        lines = text.split("\ntargets:")[0]
        targets = TARGETS.replace("after: staging", "after: staging, require_gate: true")
        project.commit("Begin", {"lensops.yaml": f"{lines}\n\n{targets}", ".gitignore": "live/\n"})
        return project

    def evidence(self, project: Repo, name: str) -> Path:
        path = project.root.parent / name
        result = lensops("gate", "--replay", "--evidence", path, cwd=project.root)
        assert result.code == 0, result.out
        return path

    def test_of_the_commit_that_staging_serves(self, gated: Repo) -> None:
        first = self.evidence(gated, "first.json")
        assert apply(gated, "--target", "staging").code == 0
        cases = next(gated.root.glob("evals/*/cases.jsonl"))
        lines = cases.read_text().splitlines()
        name = cases.relative_to(gated.root).as_posix()
        gated.commit("Drop a case", {name: "\n".join(lines[1:]) + "\n"})
        second = self.evidence(gated, "second.json")

        assert promote(gated).code == 1
        result = promote(gated, "--evidence", str(second))
        assert result.code == 1
        assert "found on other cases" in result.err
        assert promote(gated, "--evidence", str(first)).code == 0

    def test_cannot_be_checked_without_the_commit(self, gated: Repo) -> None:
        evidence = self.evidence(gated, "first.json")
        apply(gated, "--target", "staging")
        gated.git("checkout", "-q", "--orphan", "new")
        gated.git("commit", "-qm", "All anew")
        gated.git("branch", "-qD", "main")
        gated.git("reflog", "expire", "--expire=now", "--all")
        gated.git("gc", "-q", "--prune=now")

        result = promote(gated, "--evidence", str(evidence))
        assert result.code == 1
        assert "cannot be checked" in result.err

    def test_no_override_passes_the_gate(self, gated: Repo) -> None:
        apply(gated, "--target", "staging")
        for rule in ("after", "ancestor"):
            result = promote(gated, "--override", rule, "--reason", "now")
            assert (result.code, "requires the evidence" in result.err) == (1, True)
        result = promote(gated, "--override", "gate", "--reason", "now")
        assert (result.code, "'gate' cannot be overridden" in result.err) == (2, True)


class TestHotfix:
    @pytest.fixture
    def ahead(self, shop: Repo) -> Repo:
        """Staging serves v2; production still serves v1, and must get v3 at once."""
        use(shop, "v2")
        assert apply(shop, "--target", "staging").code == 0
        shop.git("checkout", "-q", "-b", "hotfix", "HEAD~1")
        use(shop, "v3", "Correct the prices")
        return shop

    def test_it_goes_past_the_one_rule_and_staging_stays(self, ahead: Repo) -> None:
        refused = apply(ahead, "--target", "production")
        assert refused.code == 1
        assert "production comes after staging" in refused.err
        assert "--override after --reason" in refused.err
        before = served(ahead, "staging")

        result = apply(ahead, "--target", "production", *HOTFIX)

        assert result.code == 0, result.err
        assert "went past the rule 'after': prices are wrong" in result.out
        assert served(ahead, "production")["prompts"]["offer_copy"]["version"] == "v3"
        assert served(ahead, "staging") == before

    def test_status_shows_it_until_staging_has_it(self, ahead: Repo) -> None:
        apply(ahead, "--target", "production", *HOTFIX)
        assert status(ahead)["hotfix"] == {
            "sequence": 2,
            "rule": "after",
            "reason": "prices are wrong",
            "prompts": ["offer_copy"],
            "missing_at": "staging",
        }
        out = lensops("status", cwd=ahead.root).out
        assert "hotfix offer_copy v3" in out
        assert "staging does not have it yet" in out

        history = lensops("history", "--format", "json", cwd=ahead.root).json
        assert [fix["target"] for fix in history["hotfixes"]] == ["production"]
        assert "production serves a hotfix offer_copy v3" in (
            lensops("history", cwd=ahead.root).out
        )

        ahead.git("checkout", "-q", "main")
        use(ahead, "v3", "Correct the prices on main")
        apply(ahead, "--target", "staging")
        assert status(ahead)["hotfix"] is None
        assert lensops("history", "--format", "json", cwd=ahead.root).json["hotfixes"] == []

    def test_a_later_commit_that_merged_it_has_it(self, ahead: Repo) -> None:
        apply(ahead, "--target", "production", *HOTFIX)
        ahead.git("checkout", "-q", "main")
        ahead.git("merge", "-q", "-s", "ours", "hotfix", "-m", "Merge the hotfix")
        ahead.commit("More", {"prompts/offer_copy/v4.yaml": V3.replace("offer", "deal")})
        use(ahead, "v4")
        apply(ahead, "--target", "staging")

        assert status(ahead)["hotfix"] is None

    def test_it_is_not_taken_back_by_what_lacks_it(self, ahead: Repo) -> None:
        apply(ahead, "--target", "production", *HOTFIX)
        ahead.git("checkout", "-q", "main")

        result = promote(ahead)

        assert result.code == 1
        assert "production serves a hotfix of commit" in result.err
        assert "merge it first" in result.err

    @pytest.mark.parametrize("targets", [TARGETS.replace("after, ancestor", "ancestor"), "x"])
    def test_the_manifest_that_is_served_decides(self, repo: Repo, targets: str) -> None:
        """A branch that allows itself an override in the same commit is not listened to."""
        closed = TARGETS.replace(", overrides: [after, ancestor]", "")
        closed = closed if targets == "x" else targets
        files = {**sample.files(), **manifest("v1", closed), "prompts/offer_copy/v3.yaml": V3}
        repo.commit("Begin", files)
        assert apply(repo).code == 0
        repo.commit("Allow it", manifest("v3", TARGETS))

        result = apply(repo, "--target", "production", *HOTFIX)
        assert result.code == 1
        assert "does not let 'after' be overridden" in result.err

    def test_a_target_that_serves_nothing_allows_nothing(self, repo: Repo) -> None:
        repo.commit("Begin", {**sample.files(), **manifest("v1")})

        result = apply(repo, "--target", "production", *HOTFIX)
        assert result.code == 1
        assert "serves no commit whose manifest could allow it" in result.err

    @pytest.mark.parametrize(
        ("args", "message"),
        [
            (("--override", "after"), "needs a reason"),
            (("--override", "after", "--reason", " \n"), "needs a reason"),
            (("--reason", "x"), "--reason belongs to --override"),
            (("--override", "require_gate", "--reason", "x"), "cannot be overridden"),
        ],
    )
    def test_options_that_cannot_be_meant(
        self, ahead: Repo, args: tuple[str, ...], message: str
    ) -> None:
        result = apply(ahead, "--target", "production", *args)
        assert (result.code, message in result.err) == (2, True)

    def test_an_override_is_for_one_target(self, ahead: Repo) -> None:
        result = apply(ahead, *HOTFIX)
        assert (result.code, "for one target" in result.err) == (2, True)

    def test_one_that_was_not_needed_is_not_recorded(self, shop: Repo) -> None:
        use(shop, "v2")
        apply(shop, "--target", "staging")

        assert apply(shop, "--target", "production", *HOTFIX).code == 0
        assert status(shop)["hotfix"] is None


def test_a_release_that_was_rolled_back_is_pointed_out_when_it_comes_again(shop: Repo) -> None:
    use(shop, "v2")
    digest = lensops("plan", "--format", "json", cwd=shop.root).json["digest"]
    apply(shop)
    use(shop, "v1", "v2 was bad")
    apply(shop)
    use(shop, "v2", "Try v2 again")

    plan = lensops("plan", cwd=shop.root)
    assert plan.out.count("served this release as record 2; record 3 rolled it back") == 2
    assert apply(shop, "--plan-digest", digest).code == 0  # what was reviewed is valid again
    log = lensops("log", "staging", "--format", "json", cwd=shop.root).json["targets"][0]
    assert [e["kind"] for e in log["entries"]] == ["apply", "rollback", "apply", "apply"]


class TestAncestor:
    def test_an_old_job_does_not_take_a_target_back(self, shop: Repo) -> None:
        old = shop.head()
        use(shop, "v2")
        assert apply(shop).code == 0
        shop.git("checkout", "-q", old)

        result = apply(shop)

        assert result.code == 1
        assert f"commit {old[:10]} is older than" in result.err
        assert served(shop, "production")["prompts"]["offer_copy"]["version"] == "v2"
        assert "is older than" in lensops("plan", cwd=shop.root).out
        reason = ("--override", "ancestor", "--reason", "v2 is broken")
        assert apply(shop, "--target", "staging", *reason).code == 1  # not allowed there
        apply(shop, "--target", "production", *reason)

    def test_a_revert_goes_on_from_what_is_served(self, shop: Repo) -> None:
        use(shop, "v2")
        apply(shop)
        shop.tick()
        shop.git("revert", "--no-edit", "HEAD")

        assert apply(shop).code == 0
        assert served(shop, "production")["prompts"]["offer_copy"]["version"] == "v1"

    def test_a_commit_beside_is_said_and_goes(self, shop: Repo) -> None:
        """A squash of what was served from a branch has another id and is no descendant."""
        shop.git("checkout", "-q", "-b", "topic")
        use(shop, "v2")
        apply(shop)
        shop.git("checkout", "-q", "main")
        use(shop, "v3", "Squashed, and more")

        assert "stands beside" in lensops("plan", cwd=shop.root).out
        assert apply(shop).code == 0


class TestResume:
    def test_the_log_goes_on_after_a_number(self, shop: Repo) -> None:
        result = apply(shop, "--target", "staging", "--resume-after", "41")

        assert result.code == 0, result.err
        assert served(shop, "staging")["sequence"] == 42
        problems = status(shop, "staging")["problems"]
        assert problems == ["the log has no records 2 to 41; it begins anew with record 42"]
        assert apply(shop).code == 0  # in sync again

    @pytest.mark.parametrize("number", ["0", "-3", "x", "9999999999999"])
    def test_numbers_that_cannot_be_meant(self, shop: Repo, number: str) -> None:
        assert apply(shop, "--target", "staging", "--resume-after", number).code == 2

    def test_it_is_for_one_target_and_does_not_go_back(self, shop: Repo) -> None:
        result = apply(shop, "--resume-after", "41")
        assert (result.code, "for one target" in result.err) == (2, True)
        apply(shop, "--target", "staging", "--resume-after", "41")
        result = apply(shop, "--target", "staging", "--resume-after", "3")
        assert (result.code, "ends with record 42" in result.err) == (2, True)


@pytest.mark.parametrize(
    ("variables", "config", "actor"),
    [
        ({"GIT_COMMITTER_NAME": "CI Bot", "GITHUB_ACTOR": "ada"}, "Set", "CI Bot"),
        ({"GIT_COMMITTER_NAME": "", "GIT_AUTHOR_NAME": "", "GITHUB_ACTOR": "ada"}, "Set", "Set"),
        ({"GIT_COMMITTER_NAME": "", "GIT_AUTHOR_NAME": "", "GITHUB_ACTOR": "ada"}, "", "ada"),
    ],
)
def test_the_actor_is_who_git_says(
    project: Repo,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    config: str,
    actor: str,
) -> None:
    if config:
        project.git("config", "user.name", config)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    result = apply(project, "--format", "json")
    assert result.code == 0, result.err
    assert result.json["targets"][0]["entry"]["actor"] == actor


def test_a_receipt_repeats_what_the_plan_warned_of(shop: Repo) -> None:
    shop.git("checkout", "-q", "-b", "topic")
    use(shop, "v2")
    apply(shop)
    shop.git("checkout", "-q", "main")
    use(shop, "v3", "Squashed, and more")

    assert "stands beside" in apply(shop).out


def test_a_hotfix_goes_past_a_target_that_cannot_be_reached(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lensops.git.remotes.PAUSES", ())
    bare = Repo(repo.root.parent / "remote.git", init=False)
    bare.root.mkdir()
    bare.git("init", "-q", "--bare")
    repo.git("remote", "add", "origin", "../remote.git")
    targets = TARGETS.replace("{directory: live/staging}", "{git: origin, branch: live}")
    files = {**sample.files(), **manifest("v1", targets), "prompts/offer_copy/v3.yaml": V3}
    repo.commit("Begin", files)
    assert apply(repo).code == 0
    bare.root.rename(bare.root.with_name("gone.git"))
    repo.commit("Correct", manifest("v3", targets))

    assert apply(repo, "--target", "production").code != 0
    result = apply(repo, "--target", "production", *HOTFIX)
    assert result.code == 0, result.err
    assert served(repo, "production")["prompts"]["offer_copy"]["version"] == "v3"
