"""Messages of a prompt file: roles, templates, tool calls, strict in every key."""

from __future__ import annotations

import json
import re
from typing import Any

from lensops.errors import Invalid, Location, Problem
from lensops.files import decode
from lensops.files.read import BOM
from lensops.manifest import Node
from lensops.prompts.forms.reader import Reader
from lensops.prompts.template import TemplateFault, parse_template
from lensops.prompts.value import ROLES, Message, ToolCall

KEYS = ("role", "content", "name", "tool_calls", "tool_call_id")
_ALIASES = {"human": "user", "ai": "assistant", "model": "assistant", "bot": "assistant"}
_ALIASES |= {"function": "tool"}
_CALL_KEYS = ("id", "type", "function", "name", "arguments")
_BRACES = r"only `{{ name }}` is filled in; write `\{{` for literal braces"
_NAMES = r"names have the letters a to z, digits and '_'; write `\{{` for literal braces"
_LIKE_NAME = r"\{\{\s*[\w-]+\s*\}\}"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def normalise_text(text: str) -> str:
    """Line ends as LF and none at the very end, so that all forms mean the same text."""
    return text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")


def read_lines(data: bytes, path: str) -> str:
    """The text of a file with LF at line ends. Raises `Invalid` for other control characters."""
    text = decode(data, path).removeprefix(BOM).replace("\r\n", "\n").replace("\r", "\n")
    if match := _CONTROL.search(text):
        start = text.rfind("\n", 0, match.start()) + 1
        where = Location(path, text.count("\n", 0, match.start()) + 1, match.start() - start + 1)
        message = f"the control character U+{ord(match[0]):04X} is not allowed"
        raise Invalid((Problem(where, message, "remove it"),))
    return text


def fault_problem(fault: TemplateFault, location: Location) -> Problem:
    """What is wrong with braces that are no variable."""
    token = fault.token if len(fault.token) < 40 else fault.token[:37] + "…"
    hint = _NAMES if re.fullmatch(_LIKE_NAME, token) else _BRACES
    return Problem(location, f"{token!r} is not a variable", hint)


def read_template(reader: Reader, node: Node | None, label: str, missing: Location) -> str:
    """The text of a message in its one spelling, with a problem for each fault in it."""
    node = _only_text(reader, node) if node is not None and node.kind == "sequence" else node
    if node is None or node.kind != "scalar" or not isinstance(node.value, str):
        location = node.location if node is not None else missing
        if node is None or node.kind != "sequence" or not node.value:
            hint = "quote it, or write it as a block after `|`"
            reader.add(location, f"{label} must be text", hint)
        return ""
    text = normalise_text(node.value)
    if not text.strip():
        reader.add(node.location, f"{label} is empty")
    template, faults = parse_template(text)
    for fault in faults:
        reader.problems.append(fault_problem(fault, location_inside(node, text, fault)))
    return str(template)


def _only_text(reader: Reader, node: Node) -> Node:
    """The text of content that is a list of one part; other parts are problems, and the list."""
    items: tuple[Node, ...] = node.value
    parts = [(item, item.get("type"), item.get("text")) for item in items]
    only = parts[0][2] if len(parts) == 1 else None
    if only is not None:
        kind = parts[0][1]
        if kind is None or kind.value != "text":
            where = kind.location if kind is not None else parts[0][0].location
            reader.add(where, "a part with text has the type text", "write type: text")
        Reader(parts[0][0], reader.problems).require_known(("type", "text"), "key of a part")
        return only
    for item, kind, text in parts:
        word = kind.raw.strip("\"'") if kind is not None else item.kind
        if text is None:
            message = f"a part of type {word} is no text"
            reader.add(item.location, message, "the application has to send it")
    if parts and all(text is not None for _, _, text in parts):
        reader.add(node.location, "a message is one text, not several parts", "join them")
    return node


def location_inside(node: Node, text: str, fault: TemplateFault) -> Location:
    """Where braces of a text stand in the file: the same occurrence of them in what is written."""
    token = fault.token.split("\n")[0]
    nth = text.count(token, 0, fault.start)
    index = -1
    for _ in range(nth + 1):
        index = node.raw.find(token, index + 1)
        if index < 0:
            return node.location
    if len(node.raw) != node.end - node.start or node.location.line is None:
        return node.location  # an alias: what is written stands elsewhere
    line_start = node.raw.rfind("\n", 0, index) + 1
    shift = 0 if line_start else (node.location.column or 1) - 1
    line = node.location.line + node.raw.count("\n", 0, index)
    return Location(node.location.path, line, index - line_start + 1 + shift)


