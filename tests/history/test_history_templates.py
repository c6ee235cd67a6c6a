"""A manifest read by its template says what the whole text says; few templates are parsed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lensops.errors import UserError
from lensops.history.templates import ManifestTemplates, split_words
from lensops.manifest import Node, read_yaml
from lensops.prompts.layout import declared_families

VALUES = st.sampled_from(
    [
        *("v1", "v2", "1.10", "on", "true", "null", "~", "'v1'", '"a"', "*a", "&a v1", "!!str 1"),
        *("|", "v1 # why", "v1  ", "[v1]", "{a: b}", "a b", "a: b", "v1\n      more", "1e3"),
        *("007", "-", ""),
    ]
)
KEYS = st.sampled_from(
    ["active", "renamed_from", "path", "threshold", "note", '"active"', "active "]
)
EXTRAS = st.lists(st.tuples(KEYS, VALUES), max_size=4)


def select(node: Node, fill: object = str) -> dict[str, tuple[str, str | None]]:
    assert callable(fill)
    families = {}
    for family in declared_families(node):
        former = node.get("prompts", family.files.name, "renamed_from")
        earlier = fill(str(former.value)) if former is not None else None
        families[family.files.name] = fill(family.version), earlier
    return families


def outcome(read: object, data: bytes) -> object:
    assert callable(read)
    try:
        return read(data)
    except UserError as error:
        return str(error)


@given(st.lists(EXTRAS, min_size=1, max_size=4), st.sampled_from(["\n", "\r\n"]))
def test_the_template_says_what_the_manifest_says(
    prompts: list[list[tuple[str, str]]], end: str
) -> None:
    text = "version: 1\nprompts:\n"
    for number, pairs in enumerate(prompts):
        text += f"  p{number}:\n"
        text += "".join(f"    {key}: {value}\n" for key, value in pairs)
    data = (text + "evals:\n  e: {threshold: 0.5}\n").replace("\n", end).encode()
    templates = ManifestTemplates(select)
    expected = outcome(lambda data: select(read_yaml(data, "m")), data)
    assert outcome(lambda data: templates.select_from(data, "m"), data) == expected


def manifest(active: str, threshold: float) -> bytes:
    prompts = f"prompts:\n  p:\n    active: {active}  # this\n"
    return f"{prompts}evals:\n  e:\n    threshold: {threshold}\n".encode()


def test_manifests_that_differ_in_words_share_a_template() -> None:
    templates = ManifestTemplates(select)
    for number in range(20):
        data = manifest(f"v{number}", number / 7)
        assert templates.select_from(data, "m") == {"p": (f"v{number}", None)}
    assert len(templates.nodes) == 1


@pytest.mark.parametrize("word", ["1.10", "on", "null", "TRUE", "12"])
def test_words_that_are_no_text_stay(word: str) -> None:
    assert split_words(manifest(word, 0.5))[1] == []


def test_the_error_is_that_of_the_text_as_written() -> None:
    data = manifest("v1", 0.5) + b"  x: [\n"
    templates = ManifestTemplates(select)
    with pytest.raises(UserError) as raised:
        templates.select_from(data, "m")
    with pytest.raises(UserError) as expected:
        read_yaml(data, "m")
    assert str(raised.value) == str(expected.value)
