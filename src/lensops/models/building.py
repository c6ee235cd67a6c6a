"""Build a model of pydantic-ai from the manifest's `provider:model` and `base_url`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from lensops.models.secrets import expanded

if TYPE_CHECKING:
    from pydantic_ai.models import Model

OWN_KEY = "LENSOPS_API_KEY"
NO_KEY = "none"  # servers of one's own mostly want no key, but the protocol wants some text


def build(model: str, server: str | None) -> Model:
    """A model that is ready to be asked; whoever asks enters it first, which opens its connections.

    A server of one's own gets `LENSOPS_API_KEY` and never a provider's key, so that nobody sends a
    key elsewhere by changing `base_url`. Raises pydantic-ai's `UserError` for a missing key or an
    unknown provider, and `UserError` for an unset `${NAME}`.
    """
    if server is None:
        from pydantic_ai.models import infer_model

        return infer_model(model)
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    key = os.environ.get(OWN_KEY) or NO_KEY
    provider = OpenAIProvider(base_url=expanded(server), api_key=key)
    return OpenAIChatModel(model.partition(":")[2], provider=provider)
