"""Keys of recordings: made from shared parts, they are the digests of the whole requests."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lensops.evals.protocols import AnswerRequest, GradeRequest
from lensops.prompts import DigestForm, Message, Prompt, digest

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)  # fmt: skip
objects = st.dictionaries(st.text(max_size=3), values, min_size=1, max_size=5)


@given(value=objects, data=st.data())
def test_a_form_gives_the_digest_of_the_whole(value: dict[str, Any], data: st.DataObject) -> None:
    holes = data.draw(st.lists(st.sampled_from(sorted(value)), unique=True))
    filled = {name: data.draw(values) for name in holes}
    form = DigestForm("row", value, *holes)
    for _ in range(2):
        assert form.digest(**filled) == digest("row", value | filled)


@given(
    inputs=objects,
    text=st.text(max_size=9),
    model=st.sampled_from([None, "openai:x"]),
    temperature=st.sampled_from([0, 0.0, 1.0]),
    sample=st.integers(0, 2),
)
def test_keys_of_recordings(
    inputs: dict[str, Any], text: str, model: str | None, temperature: float, sample: int
) -> None:
    prompt = Prompt("v1", (Message("user", text),))
    answer = AnswerRequest("c1", prompt, inputs, model, sample=sample)
    assert answer.digest == digest("answer", answer.parts())
    grade = GradeRequest("c1", text, inputs, {"tone": text}, model, temperature, sample=sample)
    assert grade.digest == digest("grade", grade.parts())
