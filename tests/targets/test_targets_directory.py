"""The directory target on real folders: what it holds, what is repaired, what is said."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lensops.errors import RemoteFailed, Stale
from lensops.release import Kind, Release
from lensops.targets.directory import Directory
from support.releases import DRAFT, prompt, release

A, B, C = release(offer="v1"), release(offer="v2"), release(offer="v3", news="v1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "live" / "staging"


@pytest.fixture
def target(folder: Path) -> Directory:
    return Directory("staging", folder, "live/staging")


def apply(target: Directory, one: Release) -> Any:
    return target.write(one, DRAFT, target.observe())


def edit(path: Path, change: Callable[[Any], None]) -> None:
    body = json.loads(path.read_text())
    change(body)
    path.write_text(json.dumps(body))


def set_text(body: Any) -> None:
    body["prompts"]["offer"]["messages"][0]["content"] = "edited by hand"


def test_an_empty_target_serves_nothing_and_is_left_alone(target: Directory, folder: Path) -> None:
    observed = target.observe()
    assert (observed.release, observed.record, observed.sequence) == (None, None, 0)
    assert observed.is_settled
    assert not folder.exists()


def test_what_is_written_is_served(target: Directory, folder: Path) -> None:
    record = apply(target, A)
    assert (record.sequence, record.kind, record.previous) == (1, Kind.APPLY, None)
    observed = target.observe()
    assert observed.release is not None
    assert (observed.digest, observed.record, observed.sequence) == (A.digest, record, 1)
    assert observed.is_settled
    files = sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())
    assert files == [
        "current.json",
        "log/0000000001.json",
        f"objects/{A.digest.removeprefix('sha256:')}.json",
    ]


def test_current_json_is_what_applications_read(target: Directory, folder: Path) -> None:
    apply(target, A)
    body = json.loads((folder / "current.json").read_text())
    assert body["schema"] == "lensops/release/v1"
    assert (body["project"], body["digest"]) == ("demo", A.digest)
    assert (body["sequence"], body["commit"]) == (1, DRAFT.commit)
    assert body["prompts"]["offer"] == {
        "version": "v1",
        "digest": A.prompts["offer"].digest,
        "messages": [{"role": "user", "content": "offer v1"}],
        "variables": {},
        "model": None,
        "parameters": {},
        "tools": [],
        "response_format": None,
    }


def test_the_log_is_a_chain_and_tells_a_rollback(target: Directory) -> None:
    records = [apply(target, each) for each in (A, B, A)]
    assert [record.kind.value for record in records] == ["apply", "apply", "rollback"]
    assert [record.previous for record in records] == [
        None,
        records[0].digest,
        records[1].digest,
    ]
    assert target.log().records == tuple(records)


def test_the_second_of_two_writers_who_saw_the_same_is_stale(target: Directory) -> None:
    seen = target.observe()
    target.write(A, DRAFT, seen)
    with pytest.raises(Stale, match="moved from record 0 to record 1"):
        target.write(B, DRAFT, seen)
    assert target.observe().digest == A.digest


def test_a_hand_edit_between_plan_and_write_is_stale(target: Directory, folder: Path) -> None:
    apply(target, A)
    seen = target.observe()
    edit(folder / "current.json", set_text)
    with pytest.raises(Stale, match="changed meanwhile"):
        target.write(B, DRAFT, seen)


def test_a_hand_edit_is_seen_kept_and_restored(target: Directory, folder: Path) -> None:
    apply(target, A)
    edit(folder / "current.json", set_text)
    drifted = target.observe()
    assert drifted.release is not None
    assert drifted.release.prompts["offer"].messages[0].content == "edited by hand"
    assert not drifted.is_settled
    assert not drifted.intact
    again = target.observe()
    assert again == drifted  # looking does not put it right
    record = target.write(A, DRAFT, drifted)
    assert (record.sequence, record.kind) == (2, Kind.APPLY)
    assert target.observe().is_settled
    kept = folder / "objects" / f"{drifted.release.digest.removeprefix('sha256:')}.json"
    assert json.loads(kept.read_text())["prompts"]["offer"]["messages"] == [
        {"role": "user", "content": "edited by hand"}
    ]


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.update(digest="sha256:" + "0" * 64),
        lambda body: body["prompts"]["offer"].update(digest="sha256:" + "0" * 64),
        lambda body: body.update(more=1),
        lambda body: body.pop("commit"),
    ],
)
def test_an_edit_beside_the_content_is_seen(
    target: Directory, folder: Path, change: Callable[[Any], None]
) -> None:
    apply(target, A)
    edit(folder / "current.json", change)
    observed = target.observe()
    assert observed.digest == A.digest
    assert not observed.is_settled
    target.write(A, DRAFT, observed)
    assert target.observe().is_settled


def test_the_layout_of_the_json_means_nothing(target: Directory, folder: Path) -> None:
    apply(target, A)
    edit(folder / "current.json", lambda body: None)
    edit(folder / "log" / "0000000001.json", lambda body: None)
    assert target.observe().is_settled
    apply(target, B)
    assert target.log().problems == ()


def test_a_release_that_came_by_other_means_is_adopted(target: Directory, folder: Path) -> None:
    other = Directory("other", folder.parent / "other", "other")
    apply(other, A)
    folder.mkdir(parents=True)
    (folder / "current.json").write_bytes((folder.parent / "other/current.json").read_bytes())
    observed = target.observe()
    assert (observed.digest, observed.sequence, observed.is_settled) == (A.digest, 0, False)
    assert target.write(A, DRAFT, observed).kind is Kind.ADOPT
    assert target.observe().is_settled


def test_an_apply_that_was_cut_off_is_completed_by_the_next_look(
    target: Directory, folder: Path
) -> None:
    apply(target, A)
    current = folder / "current.json"
    before = current.read_bytes()
    apply(target, B)
    current.write_bytes(before)  # as before the last step …
    os.utime(folder / "log" / "0000000002.json")  # … which comes after the record
    observed = target.observe()
    assert (observed.digest, observed.sequence, observed.is_settled) == (B.digest, 2, True)
    assert "record 2 was cut off" in observed.notes[0]
    assert target.observe().notes == ()


def test_an_older_file_that_a_person_put_back_is_drift_and_stays(
    target: Directory, folder: Path
) -> None:
    apply(target, A)
    before = (folder / "current.json").read_bytes()
    apply(target, B)
    (folder / "current.json").write_bytes(before)
    observed = target.observe()
    assert (observed.digest, observed.is_settled, observed.notes) == (A.digest, False, ())
    assert (folder / "current.json").read_bytes() == before


def test_a_lost_current_json_is_made_again(target: Directory, folder: Path) -> None:
    apply(target, A)
    (folder / "current.json").unlink()
    observed = target.observe()
    assert (observed.digest, observed.is_settled) == (A.digest, True)
    assert observed.problems == ()


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b'{"prompts": {}}', b'{"project": 1}'],
)
def test_a_damaged_current_json_is_said_and_restored(
    target: Directory, folder: Path, content: bytes
) -> None:
    apply(target, A)
    (folder / "current.json").write_bytes(content)
    observed = target.observe()
    assert observed.release is None
    assert not observed.is_settled
    assert "current.json is damaged" in observed.problems[0]
    target.write(A, DRAFT, observed)
    assert target.observe().is_settled


def test_wrong_types_inside_a_release_are_damage(target: Directory, folder: Path) -> None:
    apply(target, A)
    edit(
        folder / "current.json",
        lambda body: body["prompts"]["offer"]["messages"][0].update(content=7),
    )
    assert "prompts.offer.messages.0.content" in target.observe().problems[0]


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"sequence": "1"}'])
def test_a_damaged_last_record_is_said_and_the_log_goes_on(
    target: Directory, folder: Path, content: bytes
) -> None:
    apply(target, A)
    apply(target, B)
    (folder / "log" / "0000000002.json").write_bytes(content)
    observed = target.observe()
    assert (observed.digest, observed.record, observed.sequence) == (B.digest, None, 2)
    assert "log/0000000002.json is damaged" in observed.problems[0]
    record = target.write(C, DRAFT, observed)
    assert (record.sequence, record.previous) == (3, None)
    records, problems = target.log().records, target.log().problems
    assert [each.sequence for each in records] == [1, 3]
    assert problems == observed.problems


def test_an_edited_record_breaks_the_chain(target: Directory, folder: Path) -> None:
    for each in (A, B, C):
        apply(target, each)
    edit(folder / "log" / "0000000002.json", lambda body: body.update(actor="Mallory"))
    assert target.log().problems == ("record 3 does not follow record 2 as it is now",)


def test_a_record_under_another_number_is_damage(target: Directory, folder: Path) -> None:
    apply(target, A)
    (folder / "log/0000000001.json").rename(folder / "log/0000000004.json")
    observed = target.observe()
    assert observed.problems == ("log/0000000004.json is no part of the log",)
    assert target.log().problems == observed.problems
    assert apply(target, B).sequence == 1


def test_a_lost_object_is_said_and_written_anew_by_its_next_apply(
    target: Directory, folder: Path
) -> None:
    for each in (A, B):
        apply(target, each)
    path = folder / "objects" / f"{A.digest.removeprefix('sha256:')}.json"
    path.unlink()
    assert target.log().problems == ("the release of record 1 is missing",)
    apply(target, A)
    assert target.log().problems == ()


def test_a_damaged_object_is_mended_by_its_next_apply(target: Directory, folder: Path) -> None:
    for each in (A, B):
        apply(target, each)
    path = folder / "objects" / f"{A.digest.removeprefix('sha256:')}.json"
    sound = path.read_bytes()
    path.write_bytes(b"{")
    apply(target, A)
    assert path.read_bytes() == sound


def test_a_cut_off_apply_whose_object_is_damaged_is_said(target: Directory, folder: Path) -> None:
    apply(target, A)
    (folder / "objects" / f"{A.digest.removeprefix('sha256:')}.json").write_bytes(b"{")
    (folder / "current.json").unlink()
    observed = target.observe()
    assert observed.release is None
    assert "was cut off" in observed.problems[-1]
    target.write(A, DRAFT, observed)
    assert target.observe().is_settled


def test_a_link_does_not_lead_out_of_the_target(
    target: Directory, folder: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.json"
    outside.write_text("mine")
    folder.mkdir(parents=True)
    (folder / "current.json").symlink_to(outside)
    with pytest.raises(RemoteFailed, match="link that leaves"):
        apply(target, A)
    assert outside.read_text() == "mine"


def test_staged_files_of_a_killed_writer_are_removed_a_day_later(
    target: Directory, folder: Path
) -> None:
    apply(target, A)
    old, young = folder / "log/.0000000002.json.abc", folder / ".current.json.def"
    for path in (old, young):
        path.write_text("{")
    os.utime(old, (1, 1))
    apply(target, B)
    assert not old.exists()
    assert young.exists()


def test_every_release_that_was_served_stays_readable(target: Directory, folder: Path) -> None:
    for each in (A, B, C, A):
        apply(target, each)
    records = target.log().records
    for record, each in zip(records, (A, B, C, A), strict=True):
        path = folder / "objects" / f"{record.release.removeprefix('sha256:')}.json"
        assert json.loads(path.read_text()) == json.loads(json.dumps(each.body()))


def test_a_release_with_lone_surrogates_can_be_written(target: Directory) -> None:
    odd = replace(A, prompts={"offer": prompt("v1", "from a YAML escape: \ud800")})
    apply(target, odd)
    assert target.observe().is_settled
