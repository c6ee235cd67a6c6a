"""Releases to compare and to write, made by hand and by hypothesis."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import strategies as st

from lensops.prompts import Message, Prompt
from lensops.release import Draft, Release

DRAFT = Draft("Ada Lovelace", "2026-01-02T03:04:05Z", "c" * 40)


def prompt(version: str = "v1", text: str = "Hello {{ name }}") -> Prompt:
    return Prompt(version, (Message("user", text),))


def release(
    thresholds: Mapping[str, float] | None = None,
    bands: Mapping[str, float] | None = None,
    project: str = "demo",
    **versions: str,
) -> Release:
    """A release with one prompt for each keyword; its text follows from its version."""
    prompts = {name: prompt(version, f"{name} {version}") for name, version in versions.items()}
    return Release(project, prompts, thresholds or {}, bands or {})


names = st.text("ab.-_é", min_size=1, max_size=4)
numbers = st.floats(0, 1)
prompts = st.builds(prompt, st.sampled_from(["v1", "v2", "v10"]), st.text(max_size=20))
releases = st.builds(
    Release,
    st.just("demo"),
    st.dictionaries(names, prompts, max_size=4),
    st.dictionaries(names, numbers, max_size=3),
    st.dictionaries(
        st.sampled_from(["m.warning", "m.critical", "m.f.warning"]), numbers, max_size=3
    ),
)
