"""Names of models: what is meant by a slip, another name, or none at all."""

from __future__ import annotations

import pytest

from lensops.manifest.providers import FAMILIES, OTHER_NAMES, PROVIDERS, model_fault


@pytest.mark.parametrize(
    ("model", "meant"),
    [
        ("opanai:x", "'openai'"),
        ("OpenAI:x", "'openai'"),
        ("antropic:x", "'anthropic'"),
        ("mistal:x", "'mistral'"),
        ("openruter:x", "'openrouter'"),
        ("azure-openai:x", "'azure'"),
        ("vertexai:x", "'google-cloud'"),
        ("gemini:x", "'google'"),
        ("aws:x", "'bedrock'"),
        ("gpt-6-luna", "'openai:gpt-6-luna'"),
        ("o3-mini", "'openai:o3-mini'"),
        ("claude-haiku-4-5", "'anthropic:claude-haiku-4-5'"),
        ("gemini-3.5-flash", "'google:gemini-3.5-flash'"),
        ("mistral/small", "'mistral:small'"),
        ("llama3:8b", "'ollama:llama3:8b'"),
        ("qwen2.5:7b", "'ollama:qwen2.5:7b'"),
        ("nothing-near", "providers: openai, "),
        ("zzz:x", "for a server of your own set `base_url`"),
    ],
)
def test_what_is_meant(model: str, meant: str) -> None:
    fault = model_fault(model, None)
    assert fault is not None
    assert meant in fault[1]


@pytest.mark.parametrize("model", ["llama3:8b", "qwen2.5:7b-instruct", "opanai:x", "anything"])
def test_a_server_of_ones_own_has_names_of_its_own(model: str) -> None:
    assert model_fault(model, "http://127.0.0.1:11434/v1") is None


@pytest.mark.parametrize("server", [None, "http://127.0.0.1/v1"])
def test_a_provider_alone_is_no_model(server: str | None) -> None:
    assert model_fault("openai:", server) == ("'openai:' names no model", "write provider:model")


def test_every_other_name_and_family_leads_to_a_provider() -> None:
    assert {*OTHER_NAMES.values(), *FAMILIES.values()} <= {*PROVIDERS}
    assert not {*OTHER_NAMES} & {*PROVIDERS}
    assert all(model_fault(provider.example, None) is None for provider in PROVIDERS.values())
