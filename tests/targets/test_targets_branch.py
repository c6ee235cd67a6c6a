"""The git target on real repositories: bare remotes, worktrees, hooks, races, lost remotes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lensops.errors import Refused, RemoteFailed, Stale, UserError
from lensops.files import Folder
from lensops.git.process import redact
from lensops.manifest import Target as Settings
from lensops.release import Kind
from lensops.targets import Target, open_target
from support.releases import DRAFT, prompt, release
from support.repo import Repo

A, B, C = release(offer="v1"), release(offer="v2"), release(offer="v3", news="v1")
BRANCH = "lensops/live/production"


@pytest.fixture
def remote(tmp_path: Path) -> Repo:
    """A bare repository, as a host keeps it."""
    bare = Repo(tmp_path / "remote.git", init=False)
    bare.root.mkdir()
    bare.git("init", "-q", "--bare", "-b", "main")
    return bare


@pytest.fixture
def clone(repo: Repo, remote: Repo) -> Repo:
    """A work tree whose origin is the remote."""
    repo.commit("Begin", {"a.txt": "a"})
    repo.git("remote", "add", "origin", "../remote.git")
    repo.git("push", "-q", "origin", "main")
    return repo


def opened(root: Path, git: str = "origin", branch: str = BRANCH) -> Target:
    return open_target("production", Settings(git=git, branch=branch), Folder(root))


def apply(target: Target, *releases: object) -> None:
    for each in releases:
        target.write(each, DRAFT, target.observe())  # type: ignore[arg-type]


def served(remote: Repo, path: str = "current.json") -> str:
    return remote.git("show", f"{BRANCH}:{path}")


def test_an_absent_branch_serves_nothing(clone: Repo) -> None:
    observed = opened(clone.root).observe()
    assert (observed.release, observed.sequence, observed.problems) == (None, 0, ())


def test_what_is_written_is_on_the_branch_and_nothing_else_moves(clone: Repo, remote: Repo) -> None:
    before = (clone.git("status", "--porcelain"), clone.git("for-each-ref", "refs/heads"))
    target = opened(clone.root)
    apply(target, A, B, A)
    observed = opened(clone.root).observe()
    assert (observed.digest, observed.sequence, observed.is_settled) == (A.digest, 3, True)
    assert observed.record is not None
    assert observed.record.kind is Kind.ROLLBACK
    records, problems = target.log().records, target.log().problems
    assert ([each.release for each in records], problems) == (
        [A.digest, B.digest, A.digest],
        (),
    )
    assert (clone.git("status", "--porcelain"), clone.git("for-each-ref", "refs/heads")) == before
    assert remote.git("log", "--format=%an <%ae> %s", BRANCH).splitlines() == [
        f"Ada <ada@example.org> Roll back to release {A.digest[7:19]} to production",
        f"Ada <ada@example.org> Apply release {B.digest[7:19]} to production",
        f"Ada <ada@example.org> Apply release {A.digest[7:19]} to production",
    ]
    assert '"content": "offer v1"' in served(remote)
    assert remote.git("rev-parse", "main") == clone.head()


def test_the_tree_is_that_of_a_directory_target(clone: Repo, remote: Repo) -> None:
    apply(opened(clone.root), A)
    assert remote.git("ls-tree", "-r", "--name-only", BRANCH).splitlines() == [
        "current.json",
        "log/0000000001.json",
        f"objects/{A.digest.removeprefix('sha256:')}.json",
    ]


def test_two_writers_who_saw_the_same(clone: Repo, remote: Repo) -> None:
    one, two = opened(clone.root), opened(clone.root)
    seen, also_seen = one.observe(), two.observe()
    one.write(A, DRAFT, seen)
    with pytest.raises(Stale, match="from record 0 to record 1"):
        two.write(B, DRAFT, also_seen)
    assert opened(clone.root).observe().digest == A.digest


def test_the_remote_moves_between_the_fetch_and_the_push(clone: Repo, remote: Repo) -> None:
    """A hook of the remote's makes the other writer win while the push is under way."""
    apply(opened(clone.root), A)
    other = Repo(clone.root.parent / "other", init=False)
    subprocess.run(["git", "clone", "-q", remote.root, other.root], check=True)
    apply(opened(other.root), B)
    newer = remote.git("rev-parse", BRANCH)
    remote.git("update-ref", f"refs/heads/{BRANCH}", f"{newer}~1")
    hook = remote.root / "hooks" / "pre-receive"
    hook.write_text(
        "#!/bin/sh\nunset GIT_QUARANTINE_PATH\n"
        f"git update-ref refs/heads/{BRANCH} {newer}\nexit 0\n"
    )
    hook.chmod(0o755)
    target = opened(clone.root)
    seen = target.observe()
    assert seen.sequence == 1
    with pytest.raises(Stale):
        target.write(C, DRAFT, seen)
    assert remote.git("rev-parse", BRANCH) == newer


