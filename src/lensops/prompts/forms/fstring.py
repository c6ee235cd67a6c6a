"""YAML whose keys name texts: `system` and `user_template`, or one `prompt`, as in tutorials."""

from __future__ import annotations

from collections.abc import Iterator

from lensops.errors import Location, Problem
from lensops.manifest import Node
from lensops.prompts.forms.inputs import Inputs
from lensops.prompts.forms.nodes import mapping_node, message_node, sequence_node, translate
from lensops.prompts.forms.properties import VARIABLES, read_inputs
from lensops.prompts.forms.reader import Reader
from lensops.prompts.forms.structured import ABOUT, METADATA, build_prompt
from lensops.prompts.languages import doubled_name, parse_fstring
from lensops.prompts.value import ROLES, Prompt

_ROLES = {
    f"{name}{ending}": role
    for name, role in (
        ("system", "system"),
        ("developer", "developer"),
        ("user", "user"),
        ("human", "user"),
        ("assistant", "assistant"),
    )
    for ending in ("", "_template", "_prompt", "_message")
}
_ALONE = ("template", "prompt")  # the one text of a file, of the role that `role:` names
_SETTINGS = ("model", "output_schema", "response_format", "tools")
_PARAMETERS = ("parameters", "model_settings", "model_parameters")


def is_named_texts(node: Node) -> bool:
    """Whether a YAML document names its texts otherwise than lensops' own sections do."""
    keys = [key.value for key, _ in node.value]
    if "messages" in keys:
        return False
    others = [key for key in (*_ROLES, *_ALONE) if key not in ROLES]
    return any(key in (*others, *ABOUT, *VARIABLES) for key in keys)


def parse_named_texts(node: Node, version: str, template: str = "") -> Prompt:
    """The prompt of such a document. Raises `Invalid` with every problem of it.

    `template` is the language that the manifest declares. Without it `*_template` is an f-string,
    and one text alone has `{{ name }}`.
    """
    problems: list[Problem] = []
    inputs = Inputs(problems)
    reader = Reader(node, problems)
    reader.require_known(
        (
            *_ROLES,
            *_ALONE,
            "role",
            "provider",
            *_SETTINGS,
            *_PARAMETERS,
            *VARIABLES,
            *METADATA,
            *ABOUT,
        ),
        "key",
    )
    texts = list(_texts(reader))
    language = template or _language(reader, texts)
    messages = [message_node(role, translate(text, language, problems)) for role, text in texts]
    pairs = [("messages", sequence_node(messages, node.location)), *_settings(reader)]
    name = reader.first(VARIABLES)
    read_inputs(inputs, reader.present(name) if name else None)
    return inputs.attach_to(build_prompt(mapping_node(pairs, node.location), version, problems))


def _texts(reader: Reader) -> Iterator[tuple[str, Node]]:
    """Role and text of each message in the order of the file."""
    seen: dict[str, Location] = {}
    for key, value in reader.node.value:
        role = _ROLES.get(key.value) or (_role(reader) if key.value in _ALONE else None)
        if role is None:
            continue
        if role in seen:
            message = f"{key.value!r} is a second text of the role {role}, after {seen[role]}"
            reader.add(key.location, message, "write `messages:` with a role and a content each")
        seen[role] = key.location
        yield role, value


def _role(reader: Reader) -> str:
    """The role of the one text of a file."""
    node = reader.present("role")
    if node is not None and node.value not in ROLES:
        reader.add(node.location, f"role {node.raw} is not known", "known: " + ", ".join(ROLES))
    return str(node.value) if node is not None else "user"


def _language(reader: Reader, texts: list[tuple[str, Node]]) -> str:
    """f-strings where a key says `_template`; doubled braces alone could be meant either way."""
    if not any(str(key.value).endswith("_template") for key, _ in reader.node.value):
        return "mustache"
    written = [(node, str(node.value)) for _, node in texts]
    if not any(parse_fstring(text)[0].variables for _, text in written):
        for node, text in written:
            if match := doubled_name(text):
                message = f"{match[0]} is a variable or the text {match[0][1:-1]}"
                hint = "say which in the manifest: `template: mustache` or `template: f-string`"
                reader.add(node.location, message, hint)
    return "f-string"


def _settings(reader: Reader) -> Iterator[tuple[str, Node]]:
    yield from ((k.value, v) for k, v in reader.node.value if k.value in _SETTINGS)
    name = reader.first(_PARAMETERS)
    if name and (node := reader.present(name)) is not None:
        yield "parameters", node
