"""Events by good, regressed and loosened: no bad one passes, no good one fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from lensops.evidence.file import read_evidence
from support.events import CHANGES, GOOD, LOOSENED, REGRESSED, Shop, event
from support.repo import Repo

PUSH = "refs/heads/main"
Payload = tuple[str, dict[str, Any], str]  # the event's name, its payload, the ref that moved
Changes = Mapping[str, str]


@pytest.fixture
def shop(repo: Repo) -> Shop:
    return Shop(repo)


def pull_request_payload(base: str, head: str) -> Payload:
    body = {"number": 1, "base": {"sha": base, "ref": "main"}, "head": {"sha": head}}
    return "pull_request", {"pull_request": body}, "refs/pull/1/merge"


def push_payload(before: str, ref: str = PUSH) -> Payload:
    return "push", {"before": before}, ref


def pull_request(shop: Shop, changes: Changes) -> Payload:
    base = shop.repo.head()
    head = shop.branch(changes)
    shop.merge(head)
    return pull_request_payload(base, head)


def pull_request_whose_head_is_checked_out(shop: Shop, changes: Changes) -> Payload:
    base = shop.repo.head()
    return pull_request_payload(base, shop.branch(changes))


def pull_request_with_main_moved_on(shop: Shop, changes: Changes) -> Payload:
    """Main was loosened meanwhile, which is no fault of the branch."""
    base = shop.repo.head()
    head = shop.branch(changes)
    shop.repo.git("switch", "-q", "main")
    shop.repo.commit("Loosen main", {"note": "x"})
    path = shop.repo.root / "lensops.yaml"
    path.write_text(path.read_text().replace("targets:", "targets:\n  more: {directory: live/m}"))
    shop.repo.commit("Add a target")
    shop.merge(head)
    return pull_request_payload(base, head)


def reopened_pull_request(shop: Shop, changes: Changes) -> Payload:
    """The payload's base is of the day when it was opened; the test merge is new."""
    return pull_request_with_main_moved_on(shop, changes)


def rerun_of_a_merged_pull_request(shop: Shop, changes: Changes) -> Payload:
    payload = pull_request(shop, changes)
    merged = shop.repo.head()
    shop.repo.git("branch", "-f", "main", merged)
    return payload


def merge_queue_of_one(shop: Shop, changes: Changes) -> Payload:
    base = shop.repo.head()
    head = shop.merge(shop.branch(changes))
    return "merge_group", {"merge_group": {"base_sha": base, "head_sha": head}}, ""


def merge_queue_of_three(shop: Shop, changes: Changes) -> Payload:
    """The third entry is held to the second, which is held to the first."""
    first = shop.merge(shop.branch({"project": "shop # one"}))
    shop.repo.git("branch", "-D", "topic")
    second = shop.merge(shop.branch({"project": "shop # two"}), first)
    shop.repo.git("branch", "-D", "topic")
    head = shop.merge(shop.branch(changes), second)
    return "merge_group", {"merge_group": {"base_sha": second, "head_sha": head}}, ""


def push_of_a_merge(shop: Shop, changes: Changes) -> Payload:
    before = shop.repo.head()
    merged = shop.merge(shop.branch(changes))
    shop.repo.git("switch", "-q", "main")
    shop.repo.git("merge", "-q", "--ff-only", merged)
    return push_payload(before)


def push_of_a_squash(shop: Shop, changes: Changes) -> Payload:
    before = shop.repo.head()
    shop.commit(changes)
    return push_payload(before)


def push_of_a_rebase(shop: Shop, changes: Changes) -> Payload:
    """The loosening or the regression comes first, and another commit after it."""
    before = shop.repo.head()
    shop.commit(changes)
    shop.repo.commit("And a remark", {"README": "Hello.\n"})
    return push_payload(before)


def push_after_a_deploy(shop: Shop, changes: Changes) -> Payload:
    """Production serves the first commit; what is before the push has the change already."""
    shop.serve()
    before = shop.commit(changes)
    shop.repo.commit("And a remark", {"README": "Hello.\n"})
    return push_payload(before)


def forced_push(shop: Shop, changes: Changes) -> Payload:
    """The tip that was replaced is the one that was served, and is still in the clone."""
    before = shop.commit({"project": "shop # replaced"})
    shop.repo.git("branch", "old")
    shop.repo.git("reset", "-q", "--hard", "HEAD~1")
    shop.commit(changes)
    return push_payload(before)


def push_to_another_branch(shop: Shop, changes: Changes) -> Payload:
    """A second push to a branch: the first one had the change."""
    before = shop.branch(changes)
    shop.repo.commit("And a remark", {"README": "Hello.\n"})
    return push_payload(before, "refs/heads/topic")