RACE = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from lensops.errors import UserError
from lensops.files import Folder
from lensops.manifest import Target as Settings
from lensops.targets import open_target
from support.releases import DRAFT, release
target = open_target("production", Settings(git="origin", branch="live"), Folder(Path(sys.argv[2])))
seen = target.observe()
print("ready", flush=True)
sys.stdin.readline()
try:
    target.write(release(offer=sys.argv[3]), DRAFT, seen)
except UserError as error:
    sys.exit(int(error.exit))
"""


def test_of_many_processes_exactly_one_wins(clone: Repo, remote: Repo) -> None:
    command = [sys.executable, "-c", RACE, str(Path(__file__).parents[1]), str(clone.root)]
    writers = [
        subprocess.Popen(
            [*command, f"v{number}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for number in range(1, 5)
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate()
    codes = [writer.returncode for writer in writers]
    assert sorted(codes) == [0, 4, 4, 4]
    target = opened(clone.root, branch="live")
    winner = release(offer=f"v{codes.index(0) + 1}")
    assert (target.observe().digest, target.observe().sequence) == (winner.digest, 1)
    assert target.log().problems == ()


def test_a_branch_edited_by_hand_is_drift_and_is_restored(clone: Repo, remote: Repo) -> None:
    target = opened(clone.root)
    apply(target, A)
    clone.git("fetch", "-q", "origin", BRANCH)
    clone.git("checkout", "-q", "-b", "edit", "FETCH_HEAD")
    text = (clone.root / "current.json").read_text()
    clone.commit("Fix it live", {"current.json": text.replace("offer v1", "fixed live")})
    clone.git("push", "-q", "origin", f"HEAD:{BRANCH}")
    observed = target.observe()
    assert observed.release is not None
    assert observed.release.prompts["offer"].messages[0].content == "fixed live"
    assert not observed.is_settled
    target.write(A, DRAFT, observed)
    assert target.observe().is_settled
    kept = observed.release.digest.removeprefix("sha256:")
    assert "fixed live" in served(remote, f"objects/{kept}.json")


def test_files_that_others_keep_on_the_branch_stay(clone: Repo, remote: Repo) -> None:
    target = opened(clone.root)
    apply(target, A)
    clone.git("fetch", "-q", "origin", BRANCH)
    clone.git("checkout", "-q", "-b", "edit", "FETCH_HEAD")
    clone.commit("Explain", {"README.md": "written by lensops"})
    clone.git("push", "-q", "origin", f"HEAD:{BRANCH}")
    apply(target, B)
    assert served(remote, "README.md") == "written by lensops"
    assert target.observe().is_settled


def test_a_branch_with_other_things_is_refused(clone: Repo, remote: Repo) -> None:
    target = opened(clone.root, branch="main")
    with pytest.raises(Refused, match="holds other files"):
        apply(target, A)
    assert remote.git("rev-parse", "main") == clone.head()


def test_a_remote_that_is_gone(clone: Repo, remote: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lensops.git.remotes.PAUSES", (0.0, 0.0))
    remote.root.rename(remote.root.with_name("moved.git"))
    with pytest.raises(RemoteFailed, match=r"cannot reach origin: .*does not (appear|exist)"):
        opened(clone.root).observe()


def test_a_hook_of_the_remote_that_says_no(
    clone: Repo, remote: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lensops.targets.branch.PAUSES", (0.0, 0.0))
    hook = remote.root / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho 'this branch is frozen' >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(RemoteFailed, match="this branch is frozen"):
        apply(opened(clone.root), A)
    assert remote.git("branch", "--list", BRANCH) == ""


def test_hooks_and_variables_of_the_user_do_not_bend_it(
    clone: Repo, remote: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("pre-push", "reference-transaction", "post-index-change"):
        hook = clone.root / ".git" / "hooks" / name
        hook.write_text("#!/bin/sh\nexit 1\n")
        hook.chmod(0o755)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "nowhere" / "index"))
    target = opened(clone.root)
    apply(target, A)
    assert target.observe().digest == A.digest


def test_no_identity_is_needed(clone: Repo, remote: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("GIT_AUTHOR", "GIT_COMMITTER"))]:
        monkeypatch.delenv(name)
    clone.git("config", "user.useConfigOnly", "true")
    target = opened(clone.root)
    apply(target, A)
    assert target.observe().digest == A.digest
    assert remote.git("log", "--format=%an <%ae>", BRANCH) == "Ada Lovelace <lensops@localhost>"


def test_from_a_worktree_a_subfolder_and_a_shallow_clone(
    clone: Repo, remote: Repo, tmp_path: Path
) -> None:
    clone.commit("More", {"sub/b.txt": "b"})
    clone.git("push", "-q", "origin", "main")
    clone.git("worktree", "add", "-q", str(tmp_path / "tree"))
    shallow = tmp_path / "shallow"
    address = remote.root.as_uri()
    subprocess.run(["git", "clone", "-q", "--depth=1", address, shallow], check=True)
    apply(opened(clone.root / "sub"), A)
    apply(opened(tmp_path / "tree"), B)
    apply(opened(shallow), C)
    observed = opened(clone.root).observe()
    assert (observed.digest, observed.sequence, observed.is_settled) == (C.digest, 3, True)
    assert (shallow / ".git" / "shallow").exists()


def test_an_address_and_a_path_need_no_repository(remote: Repo, tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    apply(opened(folder, "../remote.git"), A)
    assert opened(folder, remote.root.as_uri()).observe().digest == A.digest


def test_a_branch_of_the_same_repository(clone: Repo) -> None:
    target = opened(clone.root, ".", "live")
    apply(target, A, B)
    assert target.observe().digest == B.digest
    assert clone.git("status", "--porcelain") == ""


def test_a_folder_that_is_a_bare_repository_is_no_remote_of_its_own(remote: Repo) -> None:
    with pytest.raises(UserError, match="lies inside the project"):
        opened(remote.root, ".", "live")


@pytest.mark.parametrize(
    ("git", "branch", "message"),
    [
        ("upstream", "live", "there is no remote 'upstream'"),
        ("--upload-pack=touch x", "live", "is no remote"),
    ],
)
def test_settings_that_cannot_be_meant(clone: Repo, git: str, branch: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        opened(clone.root, git, branch)


def test_a_transport_that_runs_commands_is_not_used(
    clone: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lensops.git.remotes.PAUSES", ())
    with pytest.raises(UserError):
        opened(clone.root, f"ext::sh -c touch% {tmp_path}/made").observe()
    assert not (tmp_path / "made").exists()


def test_odd_text_survives_the_way_through_git(clone: Repo) -> None:
    odd = release(offer="v1")
    odd = type(odd)("demo", {"offer": prompt("v1", "a\r\nb\tc\n\n\x1b[31m \u202e ü 💡 \ud800")})
    target = opened(clone.root)
    apply(target, odd)
    assert target.observe().digest == odd.digest
    assert target.observe().is_settled


def test_passwords_in_addresses_are_not_shown() -> None:
    assert redact("https://me:token@example.org/x") == "https://***@example.org/x"
