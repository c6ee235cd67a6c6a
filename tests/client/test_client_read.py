"""What the client reads is what lensops wrote: messages, digests, and every alteration found."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lensops.client import Prompts, TargetUnavailable, UnknownPrompt, VariablesWrong
from lensops.client.digest import digest as client_digest
from lensops.client.errors import Unreadable
from lensops.client.release import parse_release
from lensops.prompts import Message, Prompt, digest, render, request_body
from lensops.release import Record, Release, Served
from lensops.release.record import Kind
from lensops.targets.layout import current_body, encode
from support.releases import releases
from support.served import copy_prompt, serve, shop


@pytest.fixture
def live(tmp_path: Path) -> Path:
    serve(tmp_path / "live", shop(copy="v1", footer="v7"))
    return tmp_path / "live"


def served(release: Release) -> bytes:
    """The bytes of `current.json`."""
    prompts = {name: Served(p.version, p.digest) for name, p in release.prompts.items()}
    record = Record(3, Kind.APPLY, release.digest, prompts, "Ada", "2026-01-02T03:04:05Z", "c" * 40)
    return encode(current_body(release, record))


def test_a_prompt_is_rendered_as_messages(live: Path) -> None:
    prompts = Prompts.from_directory(live)
    assert prompts["copy"].render(brand="Tea & Co", points=120) == [
        {"role": "system", "content": "You write for Tea & Co (v1)."},
        {"role": "user", "content": "v1: 120 points for Tea & Co."},
    ]


def test_a_prompt_says_all_that_a_trace_needs(live: Path) -> None:
    prompt = Prompts.from_directory(live)["copy"]
    expected = copy_prompt("v1")
    release = shop(copy="v1", footer="v7")
    assert (prompt.name, prompt.version, prompt.digest) == ("copy", "v1", expected.digest)
    assert (prompt.commit, prompt.sequence, prompt.release) == ("c" * 40, 1, release.digest)
    assert prompt.variables == ("brand", "points")
    assert 0 <= prompt.age < 60
    assert prompt.trace() == {
        "gen_ai.prompt.name": "copy",
        "gen_ai.prompt.version": "v1",
        "lensops.prompt": "copy",
        "lensops.version": "v1",
        "lensops.digest": expected.digest,
        "lensops.release": release.digest,
        "lensops.sequence": 1,
        "lensops.commit": "c" * 40,
        "lensops.age": pytest.approx(0, abs=60),
        "lensops.removed": False,
    }


def test_settings_are_copies(live: Path) -> None:
    prompt = Prompts.from_directory(live)["copy"]
    assert (prompt.model, prompt.output_schema) == ("openai:gpt-4o-mini", {"type": "object"})
    prompt.parameters["stop"].append("more")
    assert prompt.parameters == {"temperature": 0.5, "stop": ["END"]}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"brand": "x"}, "missing 'points'"),
        ({}, "missing 'brand', missing 'points'"),
        ({"brand": "x", "points": 1, "offer": 2}, "unknown 'offer'"),
        ({"brand": "x", "point": 1}, "unknown 'point' (did you mean 'points'?)"),
    ],
)
def test_wrong_variables_are_told_together(live: Path, values: dict[str, Any], words: str) -> None:
    prompt = Prompts.from_directory(live)["copy"]
    with pytest.raises(VariablesWrong) as caught:
        prompt.render(**values)
    assert words in str(caught.value)
    assert "it takes brand, points" in str(caught.value)
    assert isinstance(caught.value, TypeError)


def test_a_variable_may_be_called_self(tmp_path: Path) -> None:
    prompt = Prompt("v1", (Message("user", "{{ self }} {{ values }}"),))
    serve(tmp_path, Release("shop", {"copy": prompt}))
    rendered = Prompts.from_directory(tmp_path)["copy"].render(self="a", values="b")
    assert rendered == [{"role": "user", "content": "a b"}]


def test_what_a_value_contains_is_no_variable(live: Path) -> None:
    rendered = Prompts.from_directory(live)["copy"].render(brand="{{ points }}", points="\\1")
    assert rendered[1]["content"] == "v1: \\1 points for {{ points }}."


def test_an_unknown_prompt_is_a_key_error_with_words(live: Path) -> None:
    prompts = Prompts.from_directory(live)
    with pytest.raises(KeyError, match="did you mean 'copy'") as caught:
        prompts["coppy"]
    assert isinstance(caught.value, UnknownPrompt)
    assert "'shop' has copy, footer" in str(caught.value)
    assert "copy" in prompts
    assert "coppy" not in prompts
    assert list(prompts) == ["copy", "footer"]
    assert len(prompts) == 2


def test_no_release_to_begin_with(tmp_path: Path) -> None:
    with pytest.raises(TargetUnavailable, match=r"current\.json: No such file.*lensops apply"):
        Prompts.from_directory(tmp_path / "absent")


def test_a_time_to_live_is_positive(live: Path) -> None:
    with pytest.raises(ValueError, match="ttl"):
        Prompts.from_directory(live, ttl=0)


@given(releases, st.text(max_size=5))
def test_every_release_is_read_as_it_was_written(release: Release, value: str) -> None:
    found = parse_release(served(release))
    assert found.digest == release.digest
    assert set(found) == set(release.prompts)
    for name, prompt in release.prompts.items():
        assert found[name].digest == prompt.digest
        assert found[name].variables == prompt.variables
        values = dict.fromkeys(prompt.variables, value)
        assert found[name].render(**values) == render(prompt, values)
        assert found[name].request(**values) == request_body(prompt, values)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)  # fmt: skip


@given(json_values)
def test_the_digest_is_the_one_of_lensops(value: Any) -> None:
    assert client_digest("prompt", value) == digest("prompt", value)


def altered(change: Callable[[dict[str, Any]], object]) -> bytes:
    body = json.loads(served(shop(copy="v1", footer="v7")))
    change(body)
    return json.dumps(body).encode()


ALTERATIONS: dict[str, Callable[[dict[str, Any]], object]] = {
    "text": lambda b: b["prompts"]["copy"]["messages"][0].update(content="Be rude."),
    "role": lambda b: b["prompts"]["copy"]["messages"][0].update(role="user"),
    "model": lambda b: b["prompts"]["copy"].update(model="other"),
    "parameter": lambda b: b["prompts"]["copy"]["parameters"].update(temperature=2),
    "schema of answers": lambda b: b["prompts"]["copy"].update(output_schema=None),
    "version": lambda b: b["prompts"]["copy"].update(version="v2"),
    "digest of a prompt": lambda b: b["prompts"]["copy"].update(digest="sha256:0"),
    "digest": lambda b: b.update(digest="sha256:0"),
    "project": lambda b: b.update(project="other"),
    "threshold": lambda b: b["thresholds"].update(copy=0.1),
    "band": lambda b: b["bands"].clear(),
    "prompt gone": lambda b: b["prompts"].pop("footer"),
    "prompts swapped": lambda b: b["prompts"].update(copy=b["prompts"]["footer"]),
    "no messages": lambda b: b["prompts"]["copy"].pop("messages"),
    "messages of no list": lambda b: b["prompts"]["copy"].update(messages=3),
    "prompt of no object": lambda b: b["prompts"].update(copy=[]),
    "prompts of no object": lambda b: b.update(prompts=[]),
    "no schema": lambda b: b.pop("schema"),
    "a later schema": lambda b: b.update(schema="lensops/release/v2"),
    "not a number": lambda b: b["thresholds"].update(copy=float("nan")),
}


@pytest.mark.parametrize("name", ALTERATIONS)
def test_an_alteration_is_found(name: str) -> None:
    with pytest.raises(Unreadable):
        parse_release(altered(ALTERATIONS[name]))


@pytest.mark.parametrize(
    "data",
    [b"", b"null", b"[]", b"{", b"\xff\xfe", b"[" * 100_000, b'{"schema": "lensops/release/v1"}'],
    ids=lambda data: repr(data[:12]),
)
def test_what_is_no_release_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable):
        parse_release(data)


def test_keys_of_a_later_lensops_do_not_harm() -> None:
    found = parse_release(altered(lambda body: body.update(news="x")))
    assert found["copy"].version == "v1"


def test_layout_does_not_matter() -> None:
    body = json.loads(served(shop(copy="v1")))
    assert parse_release(json.dumps(body, separators=(",", ":")).encode()).digest == body["digest"]


def test_a_kept_copy_begins_where_the_target_is_gone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    live, copy = tmp_path / "live", tmp_path / "copy.json"
    serve(live, shop(copy="v1"))
    Prompts.from_directory(live, keep=copy)
    live.rename(tmp_path / "away")
    with caplog.at_level(logging.WARNING, "lensops.client"):
        prompts = Prompts.from_directory(live, keep=copy)
    assert prompts["copy"].version == "v1"
    assert prompts.problem == "current.json: No such file or directory"
    assert "the last good release is served" in caplog.text
    (tmp_path / "away").rename(live)
    assert not prompts.reload()  # the same release
    assert prompts.problem is None


def test_an_altered_copy_is_no_release(tmp_path: Path) -> None:
    copy = tmp_path / "copy.json"
    copy.write_bytes(altered(ALTERATIONS["text"]))
    with pytest.raises(TargetUnavailable):
        Prompts.from_directory(tmp_path / "absent", keep=copy)


def test_a_copy_that_cannot_be_written_does_no_harm(
    live: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    prompts = Prompts.from_directory(live, keep=tmp_path / "absent" / "copy.json")
    assert prompts["copy"].version == "v1"
    assert "cannot write the copy" in caplog.text
