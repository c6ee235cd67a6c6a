"""Models that end: which names an announced end fits, and the file of announced ends itself."""

from __future__ import annotations

from datetime import date

import pytest

from lensops.errors import Invalid
from lensops.manifest.model_ends import ModelEnd, announced_ends, read_model_ends
from lensops.manifest.providers import PROVIDERS, provider_name

FEED = b"""\
models:
  - {model: "openai:pen-1-2025-*", ends: 2026-06-30, source: its page, successor: pen-2}
  - {model: "openai:pen-1*", ends: 2027-01-31, source: its page}
  - {model: "groq:pen-1", ends: "2026-01-01", source: another page}
"""


@pytest.mark.parametrize(
    ("model", "ends"),
    [
        ("openai:pen-1", "2027-01-31"),
        ("openai:pen-1-2025-03-01", "2026-06-30"),  # the first that fits counts
        ("openai-chat:pen-1", "2027-01-31"),
        ("pen-1", "2027-01-31"),  # a bare name, as a prompt of another tool has it
        ("openai/pen-1", "2027-01-31"),
        ("openrouter:openai/pen-1", "2027-01-31"),
        ("openai:ft:pen-1-2025-03-01:shop::abc", "2026-06-30"),
        ("groq:pen-1", "2026-01-01"),
        ("groq:openai/pen-1", None),  # served by another, who has dates of his own
        ("azure:pen-1", None),
        ("bedrock:pen-1", None),
        ("openai:pen-2", None),
        (None, None),
    ],
)
def test_the_names_that_an_end_fits(model: str | None, ends: str | None) -> None:
    end = read_model_ends(FEED, "ends.yaml").find(model)
    assert (str(end.ends) if end else None) == ends


def test_a_server_of_ones_own_is_not_the_providers() -> None:
    assert read_model_ends(FEED, "ends.yaml").find("openai:pen-1", "http://127.0.0.1/v1") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"models: [{model: pen, ends: 2026-01-01, source: x}]", "ends.yaml:1:18: models.0.model"),
        (b"models:\n- {model: 'a:b', ends: soon, source: x}", "ends.yaml:2:24: models.0.ends"),
        (b"models:\n- {model: 'a:b', ends: 2026-01-01}", "models.0.source: field required"),
        (b"models: [{model: 'a:b', ends: 2026-01-01, source: x, end: y}]", "models.0.end: extra"),
        (b"- a", "the file"),
        (b"models: [", "ends.yaml:1"),
    ],
)
def test_a_faulty_file_is_refused_with_places(text: bytes, message: str) -> None:
    with pytest.raises(Invalid) as error:
        read_model_ends(text, "ends.yaml")
    assert message in str(error.value)


def test_the_words_before_and_after_the_day() -> None:
    end = ModelEnd(model="a:b", ends=date(2027, 1, 14), source="its page", successor="c")
    assert end.message("a:b", date(2027, 1, 13)) == (
        "a:b ends on 2027-01-14 (its page); c takes its place"
    )
    assert end.message("a:b", date(2027, 1, 14)).startswith("a:b has ended, on 2027-01-14")


def test_the_announced_ends_of_the_package_are_of_known_providers_and_no_example_ends() -> None:
    ends = announced_ends()
    names = [entry.model for entry in ends.entries]
    assert len(names) == len(set(names))
    assert all(provider_name(name) for name in names)
    assert not [p.example for p in PROVIDERS.values() if ends.find(p.example)]
    successors = {f"{e.model.partition(':')[0]}:{e.successor}" for e in ends.entries if e.successor}
    assert "openai:gpt-6-luna" in successors
