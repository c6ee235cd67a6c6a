"""A target that somebody else can write to: no read hangs, fails, or gets an older release."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lensops.client import Prompts, TargetUnavailable, VariablesWrong
from lensops.client.digest import digest
from lensops.client.shape import MAX_JUMP
from lensops.prompts import Message, Prompt, ResponseFormat, Tool, ToolCall
from lensops.release import Release
from lensops.targets.directory import Directory
from support.releases import DRAFT
from support.served import serve, shop


@pytest.fixture
def live(tmp_path: Path) -> Path:
    folder = tmp_path / "live"
    for version in ("v1", "v2", "v3"):
        serve(folder, shop(copy=version))
    return folder


def put(live: Path, change: Callable[[Any], None], *, honest: bool = True) -> None:
    """Edit `current.json`; an honest edit computes every digest anew."""
    path = live / "current.json"
    body = json.loads(path.read_text())
    change(body)
    if honest:
        sign(body)
    path.write_text(json.dumps(body))


def sign(body: dict[str, Any]) -> None:
    keys = ("messages", "model", "parameters", "tools", "response_format")
    for prompt in body["prompts"].values():
        content = {key: prompt[key] for key in keys if key in prompt}
        prompt["digest"] = digest("prompt", content)
    versions = {
        name: {
            "version": prompt.get("version"),
            "digest": prompt["digest"],
            "interface": digest("interface", prompt.get("variables")),
        }
        for name, prompt in body["prompts"].items()
    }
    summary = {key: body[key] for key in ("project", "thresholds", "bands")}
    body["digest"] = digest("release", {**summary, "prompts": versions})


def old_release(live: Path) -> dict[str, Any]:
    """The object of the first record, as it lies in the target."""
    record = json.loads((live / "log/0000000001.json").read_text())
    body: dict[str, Any] = json.loads((live / f"objects/{record['release'][7:]}.json").read_text())
    return body


class TestOlderReleases:
    @pytest.mark.parametrize("sequence", [1, 2, None])
    def test_an_earlier_object_is_not_served(self, live: Path, sequence: int | None) -> None:
        prompts = Prompts.from_directory(live)
        body = old_release(live)
        if sequence is not None:
            body |= {"sequence": sequence, "commit": "c" * 40}
        (live / "current.json").write_text(json.dumps(body))

        assert not prompts.reload()
        assert prompts["copy"].version == "v3"
        assert prompts.problem is not None
        assert "--resume-after 3" in prompts.problem

    def test_a_rollback_has_a_higher_number_and_is_served(self, live: Path) -> None:
        prompts = Prompts.from_directory(live)
        serve(live, shop(copy="v1"))

        assert prompts.reload()
        assert (prompts["copy"].version, prompts["copy"].sequence) == ("v1", 4)

    def test_it_is_remembered_in_the_kept_file(self, live: Path, tmp_path: Path) -> None:
        keep = tmp_path / "keep.json"
        Prompts.from_directory(live, keep=keep)
        body = old_release(live) | {"sequence": 1, "commit": None}
        (live / "current.json").write_text(json.dumps(body))

        prompts = Prompts.from_directory(live, keep=keep)
        assert prompts["copy"].version == "v3"
        assert prompts.problem
        assert json.loads(keep.read_text())["sequence"] == 3

    def test_a_lost_log_goes_on_from_a_higher_number(self, live: Path) -> None:
        prompts = Prompts.from_directory(live)
        for path in sorted(live.rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()
        target = Directory("staging", live, "staging")
        target.write(shop(copy="v9"), DRAFT, target.observe())
        assert not prompts.reload()

        resumed = type(DRAFT)(DRAFT.actor, DRAFT.time, after_sequence=3)
        target.write(shop(copy="v9"), resumed, target.observe())
        assert prompts.reload()
        assert (prompts["copy"].version, prompts.problem) == ("v9", None)

    @pytest.mark.parametrize("sequence", [9_999_999_999, 10**30, MAX_JUMP + 4])
    def test_a_number_that_would_block_the_target(self, live: Path, sequence: int) -> None:
        prompts = Prompts.from_directory(live)
        put(live, lambda body: body.update(sequence=sequence))
        assert not prompts.reload()
        assert "can have reached" in str(prompts.problem)
        with pytest.raises(TargetUnavailable, match="can have reached"):
            Prompts.from_directory(live)

        serve(live, shop(copy="v4"))
        assert prompts.reload()
        assert prompts["copy"].version == "v4"

    def test_a_missing_copy_is_no_warning(
        self, live: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        Prompts.from_directory(live, keep=tmp_path / "keep.json")
        assert caplog.text == ""


DEEP: Any = []
for _ in range(150):
    DEEP = [DEEP]
MALFORMED = {
    "parameters are null": lambda p: p.update(parameters=None),
    "parameters are a list": lambda p: p.update(parameters=[1]),
    "parameters are deep": lambda p: p.update(parameters={"a": DEEP}),
    "schema is a text": lambda p: p.update(response_format={"json_schema": {"schema": "x"}}),
    "model is a number": lambda p: p.update(model=4),
    "version is a number": lambda p: p.update(version=4),
    "version is null": lambda p: p.update(version=None),
    "messages are a mapping": lambda p: p.update(messages={"role": "user", "content": "x"}),
    "a message is a text": lambda p: p.update(messages=["x"]),
    "a message is null": lambda p: p.update(messages=[None]),
    "a role is null": lambda p: p.update(messages=[{"role": None, "content": "x"}]),
    "a content is a list": lambda p: p.update(messages=[{"role": "user", "content": ["x"]}]),
    "a content is missing": lambda p: p.update(messages=[{"role": "user"}]),
}


@pytest.mark.parametrize("kind", MALFORMED)
def test_a_malformed_prompt_with_right_digests_is_not_served(live: Path, kind: str) -> None:
    prompts = Prompts.from_directory(live)
    put(live, lambda body: MALFORMED[kind](body["prompts"]["copy"]))

    assert not prompts.reload()
    assert prompts.problem
    prompt = prompts["copy"]
    prompt.render(brand="b", points=1)
    assert (prompt.parameters["temperature"], prompt.output_schema) == (0.5, {"type": "object"})
    with pytest.raises(TargetUnavailable):
        Prompts.from_directory(live)


@pytest.mark.parametrize("sequence", [True, 0, -1, 1.5, "4", [], {}])
def test_a_sequence_that_is_no_number_of_a_log(live: Path, sequence: Any) -> None:
    prompts = Prompts.from_directory(live)
    put(live, lambda body: body.update(sequence=sequence))
    assert not prompts.reload()
    assert "no number of a log" in str(prompts.problem)


@pytest.mark.parametrize("key", ["project", "prompts", "thresholds", "bands", "digest", "schema"])
@pytest.mark.parametrize("value", [None, 3, "x", [], [[]]])
def test_a_malformed_release(live: Path, key: str, value: Any) -> None:
    prompts = Prompts.from_directory(live)
    put(live, lambda body: body.update({key: value}), honest=False)
    assert not prompts.reload()
    assert prompts.problem
    assert "a bug" not in prompts.problem
    assert prompts["copy"].version == "v3"


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def a_loop(path: Path) -> None:
    path.symlink_to(path.name)


def a_huge_file(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(40_000_000)


@pytest.mark.parametrize("make", [a_pipe, a_device, a_loop, a_huge_file])
def test_what_is_no_file_is_not_waited_for(
    live: Path, tmp_path: Path, make: Callable[[Path], None]
) -> None:
    keep = tmp_path / "keep.json"
    prompts = Prompts.from_directory(live, keep=keep)
    (live / "current.json").unlink()
    make(live / "current.json")

    begin = time.monotonic()
    assert not prompts.reload()
    assert prompts.problem
    assert Prompts.from_directory(live, keep=keep)["copy"].version == "v3"
    keep.unlink()
    make(keep)
    with pytest.raises(TargetUnavailable):
        Prompts.from_directory(live, keep=keep)
    assert time.monotonic() - begin < 5


@pytest.mark.slow
def test_a_large_release_that_lensops_writes_is_read(tmp_path: Path) -> None:
    from lensops.prompts import Message, Prompt

    large = Release("shop", {"copy": Prompt("v1", (Message("user", "x" * 20_000_000),))})
    serve(tmp_path, large)
    assert Prompts.from_directory(tmp_path)["copy"].version == "v1"


def leaves(value: Any, keys: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value, inner ones included."""
    entries: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        entries = list(value.items())
    elif isinstance(value, list):
        entries = list(enumerate(value))
    return [keys, *(found for key, child in entries for found in leaves(child, (*keys, key)))]


