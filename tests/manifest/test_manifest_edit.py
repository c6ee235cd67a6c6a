"""Edits by span: only the bytes of one scalar change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lensops.errors import UserError
from lensops.manifest import read_yaml, set_number, set_text

ACTIVE = ("prompts", "offer_copy", "active")
FORMS = [
    "active: v1",
    "active: v1 # the active one",
    "active:    v1   ",
    "active: 'v1'",
    'active: "v1"',
    "'active': v1",
    "? active\n    : v1",
    "active: &a v1",
    "active: !!str v1",
    "active:\n      v1",
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_only_the_scalar_changes(form: str, end: str, mark: str) -> None:
    head = f"{mark}# köpfchen ☕\nversion: 1\nprompts:\n"
    text = f"{head}  offer_copy:\n    {form}\n  z: {{active: v1}}\n"
    data = text.replace("\n", end).encode()
    edited = set_text(data, "f", ACTIVE, "v2")
    assert edited == data.replace(b"v1", b"v2", 1)
    assert set_text(edited, "f", ACTIVE, "v1") == data


def test_flow_mapping_and_neighbours() -> None:
    data = b"prompts: {a: {active: v1}, offer_copy: {active: v1, variables: [v1]}} # v1\n"
    edited = set_text(data, "f", ACTIVE, "v10")
    assert (
        edited == b"prompts: {a: {active: v1}, offer_copy: {active: v10, variables: [v1]}} # v1\n"
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x: &v v1\nprompts: {offer_copy: {active: *v }}\n", "written as '*v'"),
        ("prompts:\n  offer_copy:\n    active: |\n      v1\n", "written as '|'"),
        ('prompts: {offer_copy: {active: "v\\x31"}}\n', "written as"),
        ("prompts: {offer_copy: {active: &v v1}, z: {active: *v }}\n", "shared with other places"),
        ("prompts: {}\n", "has no prompts.offer_copy.active"),
        ("prompts: {offer_copy: {active: [v1]}}\n", "has no prompts.offer_copy.active"),
    ],
)
def test_what_cannot_be_put_back_is_refused(text: str, why: str) -> None:
    with pytest.raises(UserError) as caught:
        set_text(text.encode(), "f", ACTIVE, "v2")
    assert why in caught.value.message
    assert "by hand" in str(caught.value.hint)


@given(
    before=st.sampled_from(
        ["", "# c\n", "x: [1, 'a']\n", 'y: {b: "ü☕"}\n', "z: >\n  folded\n  text\n\n"]
    ),
    after=st.sampled_from(["", "\n\n# end", "\nq: 1\n", "\nr: |+\n  kept\n\n"]),
    quote=st.sampled_from(["", "'", '"']),
    versions=st.tuples(*[st.from_regex(r"[a-z][a-z0-9_.-]{0,6}", fullmatch=True)] * 2),
    crlf=st.booleans(),
)
def test_there_and_back_gives_the_same_bytes(
    before: str, after: str, quote: str, versions: tuple[str, str], crlf: bool
) -> None:
    first, second = versions
    text = f"{before}prompts:\n  offer_copy:\n    active: {quote}{first}{quote}{after}"
    data = (text.replace("\n", "\r\n") if crlf else text).encode()
    if read_yaml(data, "f").plain()["prompts"]["offer_copy"]["active"] != first:
        return  # a word that YAML reads as null or a number is no version without quotes
    edited = set_text(data, "f", ACTIVE, second)
    assert read_yaml(edited, "f").plain()["prompts"]["offer_copy"]["active"] == second
    if quote or edited.count(b'"') == data.count(b'"'):
        assert set_text(edited, "f", ACTIVE, first) == data


def test_a_version_that_yaml_would_misread_is_quoted() -> None:
    edited = set_text(b"prompts: {offer_copy: {active: v1}}\n", "f", ACTIVE, "1.10")
    assert edited == b'prompts: {offer_copy: {active: "1.10"}}\n'


@pytest.mark.parametrize("raw", ["0.75", ".75", "7.5e-1", "1"])
def test_numbers(raw: str) -> None:
    data = f"evals:\n  a: {{threshold: {raw} }} # why\n".encode()
    edited = set_number(data, "f", ("evals", "a", "threshold"), 0.8125)
    assert edited == b"evals:\n  a: {threshold: 0.8125 } # why\n"


def test_text_is_no_number() -> None:
    with pytest.raises(UserError, match="is not a number"):
        set_number(b"a: {b: x}\n", "f", ("a", "b"), 1.0)
