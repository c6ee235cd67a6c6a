"""The law: one digest ⇔ no difference ⇔ no change of the plan ⇔ one request, sent and served."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from lensops.client.release import parse_release
from lensops.plan import changes
from lensops.plan.difference import section_changes
from lensops.prompts import Prompt, parse, request_body
from lensops.prompts.digest import canonical
from lensops.release import Release
from lensops.release import parse_release as read_release
from support.prompts import FORMS, prompts

MARK = "\ue000"  # in no text: what is filled in can be told from what is written


def request(prompt: Prompt) -> bytes:
    """The whole request as bytes, and whom it goes to."""
    inputs = {name: f"{MARK}{name}{MARK}" for name in prompt.variables}
    return canonical([prompt.model, request_body(prompt, inputs)])


def served(prompt: Prompt) -> dict[str, Any]:
    """The request that the client makes of a release with the prompt."""
    body = Release("shop", {"p": prompt}).body()
    client = parse_release(json.dumps(body).encode())["p"]
    return client.request(**{name: f"{MARK}{name}{MARK}" for name in client.variables})


def hold(first: Prompt, second: Prompt) -> None:
    """The law, for two prompts of one version name."""
    same = request(first) == request(second)
    before, after = (Release("shop", {"p": prompt}) for prompt in (first, second))
    assert (first.digest == second.digest) is same
    assert (section_changes(first, second) == ()) is same
    assert (changes(before, after) == ()) is same
    assert (before.digest == after.digest) is same


@given(prompts, prompts)
def test_the_law_of_two_prompts(first: Prompt, second: Prompt) -> None:
    hold(first, second)
    hold(first, first)


@given(prompts)
def test_the_law_of_a_prompt_whose_messages_move(prompt: Prompt) -> None:
    moved = (*prompt.messages[1:], *prompt.messages[:1])
    hold(prompt, Prompt("v1", moved, prompt.model, prompt.parameters, prompt.response_format))


@pytest.mark.parametrize("path", FORMS)
@given(prompt=prompts)
def test_every_form_is_read_as_it_was_meant(path: str, prompt: Prompt) -> None:
    data = FORMS[path](prompt)
    if data is not None:
        assert parse(data, path, "v1") == prompt


@given(prompts)
def test_what_is_served_is_what_an_eval_sends(prompt: Prompt) -> None:
    inputs = {name: f"{MARK}{name}{MARK}" for name in prompt.variables}
    assert canonical(served(prompt)) == canonical(request_body(prompt, inputs))


@given(prompts)
def test_a_release_is_read_as_it_was_written(prompt: Prompt) -> None:
    release = Release("shop", {"p": prompt})
    again = read_release(json.loads(json.dumps(release.body())))
    assert again.prompts == release.prompts
    assert again.digest == release.digest


@given(prompts)
def test_a_version_of_another_name_has_no_other_content(prompt: Prompt) -> None:
    renamed = Prompt("v2", prompt.messages, prompt.model, prompt.parameters)
    original = Prompt("v1", prompt.messages, prompt.model, prompt.parameters)
    (change,) = changes(Release("shop", {"p": original}), Release("shop", {"p": renamed}))
    assert renamed.digest == original.digest
    assert section_changes(original, renamed) == ()
    assert change.prompts == (original, renamed)