RICH = Prompt(
    "v1",
    (
        Message("system", "Be {{ tone }}"),
        Message("user", "Sell {{ thing }}", name="ada"),
        Message("assistant", "", tool_calls=(ToolCall("1", "price", {"of": "tea"}),)),
        Message("tool", "3", tool_call_id="1"),
    ),
    "openai:gpt-4o-mini",
    {"temperature": 0.5, "stop": ["END"]},
    ResponseFormat({"type": "object"}, "answer", True),  # strict
    (Tool("price", "What it costs", {"type": "object"}, None),),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(-9, 9) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2)
    ),
    max_leaves=4,
)


@settings(max_examples=150)
@given(data=st.data(), value=json_values)
def test_whatever_is_served_never_raises_into_the_application(
    data: st.DataObject, value: Any
) -> None:
    """One part of a release is replaced, and every digest computed anew."""
    with tempfile.TemporaryDirectory() as name:
        live = Path(name)
        serve(live, Release("shop", {"copy": RICH}))
        prompts = Prompts.from_directory(live)
        path = live / "current.json"
        body = json.loads(path.read_text())
        keys = data.draw(st.sampled_from(leaves(body["prompts"]["copy"])[1:]))
        inner = body["prompts"]["copy"]
        for key in keys[:-1]:
            inner = inner[key]
        inner[keys[-1]] = value
        try:
            sign(body)
        except (TypeError, AttributeError):
            return  # nobody can sign that
        path.write_text(json.dumps(body))
        prompts.reload()
        assert "a bug" not in (prompts.problem or "")
        use(prompts["copy"])


def use(prompt: Any) -> None:
    """Everything that an application can ask of a prompt."""
    given = dict.fromkeys(prompt.variables, "x")
    for ask in (prompt.render, prompt.request):
        with contextlib.suppress(VariablesWrong):
            ask(**given)
    _ = (prompt.model, prompt.parameters, prompt.tools, prompt.response_format)
    _ = (prompt.output_schema, prompt.release, prompt.sequence, prompt.commit, prompt.age)
    prompt.trace()
