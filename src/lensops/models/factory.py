"""Open a generator or a judge, or say in a few words why there is none."""

from __future__ import annotations

import os
import re
import warnings
from importlib.util import find_spec
from typing import TYPE_CHECKING

from lensops.errors import UserError as LensopsError
from lensops.evals.protocols import Generator, Judge, Unavailable
from lensops.evals.spending import Spending
from lensops.manifest.budget import Price
from lensops.manifest.providers import PROVIDERS, model_fault, model_name, provider_name
from lensops.manifest.suite import Judge as JudgeSettings
from lensops.manifest.suite import Limits
from lensops.models.chat import watch_replies
from lensops.models.errors import describe
from lensops.models.secrets import expand_references, hide_secrets

if TYPE_CHECKING:
    from pydantic_ai.models import Model

    from lensops.models.batch.jobs import BatchPlace
    from lensops.models.batch.runner import BatchModel

OWN_KEY = "LENSOPS_API_KEY"
_CHAT = re.compile("^openai:")  # a prompt is a request of chat completions
NO_KEY = "none"  # servers of one's own mostly want no key, but the protocol wants some text
MISSING = "asking models needs the extra `llm`"
EXTRA = "pip install 'lensops[llm]'"


def open_generator(
    model: str,
    server: str | None,
    limits: Limits,
    spending: Spending | None = None,
    price: Price | None = None,
    batches: BatchPlace | None = None,
) -> Generator | Unavailable:
    """Who answers cases, or why nobody does. Raises `UserError` for an unset `${NAME}`."""
    built = _open_model(model, server)
    if isinstance(built, Unavailable):
        return built
    from lensops.models.generator import ModelGenerator

    opened, batch = _in_batches(model, server, built, batches)
    return ModelGenerator(model, opened, server, limits, spending, price, batch)


def open_judge(
    settings: JudgeSettings,
    limits: Limits,
    spending: Spending | None = None,
    batches: BatchPlace | None = None,
) -> Judge | Unavailable:
    """Who grades outputs, or why nobody does. Raises `UserError` for an unset `${NAME}`."""
    if settings.model is None:
        return Unavailable("no judge.model is declared")
    built = _open_model(settings.model, settings.base_url)
    if isinstance(built, Unavailable):
        return built
    from lensops.models.judge import ModelJudge

    opened, batch = _in_batches(settings.model, settings.base_url, built, batches)
    return ModelJudge(settings.model, opened, settings.base_url, limits, settings, spending, batch)


def _in_batches(
    model: str, server: str | None, built: Model, batches: BatchPlace | None
) -> tuple[Model, BatchModel | None]:
    """The model to put requests to, and how batches of them are made where that is asked for."""
    if batches is None:
        return built, None
    from lensops.models.batch.opening import open_batch

    return open_batch(model, server, built, batches)


def _open_model(model: str, server: str | None) -> Model | Unavailable:
    """A model, or why it cannot be asked from here: no extra, no key, no such provider."""
    if find_spec("pydantic_ai") is None:
        return Unavailable(MISSING, EXTRA)
    if fault := model_fault(model, server):
        return Unavailable(*fault)
    provider = PROVIDERS.get(provider_name(model) or "")
    if server is None and provider is not None:
        for name, state in provider.unset():
            return Unavailable(f"{name} is {state}", f"set {name} in the environment")
    try:
        return build(model, server)
    except ImportError:
        extra = provider.extra if provider else None
        hint = f"pip install 'pydantic-ai-slim[{extra}]'" if extra else EXTRA
        return Unavailable(f"the client of {model.partition(':')[0]} is not installed", hint)
    except LensopsError:
        raise
    except Exception as error:  # noqa: BLE001  # each provider's library has errors of its own
        return Unavailable(hide_secrets(describe(error)))


def build(model: str, server: str | None) -> Model:
    """A model that is ready to be asked; who asks enters it first, which opens its connections.

    A server of one's own gets `LENSOPS_API_KEY` and never a provider's key, so that nobody sends a
    key elsewhere by changing `base_url`. Raises what the provider's library raises, and `UserError`
    for an unset `${NAME}`.
    """
    warnings.filterwarnings("ignore", module=r"pydantic_ai\..*")  # usage that cannot be is unknown
    opened = _build(model, server)
    watch_replies(opened)
    return opened


def _build(model: str, server: str | None) -> Model:
    if server is None:
        from pydantic_ai.models import infer_model

        return infer_model(_CHAT.sub("openai-chat:", model))
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    key = os.environ.get(OWN_KEY) or NO_KEY
    provider = OpenAIProvider(base_url=expand_references(server), api_key=key)
    return OpenAIChatModel(model_name(model), provider=provider)
