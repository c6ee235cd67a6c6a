"""Messages, model and parameters as the text of a prompt file of lensops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lensops.manifest.insert import dump_yaml

ROLES = ("system", "developer", "user", "assistant", "tool")
SECTIONS = ("tools", "response_format")
_RENAMED = {"vertex": "google-cloud"}  # providers that promptfoo calls otherwise
_PROVIDERS = {"gpt-": "openai", "o1": "openai", "o3": "openai", "o4": "openai"}
_PROVIDERS |= {"claude-": "anthropic", "gemini-": "google", "mistral-": "mistral"}


def prompt_file(
    messages: Sequence[tuple[str, str]],
    model: str | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> tuple[str, bytes]:
    """Ending and bytes: sections where each role stands once and in order, else `messages:`.

    `tools` and `response_format` among the parameters are sections of their own.
    """
    parameters = dict(parameters or {})
    settings: dict[str, Any] = {"model": model} if model else {}
    settings |= {key: parameters.pop(key) for key in SECTIONS if key in parameters}
    settings |= {"parameters": parameters} if parameters else {}
    roles = [role for role, _ in messages]
    if sorted(set(roles), key=ROLES.index) == roles:
        return ".yaml", dump_yaml({**dict(messages), **settings}).encode()
    body = {"messages": [{"role": role, "content": text} for role, text in messages]}
    if parameters:
        settings["modelParameters"] = settings.pop("parameters")
    return ".prompt.yml", dump_yaml({**body, **settings}).encode()


def model_id(name: str) -> str | None:
    """`provider:model` of a model's name, or None when the provider cannot be told."""
    if ":" in name:
        provider, _, rest = name.partition(":")
        kind, _, model = rest.partition(":")  # such as openai:chat:gpt-6-luna
        provider = _RENAMED.get(provider, provider)
        is_named = kind in {"chat", "messages"} and model
        return f"{provider}:{model}" if is_named else f"{provider}:{rest}"
    return next((f"{p}:{name}" for start, p in _PROVIDERS.items() if name.startswith(start)), None)