def rerun_of_an_old_push(shop: Shop, changes: Changes) -> Payload:
    """What is served now is newer than the commit of the run."""
    before = shop.repo.head()
    commit = shop.commit(changes)
    shop.commit({"active": "v2", "threshold": "0.2"})
    shop.serve()
    shop.repo.git("checkout", "-q", "--detach", commit)
    return push_payload(before)


EVENTS = [
    pull_request,
    pull_request_whose_head_is_checked_out,
    pull_request_with_main_moved_on,
    reopened_pull_request,
    rerun_of_a_merged_pull_request,
    merge_queue_of_one,
    merge_queue_of_three,
    push_of_a_merge,
    push_of_a_squash,
    push_of_a_rebase,
    push_after_a_deploy,
    forced_push,
    push_to_another_branch,
    rerun_of_an_old_push,
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("happen", EVENTS)
def test_no_bad_change_passes_and_no_good_one_fails(
    shop: Shop,
    happen: Callable[[Shop, Changes], Payload],
    change: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    announce(monkeypatch, tmp_path, happen(shop, CHANGES[change]))

    result = shop.gate("--evidence", str(tmp_path / "evidence.json"))

    assert result.code == (0 if change == "good" else 1), result.out + result.err
    base = read_evidence(tmp_path / "evidence.json").base
    assert base is not None
    assert base.release is not None


def announce(monkeypatch: pytest.MonkeyPatch, folder: Path, payload: Payload) -> None:
    for name, value in event(folder / "event.json", *payload).items():
        monkeypatch.setenv(name, value)


def test_a_revert_of_what_is_served_passes(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bad = shop.commit(REGRESSED)
    shop.serve()
    shop.repo.tick()
    shop.repo.git("revert", "--no-edit", "HEAD")
    announce(monkeypatch, tmp_path, push_payload(bad))

    assert shop.gate().code == 0


def test_a_first_commit_has_no_base_and_needs_none(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    announce(monkeypatch, tmp_path, push_payload("0" * 40))

    result = shop.gate("--evidence", "live/evidence.json")

    assert result.code == 0, result.out
    assert read_evidence(shop.repo.root / "live/evidence.json").base is None


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (push_payload("1" * 40), "the branch before this push, 1111111111, is not in this clone"),
        (push_payload("0" * 40), "no target says what it serves"),
        (pull_request_payload("1" * 40, "2" * 40), "is not in this clone"),
        (("pull_request", {}, ""), "names no base and head"),
        (("merge_group", {}, ""), "names no base"),
    ],
)
def test_a_base_that_is_not_known_is_inconclusive(
    shop: Shop,
    payload: Payload,
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    shop.commit(GOOD)
    announce(monkeypatch, tmp_path, payload)

    result = shop.gate()

    assert result.code == 3, result.out
    assert reason in result.out


@pytest.mark.parametrize("name", ["pull_request", "pull_request_target", "merge_group"])
def test_an_event_without_its_description_is_inconclusive(
    shop: Shop, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a container that is given the name of the event alone."""
    monkeypatch.setenv("GITHUB_EVENT_NAME", name)
    monkeypatch.delenv("GITHUB_EVENT_PATH", raising=False)
    shop.branch(LOOSENED)

    assert shop.gate().code == 3


def test_a_workflow_that_checks_out_the_base_gates_nothing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As `pull_request_target` does by default."""
    base = shop.repo.head()
    head = shop.branch(REGRESSED)
    shop.repo.git("switch", "-q", "main")
    _, body, ref = pull_request_payload(base, head)
    announce(monkeypatch, tmp_path, ("pull_request_target", body, ref))

    result = shop.gate()

    assert result.code == 3
    assert "the commit that is checked out is not the pull request's" in result.out


def test_other_events_compare_with_nothing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shop.commit(LOOSENED)
    announce(monkeypatch, tmp_path, ("schedule", {}, PUSH))

    assert shop.gate("--evidence", "live/evidence.json").code == 0
    assert read_evidence(shop.repo.root / "live/evidence.json").base is None


def test_evidence_without_a_base_lets_nothing_go_where_the_gate_is_required(shop: Shop) -> None:
    manifest = shop.repo.root / "lensops.yaml"
    strict = manifest.read_text().replace("live/staging}", "live/staging, require_gate: true}")
    shop.repo.commit("Require the gate", {"lensops.yaml": strict})
    apply = ("apply", "--target", "staging", "--yes", "--evidence", "live/evidence.json")

    for base in ((), ("--base", "main")):
        assert shop.gate(*base, "--evidence", "live/evidence.json").code == 0
        refused = run(shop, *apply)
        assert (refused.code, "it was found without a base" in refused.err) == (1, True)
    assert shop.gate("--base", "main~1", "--evidence", "live/evidence.json").code == 0
    assert run(shop, *apply).code == 0


def run(shop: Shop, *arguments: str) -> Any:
    from support.cli import lensops

    return lensops(*arguments, cwd=shop.repo.root)
