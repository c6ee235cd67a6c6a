"""Open a model that is asked in batches, or say why this provider has none here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import httpx2

from lensops.errors import UserError
from lensops.manifest.providers import model_name, provider_name
from lensops.models.batch.anthropic_client import AnthropicBatches
from lensops.models.batch.client import BatchClient
from lensops.models.batch.jobs import BatchPlace
from lensops.models.batch.openai_client import OpenAIBatches
from lensops.models.batch.runner import BatchModel
from lensops.models.batch.transport import DeferringTransport
from lensops.models.chat import watch_replies

if TYPE_CHECKING:
    from pydantic_ai.models import Model

SUPPORTED = ("openai", "anthropic")


def open_batch(
    model: str, server: str | None, network: Model, place: BatchPlace
) -> tuple[Model, BatchModel]:
    """A model that asks in batches, and how; `network` is the same one as it is asked directly.

    Raises `UserError` for a provider whose batch interface is another one.
    """
    provider = provider_name(model) or ""
    if server is None and provider not in SUPPORTED:
        message = f"{model}: --batch knows the batch interfaces of {' and '.join(SUPPORTED)}"
        hint = "leave --batch out; where the provider speaks OpenAI's interface, set `base_url`"
        raise UserError(message, hint)
    transport = DeferringTransport()
    is_anthropic = server is None and provider == "anthropic"
    build = _build_anthropic if is_anthropic else _build_openai
    opened = build(model_name(model), network, httpx2.AsyncClient(transport=transport))
    watch_replies(opened)

    def open_client() -> BatchClient:
        kind: Any = AnthropicBatches if is_anthropic else OpenAIBatches
        return cast("BatchClient", kind(cast("Any", network).client))

    return opened, BatchModel(transport, network, open_client, place.folder, place.say)


def _build_openai(name: str, network: Model, http_client: httpx2.AsyncClient) -> Model:
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    provider = OpenAIProvider(
        base_url=network.base_url, api_key="of the other client", http_client=http_client
    )
    return OpenAIChatModel(name, provider=provider)


def _build_anthropic(name: str, network: Model, http_client: httpx2.AsyncClient) -> Model:
    from pydantic_ai.models.anthropic import AnthropicModel
    from pydantic_ai.providers.anthropic import AnthropicProvider

    provider = AnthropicProvider(
        base_url=network.base_url, api_key="of the other client", http_client=http_client
    )
    return AnthropicModel(name, provider=provider)
