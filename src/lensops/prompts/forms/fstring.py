"""YAML with f-strings: `system` and `user_template` with `{name}`, as tutorials write it."""

from __future__ import annotations

from lensops.errors import Problem
from lensops.manifest import Node
from lensops.prompts.forms.nodes import mapping_node, message_node, sequence_node, translate
from lensops.prompts.forms.reader import Reader
from lensops.prompts.forms.structured import build_prompt
from lensops.prompts.value import Prompt

_ROLES = {
    f"{name}{ending}": role
    for name, role in (
        ("system", "system"),
        ("developer", "developer"),
        ("user", "user"),
        ("human", "user"),
        ("assistant", "assistant"),
    )
    for ending in ("", "_template", "_prompt")
}
_SETTINGS = ("model", "parameters", "output_schema", "response_format", "tools")
_ABOUT = (
    "version",
    "name",
    "description",
    "author",
    "authors",
    "created",
    "created_at",
    "metadata",
)


def is_fstring(node: Node) -> bool:
    """Whether a YAML document names its texts as templates."""
    keys = [key.value for key, _ in node.value] if node.kind == "mapping" else []
    return any(key in _ROLES and str(key).endswith("_template") for key in keys)


def parse_fstring_sections(node: Node, version: str) -> Prompt:
    """The prompt of such a document. Raises `Invalid` with every problem of it."""
    problems: list[Problem] = []
    reader = Reader(node, problems)
    reader.require_known((*_ROLES, *_SETTINGS, *_ABOUT), "key")
    messages = [
        message_node(_ROLES[key.value], translate(value, "f-string", problems))
        for key, value in node.value
        if key.value in _ROLES
    ]
    pairs = [("messages", sequence_node(messages, node.location))]
    pairs += [(key.value, value) for key, value in node.value if key.value in _SETTINGS]
    return build_prompt(mapping_node(pairs, node.location), version, problems)
