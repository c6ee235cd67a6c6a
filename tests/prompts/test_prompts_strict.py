"""What a prompt file says and nobody reads is a problem, each with its exact place."""

from __future__ import annotations

import pytest

from lensops.errors import Invalid
from lensops.prompts import ResponseFormat, parse

M = "messages:\n  - {role: user, content: hi}\n"


def problems_of(text: str, path: str = "f.yaml") -> list[str]:
    with pytest.raises(Invalid) as caught:
        parse(text.encode(), path, "v1")
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("user: |\n  a\n\n  b {{ x y }} c\n", "4:5", "'{{ x y }}' is not a variable"),
        ("user: >-\n  a {{ x }}\n  b {{x|up}}\n", "3:5", "'{{x|up}}' is not"),
        ("user:   |2\n    {{ a b }} {{ a b }}\n", "2:5", "'{{ a b }}'"),
        ('user: "one\n  two {{ a.b }}"\n', "2:7", "'{{ a.b }}'"),
        ("user: plain {{ a.b }}\n", "1:13", "write `\\{{` for literal braces"),
        (M + "responseFormat: xml\n", "3:17", "must be text, json_object or json_schema"),
        (M + "responseFormat: json_schema\n", "3:17", "there is no schema"),
        (M + "responseFormat: text\njsonSchema: '{}'\n", "3:17", "is text, and there is a schema"),
        (M + "jsonSchema: '[1]'\n", "3:13", "jsonSchema must be a JSON object"),
        (M + "jsonSchema: '{'\n", "3:13", "jsonSchema is not JSON"),
        (M + "jsonSchema: '{\"a\": NaN}'\n", "3:13", "NaN is no JSON number"),
        (M + "jsonSchema: [1]\n", "3:13", "jsonSchema must be a JSON object"),
        (M + "jsonSchema: {name: a, schema: {}, strikt: true}\n", "3:35", "did you mean 'strict'"),
        (M + "jsonSchema: {name: a, schema: 1}\n", "3:13", "schema must be a JSON object"),
        (M + "jsonSchema: {}\noutput_schema: {}\n", "3:1", "says the same as"),
        ("messages:\n  - {role: user, contents: hi}\n", "2:18", "did you mean 'content'?"),
        ("messages:\n  - {role: user, content: hi, tool_calls: []}\n", "2:43", "a list of calls"),
        ("messages:\n  - {role: tool, content: hi}\n", "2:5", "needs the tool_call_id"),
        (
            "messages:\n  - {role: user, content: a, tool_calls: [{id: a, name: b}]}\n",
            "2:5",
            "belong to a message of role assistant",
        ),
        (
            "messages:\n  - {role: assistant, tool_calls: [{id: a, name: b, argument: {}}]}\n",
            "2:53",
            "did you mean 'arguments'?",
        ),
        (
            "messages:\n  - {role: assistant, tool_calls: [{id: a, name: b, arguments: '1'}]}\n",
            "2:64",
            "arguments must be a JSON object",
        ),
        ("messages:\n  - hi\n", "2:5", "a message is a mapping"),
        ("user: hi\ntool: x\n", "2:1", "cannot name the call that it answers"),
        ("user: hi\ntools: [{name: a, parameter: {}}]\n", "2:19", "did you mean 'parameters'?"),
        ("user: hi\ntools: [{name: a}, {name: a}]\n", "2:20", "there are two tools 'a'"),
        ("user: hi\ntools: [{name: 'a b'}]\n", "2:9", "a tool needs a name"),
        ("user: hi\ntools: {name: a}\n", "2:8", "tools must be a list"),
        ("user: hi\nparameters: {temprature: 1}\n", "2:14", "did you mean 'temperature'?"),
        ("user: hi\nparameters: {temperature: hot}\n", "2:27", "temperature must be a number"),
        ("user: hi\nparameters: {maxTokens: 1, max_tokens: 2}\n", "2:28", "again"),
        ("user: hi\nparameters: {stream: true}\n", "2:14", "is no parameter"),
        ("user: hi\nparameters: {user: '{{ who }}'}\n", "2:20", "filled in messages alone"),
        ("user: hi\nmodel: '{{ model }}'\n", "2:8", "filled in messages alone"),
        ("user: hi\nmodelParameters: {}\n", "2:1", "unknown section 'modelParameters'"),
    ],
)
def test_it_is_refused_with_its_place(text: str, place: str, message: str) -> None:
    assert any(p.startswith(f"f.yaml:{place}: ") and message in p for p in problems_of(text))


def test_all_problems_are_there_at_once() -> None:
    text = "user: '{{ a b }}'\nmodl: x\ntools: 1\nparameters: 2\noutput_schema: 3\n"
    assert len(problems_of(text)) == 5


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('jsonSchema: \'{"type": "object"}\'', ResponseFormat({"type": "object"})),
        ("output_schema: {type: object}", ResponseFormat({"type": "object"})),
        (
            'jsonSchema: \'{"name": "a", "strict": true, "schema": {"type": "object"}}\'',
            ResponseFormat({"type": "object"}, "a", strict=True),
        ),
        (
            "responseFormat: json_schema\njsonSchema: {name: a, schema: {type: object}}",
            ResponseFormat({"type": "object"}, "a"),
        ),
        ("response_format: {type: json_object}", ResponseFormat()),
        ("responseFormat: json_object", ResponseFormat()),
        ("responseFormat: text", None),
        ("responseFormat:", None),
    ],
)
def test_one_response_format(written: str, meant: ResponseFormat | None) -> None:
    assert parse(f"{M}{written}\n".encode(), "f.yaml", "v1").response_format == meant


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("maxTokens", "max_tokens"),
        ("max_tokens", "max_tokens"),
        ("maxOutputTokens", "max_tokens"),
        ("topP", "top_p"),
        ("stopSequences", "stop"),
        ("reasoningEffort", "reasoning_effort"),
        ("maxCompletionTokens", "max_completion_tokens"),
        ("min_p", "min_p"),
        ("thinking_budget", "thinking_budget"),
    ],
)
def test_a_parameter_has_one_name(written: str, name: str) -> None:
    prompt = parse(f"user: hi\nparameters: {{{written}: 1}}\n".encode(), "f.yaml", "v1")
    assert prompt.parameters == {name: 1}


@pytest.mark.parametrize("path", ["v1.md", "v1.yaml", "v1.prompt.yml"])
def test_literal_braces_are_served_verbatim_in_every_form(path: str) -> None:
    written = r"run: echo $\{{ secrets.TOKEN }} for \{% raw %} and {{ who }}"
    text = {
        "v1.md": written,
        "v1.yaml": f"user: |\n  {written}\n",
        "v1.prompt.yml": f"messages:\n  - role: user\n    content: |\n      {written}\n",
    }[path]
    (template,) = parse(text.encode(), path, "v1").templates
    assert template.fill({"who": "CI"}) == "run: echo ${{ secrets.TOKEN }} for {% raw %} and CI"
