"""The writer against a real server on loopback: it asks as the application would."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from lensops.errors import RemoteFailed, UserError
from lensops.evals.protocols import AnswerReply, Unavailable
from lensops.manifest.suite import Limits
from lensops.models import open_generator
from lensops.models.secrets import expand_references, hide_secrets
from lensops.prompts import Message
from lensops.prompts.value import Tool
from support.asking import answer_request
from support.provider import Provider, Said, Script, completion, provider

pytestmark = pytest.mark.usefixtures("quick_retries")

SCHEMA = {"type": "object", "properties": {"body": {"type": "string"}}, "required": ["body"]}
MESSAGES = (
    Message("system", "You write copy for {{ shop }}."),
    Message("user", "Write about {{ offer }}."),
)


def answered(script: Script, **request: Any) -> tuple[AnswerReply, Provider]:
    with provider(script) as server:
        writer = open_generator("openai:small", server.url, Limits(retries=1, call_timeout=5))
        assert not isinstance(writer, Unavailable)
        inputs = {"shop": "Bean & Leaf", "offer": "tea"}
        made = {"messages": MESSAGES, "inputs": inputs, "model": "openai:small"} | request
        (reply,) = writer.answer([answer_request("c1", **made)])
        return reply, server


def test_it_fills_the_variables_and_sends_the_roles() -> None:
    reply, server = answered(lambda asked, number: Said("Tea is on us."))
    assert reply.output == "Tea is on us."
    assert (reply.model, reply.tokens_in, reply.tokens_out) == ("small-2026", 100, 20)
    assert server.asked[0]["messages"] == [
        {"role": "system", "content": "You write copy for Bean & Leaf."},
        {"role": "user", "content": "Write about tea."},
    ]


def test_what_the_assistant_said_stays_in_its_place() -> None:
    messages = (Message("user", "a"), Message("assistant", "b"), Message("user", "c"))
    _, server = answered(lambda asked, number: Said("d"), messages=messages)
    roles = [message["role"] for message in server.asked[0]["messages"]]
    assert roles == ["user", "assistant", "user"]


def test_parameters_go_along_known_or_not() -> None:
    parameters = {"temperature": 0.4, "max_tokens": 50, "stop": ["END"], "min_p": 0.1}
    _, server = answered(lambda asked, number: Said("x"), parameters=parameters)
    asked = server.asked[0]
    assert asked["temperature"] == 0.4
    assert asked.get("max_tokens", asked.get("max_completion_tokens")) == 50
    assert asked["stop"] == ["END"]
    assert asked["min_p"] == 0.1


def test_a_structured_answer_is_asked_for_and_read() -> None:
    reply, server = answered(lambda *_: Said('{"body": "Tea"}'), output_schema=SCHEMA)
    assert reply.output == {"body": "Tea"}
    assert server.asked[0]["response_format"]["json_schema"]["schema"]["required"] == ["body"]


@pytest.mark.parametrize("text", ["not JSON", '{"body": ', "42", "null"])
def test_a_structured_answer_that_is_none_stays_text(text: str) -> None:
    reply, _ = answered(lambda *_: Said(text), output_schema=SCHEMA)
    assert reply.output == text


NO_REPLIES = {
    "HTML": ("<html><body><h1>Bad gateway</h1>try later</body></html>", "Bad gateway try later"),
    "an error": ('{"error": {"message": "model is loading", "code": 503}}', "model is loading"),
    "an error as text": ('{"error": "out of memory"}', "out of memory"),
    "no choices": ('{"id": "1", "choices": []}', "without any choice"),
    "a list": ("[1]", "the server answered [1]"),
    "nothing": ("", "an empty body"),
    "words elsewhere": ('{"detail": "Not allowed"}', "without any choice: Not allowed"),
    "an error in a choice": ('{"choices": [{"error": {"message": "cut"}}]}', "an error: cut"),
    "no message": ('{"choices": [{"text": "Tea."}]}', 'without a message: {"text": "Tea."}'),
    "null as message": ('{"choices": [{"message": null}]}', "without a message"),
    "null as choice": ('{"choices": [null]}', "without a message: null"),
    "no list": ('{"choices": {"a": 1}}', "without any choice"),
    "a number as content": ('{"choices": [{"message": {"content": 5}}]}', "5 as content"),
    "half of JSON": ('{"choices": [{"message": {"cont', "not in JSON"),
    "a stream": ('data: {"choices": [{"delta": {}}]}\n\ndata: {"ch', "not in JSON: data:"),
}


@pytest.mark.parametrize("kind", NO_REPLIES)
def test_what_is_no_reply_is_asked_again_and_then_named_in_the_servers_words(kind: str) -> None:
    body, words = NO_REPLIES[kind]
    with provider(lambda asked, number: Said(body=body) if number < 2 else Said("Tea.")) as server:
        writer = open_generator("openai:small", server.url, Limits(retries=2, call_timeout=5))
        assert not isinstance(writer, Unavailable)
        requests = [answer_request("c1", messages=MESSAGES, inputs={"shop": "a", "offer": "b"})]
        (reply,) = writer.answer(requests)
    assert (reply.output, len(server.asked)) == ("Tea.", 3)
    with provider(lambda *_: Said(body=body)) as server:
        writer = open_generator("openai:small", server.url, Limits(retries=1, call_timeout=5))
        assert not isinstance(writer, Unavailable)
        with pytest.raises(RemoteFailed, match=re.escape(words)):
            list(writer.answer(requests))
        assert len(server.asked) == 2


def test_the_body_that_goes_out_is_the_one_that_the_application_sends() -> None:
    tool = Tool("book", "Books a table.", {"type": "object"})
    request = answer_request(
        "c1",
        messages=(Message("developer", "Be brief."), Message("user", "Write about {{ offer }}.")),
        inputs={"offer": "tea"},
        model="openai:small",
        parameters={"temperature": 0.4, "max_tokens": 50, "seed": 7, "min_p": 0.1},
        output_schema=SCHEMA,
        tools=(tool,),
    )
    with provider(lambda *_: Said("{}")) as server:
        writer = open_generator("openai:small", server.url, Limits(call_timeout=5))
        assert not isinstance(writer, Unavailable)
        list(writer.answer([request]))
    assert server.asked == [request.body()]


def test_an_output_that_was_cut_off_says_so() -> None:
    def cut(asked: dict[str, Any], number: int) -> Said:
        return Said(body=completion(Said("Tea is"), asked).replace('"stop"', '"length"'))

    reply, _ = answered(cut)
    assert (reply.output, reply.finish_reason) == ("Tea is", "length")


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        (None, (None, None)),
        ({}, (None, None)),
        ({"prompt_tokens": 0, "completion_tokens": 0}, (None, None)),
        ({"prompt_tokens": -1, "completion_tokens": "a"}, (None, None)),
        ({"prompt_tokens": None, "completion_tokens": 4}, (None, 4)),
        ({"prompt_tokens": 9, "completion_tokens": 4}, (9, 4)),
    ],
)
def test_usage_that_is_not_stated_is_unknown(usage: Any, tokens: tuple[int | None, ...]) -> None:
    def silent(asked: dict[str, Any], number: int) -> Said:
        body = json.loads(completion(Said("Tea"), asked))
        body["usage"] = usage
        return Said(body=json.dumps(body))

    reply, _ = answered(silent)
    assert (reply.output, reply.cost) == ("Tea", None)
    assert (reply.tokens_in, reply.tokens_out) == tokens


@pytest.mark.parametrize(
    ("finish", "words"),
    [
        ("stop", "the model gave an empty answer"),
        ("content_filter", "the provider's content filter kept it back"),
        ("length", "the limit of tokens was used up before it wrote anything"),
    ],
)
@pytest.mark.parametrize("content", ["", None])
def test_an_empty_answer_is_none(content: str | None, finish: str, words: str) -> None:
    def empty(asked: dict[str, Any], number: int) -> Said:
        return Said(body=completion(Said(content), asked).replace('"stop"', f'"{finish}"'))

    reply, _ = answered(empty)
    assert (reply.output, reply.finish_reason) == (None, finish)
    assert words in (reply.error or "")


def test_content_in_parts_is_text() -> None:
    def parts(asked: dict[str, Any], number: int) -> Said:
        body = json.loads(completion(Said("Tea"), asked))
        body["choices"][0]["message"]["content"] = [
            {"type": "thinking", "thinking": "hm"},
            {"type": "text", "text": "Tea "},
            {"type": "text", "text": "is on us."},
        ]
        return Said(body=json.dumps(body))

    assert answered(parts)[0].output == "Tea is on us."


def test_the_text_of_inputs_is_sent_as_it_is() -> None:
    inputs = {"shop": "{{ offer }} ${HOME}", "offer": "<b>&\u202e"}
    _, server = answered(lambda *_: Said("x"), inputs=inputs)
    assert server.said(0) == "You write copy for {{ offer }} ${HOME}.\nWrite about <b>&\u202e."


class TestSecrets:
    def test_a_reference_is_filled_in(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SERVER", "http://localhost:1")
        assert expand_references("${SERVER}/v1") == "http://localhost:1/v1"

    def test_an_unset_one_is_said(self) -> None:
        with pytest.raises(UserError, match="NOT_THERE"):
            expand_references("${NOT_THERE}")

    def test_values_turn_back_into_names(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SERVER", "secret.example")
        monkeypatch.setenv("SOME_TOKEN", "abcdef123")
        monkeypatch.setenv("LONGER_TOKEN", "abcdef123456")
        text = "secret.example said abcdef123456 and abcdef123"
        assert (
            hide_secrets(text, "http://${SERVER}")
            == "${SERVER} said ${LONGER_TOKEN} and ${SOME_TOKEN}"
        )

    def test_short_values_and_other_names_stay(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MY_KEY", "a")
        monkeypatch.setenv("EDITOR_PATH", "/usr/bin/vi")
        assert hide_secrets("a /usr/bin/vi") == "a /usr/bin/vi"


@pytest.mark.parametrize(
    ("named_by_server", "kept"),
    [("gpt-x-2026", "gpt-x-2026"), ("org/model", "org/model"), ("/srv/models/m.gguf", "m.gguf")],
)
def test_a_model_is_named_without_the_path_of_a_server(named_by_server: str, kept: str) -> None:
    body = completion(Said("x"), {"model": "m"}).replace("m-2026", named_by_server)
    reply, _ = answered(lambda *_: Said(body=body))
    assert reply.model == kept
