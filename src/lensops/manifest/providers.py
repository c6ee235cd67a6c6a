"""Providers of models: the names before the colon, and what each of them needs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from lensops.manifest.select import suggestion


class Provider(NamedTuple):
    """What asking a provider needs.

    `variables`: each entry is a variable of the environment, or several of which one is enough.
    `extra` is the extra of pydantic-ai-slim with its client, where `lensops[llm]` has none.
    """

    variables: tuple[tuple[str, ...], ...]
    example: str
    extra: str | None = None

    def unset(self) -> Iterator[tuple[str, str]]:
        """Each variable that lacks a value, with `not set` or `empty`."""
        for names in self.variables:
            if not any(os.environ.get(name) for name in names):
                name = next((name for name in names if name in os.environ), names[0])
                yield name, "empty" if name in os.environ else "not set"


PROVIDERS = {
    "openai": Provider((("OPENAI_API_KEY",),), "openai:gpt-6-luna"),
    "anthropic": Provider((("ANTHROPIC_API_KEY",),), "anthropic:claude-haiku-4-5"),
    "google": Provider((("GOOGLE_API_KEY", "GEMINI_API_KEY"),), "google:gemini-3.5-flash-lite"),
    "mistral": Provider((("MISTRAL_API_KEY",),), "mistral:mistral-small-latest"),
    "azure": Provider(
        (("AZURE_OPENAI_ENDPOINT",), ("AZURE_OPENAI_API_KEY",), ("OPENAI_API_VERSION",)),
        "azure:NAME-OF-THE-DEPLOYMENT",
    ),
    "bedrock": Provider(
        (("AWS_DEFAULT_REGION", "AWS_REGION"),),
        "bedrock:anthropic.claude-haiku-4-5-20251001-v1:0",
        "bedrock",
    ),
    "google-cloud": Provider((), "google-cloud:gemini-3.5-flash-lite"),
    "openrouter": Provider((("OPENROUTER_API_KEY",),), "openrouter:openai/gpt-6-luna"),
    "groq": Provider((("GROQ_API_KEY",),), "groq:openai/gpt-oss-120b", "groq"),
    "ollama": Provider((("OLLAMA_BASE_URL",),), "ollama:llama3.2:3b"),
    "deepseek": Provider((("DEEPSEEK_API_KEY",),), "deepseek:deepseek-v4-flash"),
    "cohere": Provider((("CO_API_KEY",),), "cohere:command-a-03-2025", "cohere"),
    "xai": Provider((("XAI_API_KEY",),), "xai:grok-4.3", "xai"),
    "cerebras": Provider((("CEREBRAS_API_KEY",),), "cerebras:NAME"),
    "sambanova": Provider((("SAMBANOVA_API_KEY",),), "sambanova:NAME"),
    "moonshotai": Provider((("MOONSHOTAI_API_KEY",),), "moonshotai:NAME"),
    "nebius": Provider((("NEBIUS_API_KEY",),), "nebius:NAME"),
    "vercel": Provider((("VERCEL_AI_GATEWAY_API_KEY", "VERCEL_OIDC_TOKEN"),), "vercel:NAME"),
    "alibaba": Provider((("ALIBABA_API_KEY", "DASHSCOPE_API_KEY"),), "alibaba:NAME"),
    "litellm": Provider((), "litellm:NAME"),
    "huggingface": Provider((("HF_TOKEN",),), "huggingface:Qwen/Qwen3-8B", "huggingface"),
    "together": Provider((("TOGETHER_API_KEY",),), "together:Qwen/Qwen3-8B"),
    "fireworks": Provider((("FIREWORKS_API_KEY",),), "fireworks:accounts/fireworks/models/NAME"),
}
ALIASES = {"openai-chat": "openai", "openai-responses": "openai"}
OTHER_NAMES = {  # by which people know a provider
    "google-gla": "google",
    "gemini": "google",
    "google-vertex": "google-cloud",
    "vertex": "google-cloud",
    "vertexai": "google-cloud",
    "vertex-ai": "google-cloud",
    "azure-openai": "azure",
    "aws": "bedrock",
    "amazon": "bedrock",
    "aws-bedrock": "bedrock",
    "amazon-bedrock": "bedrock",
    "claude": "anthropic",
    "gpt": "openai",
    "grok": "xai",
    "hf": "huggingface",
    "llama": "ollama",
}
FAMILIES = {  # what the names of a provider's models begin with
    "gpt-": "openai",
    "chatgpt-": "openai",
    "o1": "openai",
    "o3": "openai",
    "o4": "openai",
    "claude-": "anthropic",
    "gemini-": "google",
    "mistral-": "mistral",
    "ministral-": "mistral",
    "codestral-": "mistral",
    "magistral-": "mistral",
    "deepseek-": "deepseek",
    "command-": "cohere",
    "grok-": "xai",
}


def provider_name(model: str) -> str | None:
    """The provider's name in `provider:model`, or None where the part before is no provider's."""
    prefix, colon, _ = model.partition(":")
    prefix = prefix.removeprefix("gateway/")
    if not colon:
        return None
    name = ALIASES.get(prefix, prefix)
    return name if name in PROVIDERS else None


def model_name(model: str) -> str:
    """The name by which a server of one's own knows a model: without a provider in front."""
    return model.partition(":")[2] if provider_name(model) else model


def model_fault(model: str, server: str | None) -> tuple[str, str] | None:
    """What is wrong with a model's name in the manifest, and what fixes it."""
    prefix, colon, rest = model.partition(":")
    names = ", ".join(PROVIDERS)
    if colon and not rest:
        return f"{model!r} names no model", "write provider:model"
    if server is not None or provider_name(model) is not None:
        return None
    if not colon:
        whole = _with_provider(model)
        hint = f"did you mean {whole!r}?" if whole else f"write provider:model; providers: {names}"
        return f"{model!r} names no provider", hint
    near = OTHER_NAMES.get(prefix.lower())
    if near is not None:
        return f"there is no provider {prefix!r}", f"it is called {near!r}"
    if prefix.lower().rstrip("0123456789.-") in ("llama", "qwen", "gemma", "phi", "mixtral"):
        hint = f"'ollama:{model}', or set `base_url` for a server of your own"
        return f"there is no provider {prefix!r}; {model!r} is a model's name", hint
    hint = f"providers: {names}; for a server of your own set `base_url`"
    typo = suggestion(prefix.lower(), [*PROVIDERS, *ALIASES])
    return f"there is no provider {prefix!r} for {rest!r}", typo or hint


def _with_provider(name: str) -> str | None:
    """A bare name with the provider whose models are called so, such as `openai:gpt-6-luna`."""
    vendor, slash, rest = name.partition("/")
    if slash and vendor in PROVIDERS:
        return f"{vendor}:{rest}"
    families = (provider for start, provider in FAMILIES.items() if name.startswith(start))
    provider = next(families, None)
    return f"{provider}:{name}" if provider else None
