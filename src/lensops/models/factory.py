"""Open a writer or a judge, or say in a few words why there is none."""

from __future__ import annotations

import os
import re
from importlib.util import find_spec
from typing import TYPE_CHECKING

from lensops.evals.protocols import Generator, Judge, Unavailable
from lensops.manifest.model import Judge as JudgeSettings
from lensops.manifest.model import Limits
from lensops.models.errors import words
from lensops.models.secrets import expand_references

if TYPE_CHECKING:
    from pydantic_ai.models import Model

OWN_KEY = "LENSOPS_API_KEY"
NO_KEY = "none"  # servers of one's own mostly want no key, but the protocol wants some text
MISSING = "asking models needs the extra `llm`"
EXTRA = "pip install 'lensops[llm]'"
_VARIABLE = re.compile(r"`([A-Z][A-Z0-9_]*_(?:KEY|TOKEN))`")


def open_generator(model: str, server: str | None, limits: Limits) -> Generator | Unavailable:
    """Who answers cases, or why nobody does. Raises `UserError` for an unset `${NAME}`."""
    built = _open_model(model, server)
    if isinstance(built, Unavailable):
        return built
    from lensops.models.generator import ModelGenerator

    return ModelGenerator(model, built, server, limits)


def open_judge(settings: JudgeSettings, limits: Limits) -> Judge | Unavailable:
    """Who grades outputs, or why nobody does. Raises `UserError` for an unset `${NAME}`."""
    if settings.model is None:
        return Unavailable("no judge.model is declared")
    built = _open_model(settings.model, settings.base_url)
    if isinstance(built, Unavailable):
        return built
    from lensops.models.judge import ModelJudge

    return ModelJudge(settings.model, built, settings.base_url, limits)


def _open_model(model: str, server: str | None) -> Model | Unavailable:
    """A model, or why it cannot be asked from here: no extra, no key, no such provider."""
    if find_spec("pydantic_ai") is None:
        return Unavailable(MISSING, EXTRA)
    from pydantic_ai.exceptions import UserError

    try:
        return build(model, server)
    except ImportError as error:
        return Unavailable(f"{MISSING}: {error}", EXTRA)
    except UserError as error:
        if key := _VARIABLE.search(str(error)):
            return Unavailable(f"{key[1]} is not set", f"set {key[1]} in the environment")
        return Unavailable(words(error))


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
    provider = OpenAIProvider(base_url=expand_references(server), api_key=key)
    return OpenAIChatModel(model.partition(":")[2], provider=provider)
