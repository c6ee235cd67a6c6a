"""LangChain's serialised prompts, YAML or JSON: `prompt`, `chat prompt`, and constructors."""

from __future__ import annotations

from collections.abc import Iterator

from lensops.errors import Invalid, Problem
from lensops.manifest import Node
from lensops.prompts.forms.inputs import Inputs
from lensops.prompts.forms.nodes import (
    mapping_node,
    message_node,
    sequence_node,
    translate,
)
from lensops.prompts.forms.properties import VARIABLES, read_inputs
from lensops.prompts.forms.reader import Reader
from lensops.prompts.forms.structured import build_prompt
from lensops.prompts.languages import LANGUAGES
from lensops.prompts.template import literal_template
from lensops.prompts.value import Prompt

_KEYS = ("_type", "input_variables", "template", "template_format", "output_parser")
_IGNORED = ("validate_template", "partial_variables", "input_types", "metadata", "tags", "name")
_ROLES = {
    "SystemMessagePromptTemplate": "system",
    "HumanMessagePromptTemplate": "user",
    "AIMessagePromptTemplate": "assistant",
}

_TYPES = ("prompt", "chat", "chat_prompt")
_FIXED = {"SystemMessage": "system", "HumanMessage": "user", "AIMessage": "assistant"}
_NAMES = {"human": "user", "ai": "assistant"}
_EMPTY = ("additional_kwargs", "response_metadata", "tool_calls", "invalid_tool_calls", "example")
_PACKAGES = (["langchain"], ["langchain_core"])
_TEMPLATES = ("ChatPromptTemplate", "PromptTemplate")


def is_langchain(node: Node) -> bool:
    """Whether a document is a prompt of LangChain."""
    if node.kind != "mapping":
        return False
    kind = node.get("_type")
    if kind is not None and isinstance(kind.value, str):
        return True
    return node.get("lc") is not None or (
        node.get("template") is not None and node.get("input_variables") is not None
    )


def parse_langchain(node: Node, version: str) -> Prompt:
    """The prompt of such a document. Raises `Invalid` with every problem of it."""
    problems: list[Problem] = []
    declared = node.get("_type")
    if declared is not None and declared.value not in _TYPES:
        hint = f"known: {', '.join(_TYPES)}"
        raise Invalid((Problem(declared.location, f"{declared.raw} is not read", hint),))
    messages = list(_messages(node, problems))
    inner, _ = _unwrap(node, [])
    if inner.kind == "mapping" and inner.get("messages") is not None:
        names = ("_type", "messages", *VARIABLES, *_IGNORED)
        reader = Reader(inner, problems)
        reader.require_known(names, "key of a chat prompt of LangChain")
        _refuse_code(reader)
    inputs = Inputs(problems)
    read_inputs(inputs, inner.get("input_variables"))
    body = mapping_node([("messages", sequence_node(messages, node.location))], node.location)
    return inputs.attach_to(build_prompt(body, version, problems))


def _messages(node: Node, problems: list[Problem]) -> Iterator[Node]:
    """The messages of a prompt or of a chat prompt, with every constructor unwrapped."""
    inner, kind = _unwrap(node, problems)
    if kind not in ("", *_ROLES, *_FIXED, *_TEMPLATES):
        hint = f"known: {', '.join((*_ROLES, *_FIXED, *_TEMPLATES))}"
        problems.append(Problem(node.location, f"{kind} is not read", hint))
    elif inner.kind != "mapping":
        problems.append(Problem(node.location, "a message is a mapping of role and content"))
    elif (listed := inner.get("messages")) is not None and listed.kind == "sequence":
        for item in listed.value:
            yield from _messages(item, problems)
    elif kind in _FIXED:
        yield from _fixed_message(inner, _FIXED[kind], problems)
    elif inner.get("role") is not None:
        yield from _plain_message(inner, problems)
    else:
        yield from _template(inner, kind, problems)


def _template(inner: Node, kind: str, problems: list[Problem]) -> Iterator[Node]:
    """The text of a template, or of the one inside a message's template."""
    prompt = inner.get("prompt")
    if prompt is not None:
        names = ("prompt", "additional_kwargs", *_IGNORED)
        Reader(inner, problems).require_known(names, "key of a message of LangChain")
    text, name = _unwrap(prompt, problems) if prompt is not None else (inner, "")
    if name in {"", "PromptTemplate"}:
        yield from _text(text, _ROLES.get(kind, "user"), problems)
    elif prompt is not None:
        problems.append(Problem(prompt.location, f"{name} is not read", "PromptTemplate is"))


def _fixed_message(node: Node, role: str, problems: list[Problem]) -> Iterator[Node]:
    """A message without variables: its braces are text."""
    reader = Reader(node, problems)
    reader.require_known(("content", "type", *_EMPTY), "key of a message")
    for key in _EMPTY:
        value = reader.present(key)
        if value is not None and value.plain():
            reader.add(value.location, f"{key} of a message is not read", "remove it")
    content = reader.present("content")
    if content is not None and isinstance(content.value, str):
        yield message_node(role, content._replace(value=str(literal_template(content.value))))
    else:
        reader.add(node.location, "the message has no text")


def _plain_message(node: Node, problems: list[Problem]) -> Iterator[Node]:
    """`{role, content}`, with LangChain's names of roles and an f-string."""
    reader = Reader(node, problems)
    reader.require_known(("role", "content"), "key of a message")
    role, content = _value(node, "role"), reader.present("content")
    if content is None:
        reader.add(node.location, "the message has no content")
        return
    text = translate(content, "f-string", problems)
    yield message_node(_NAMES.get(str(role), str(role)), text)


def _text(node: Node, role: str, problems: list[Problem]) -> Iterator[Node]:
    reader = Reader(node, problems)
    reader.require_known((*_KEYS, *_IGNORED), "key of a prompt of LangChain")
    _refuse_code(reader)
    language = str(_value(node, "template_format") or "f-string").replace("mustache", "handlebars")
    template = reader.present("template")
    if template is None:
        reader.add(node.location, "the prompt has no template", "write `template:`")
    elif language not in LANGUAGES:
        reader.add(template.location, f"template_format {language!r} is not known")
    else:
        yield message_node(role, translate(template, language, problems))


def _refuse_code(reader: Reader) -> None:
    for key in ("output_parser", "partial_variables"):
        value = reader.present(key)
        if value is not None and value.plain():
            reader.add(value.location, f"{key} is code or a value of the application", "remove it")


def _unwrap(node: Node, problems: list[Problem]) -> tuple[Node, str]:
    """What a constructor is called with, and the name of its class."""
    identity, arguments = node.get("id"), node.get("kwargs")
    if identity is None or arguments is None or identity.kind != "sequence":
        return node, ""
    reader = Reader(node, problems)
    reader.require_known(("lc", "type", "id", "kwargs", "name", "graph"), "key of a constructor")
    path = [item.value for item in identity.value]
    is_theirs = all(isinstance(part, str) for part in path) and path[:1] in _PACKAGES
    if not is_theirs or (_value(node, "lc"), _value(node, "type")) != (1, "constructor"):
        hint = "lc: 1, type: constructor, id: [langchain, …] is"
        reader.add(node.location, "this object of LangChain is not read", hint)
    return arguments, str(path[-1]) if path else ""


def _value(node: Node, key: str) -> object:
    child = node.get(key)
    return None if child is None else child.value