def read_messages(reader: Reader, node: Node) -> tuple[Message, ...]:
    """The messages of a list, with the problems of each."""
    if node.kind != "sequence":
        reader.add(node.location, "messages must be a list of `role:` and `content:`")
        return ()
    return tuple(
        _message(Reader(item, reader.problems), index) for index, item in enumerate(node.value)
    )


def _message(reader: Reader, index: int) -> Message:
    node = reader.node
    if node.kind != "mapping":
        reader.add(node.location, "a message is a mapping of `role:` and `content:`")
        return Message("", "")
    reader.require_known(KEYS, "key of a message")
    role = _role(reader)
    calls = _tool_calls(reader)
    content = ""
    if reader.present("content") is not None or not calls:
        key = node.key("content")
        missing = key.location if key else node.location
        content = read_template(reader, node.get("content"), f"messages.{index}.content", missing)
    call_id = reader.text("tool_call_id")
    _check_tool_keys(reader, role, has_calls=bool(calls), call_id=call_id)
    return Message(role, content, reader.text("name"), calls, call_id)


def _role(reader: Reader) -> str:
    role = reader.node.get("role")
    if role is None or role.value not in ROLES:
        location = role.location if role is not None else reader.node.location
        alias = _ALIASES.get(str(role.value)) if role is not None else None
        hint = f"write {alias}" if alias else "known: " + ", ".join(ROLES)
        reader.add(location, "a message needs a role", hint)
        return ""
    return str(role.value)


def _check_tool_keys(reader: Reader, role: str, *, has_calls: bool, call_id: str | None) -> None:
    """Tool calls are the assistant's; their results are of role tool, and name the call."""
    location = reader.node.location
    if has_calls and role != "assistant":
        reader.add(location, "tool_calls belong to a message of role assistant")
    if call_id is not None and role != "tool":
        reader.add(location, "tool_call_id belongs to a message of role tool")
    if role == "tool" and reader.node.get("tool_call_id") is None:
        reader.add(location, "a message of role tool needs the tool_call_id that it answers")


def _tool_calls(reader: Reader) -> tuple[ToolCall, ...]:
    node = reader.present("tool_calls")
    if node is None:
        return ()
    if node.kind != "sequence" or not node.value:
        reader.add(node.location, "tool_calls must be a list of calls")
        return ()
    return tuple(_tool_call(Reader(item, reader.problems)) for item in node.value)


def _tool_call(reader: Reader) -> ToolCall:
    """A call in the shape of a request, or flat: id, name, arguments."""
    if reader.node.kind != "mapping":
        reader.add(reader.node.location, "a tool call is a mapping of id, name and arguments")
        return ToolCall("", "")
    reader.require_known(_CALL_KEYS, "key of a tool call")
    inner = unwrap_function(reader, ("name", "arguments"), "key of a tool call")
    identifier, name = reader.text("id"), inner.text("name")
    if identifier is None or name is None:
        reader.add(reader.node.location, "a tool call needs an id and the name of a function")
    return ToolCall(identifier or "", name or "", _arguments(inner))


def unwrap_function(reader: Reader, keys: tuple[str, ...], what: str) -> Reader:
    """The reader of `function:`, or the same where its keys stand beside it."""
    kind = reader.present("type")
    if kind is not None and kind.value != "function":
        reader.add(kind.location, f"type must be function, not {kind.raw}")
    node = reader.node.get("function")
    if node is None:
        return reader
    for key in keys:
        if (beside := reader.node.key(key)) is not None:
            reader.add(beside.location, f"{key!r} stands beside `function:`", "move it inside")
    if node.kind != "mapping":
        reader.add(node.location, "function must be a mapping")
        return Reader(Node("mapping", (), node.location, node.start, node.end), [])
    inner = Reader(node, reader.problems)
    inner.require_known(keys, what)
    return inner


def _arguments(reader: Reader) -> dict[str, Any]:
    """Arguments as a mapping, or as the text of one, which is how requests hold them."""
    node = reader.present("arguments")
    if node is None:
        return {}
    if node.kind == "scalar" and isinstance(node.value, str):
        return parse_json_object(reader, node, "arguments") or {}
    return dict(reader.mapping("arguments") or {})


def parse_json_object(reader: Reader, node: Node, name: str) -> dict[str, Any] | None:
    """The object in a JSON text, or None with a problem."""
    try:
        value = json.loads(node.value, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        reader.add(node.location, f"{name} is not JSON: {error}")
        return None
    if not isinstance(value, dict):
        reader.add(node.location, f"{name} must be a JSON object")
        return None
    return value


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")
