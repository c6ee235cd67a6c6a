"""Open a writer or a judge, or say in a few words why there is none."""

from __future__ import annotations

import re
from importlib.util import find_spec
from typing import TYPE_CHECKING

from lensops.evals.ask import Judge, Unavailable, Writer
from lensops.manifest.model import Judge as JudgeSettings
from lensops.manifest.model import Limits
from lensops.models.faults import words

if TYPE_CHECKING:
    from pydantic_ai.models import Model

MISSING = "asking models needs the extra `llm`"
EXTRA = "pip install 'lensops[llm]'"
_VARIABLE = re.compile(r"`([A-Z][A-Z0-9_]*_(?:KEY|TOKEN))`")


def open_writer(model: str, server: str | None, limits: Limits) -> Writer | Unavailable:
    """Who answers cases, or why nobody does. Raises `UserError` for an unset `${NAME}`."""
    built = _built(model, server)
    if isinstance(built, Unavailable):
        return built
    from lensops.models.writer import ModelWriter

    return ModelWriter(model, built, server, limits)


def open_judge(settings: JudgeSettings, limits: Limits) -> Judge | Unavailable:
    """Who grades outputs, or why nobody does. Raises `UserError` for an unset `${NAME}`."""
    if settings.model is None:
        return Unavailable("no judge.model is declared")
    built = _built(settings.model, settings.base_url)
    if isinstance(built, Unavailable):
        return built
    from lensops.models.judge import ModelJudge

    return ModelJudge(settings.model, built, settings.base_url, limits)


def _built(model: str, server: str | None) -> Model | Unavailable:
    """A model, or why it cannot be asked from here: no extra, no key, no such provider."""
    if find_spec("pydantic_ai") is None:
        return Unavailable(MISSING, EXTRA)
    from pydantic_ai.exceptions import UserError

    from lensops.models.building import build

    try:
        return build(model, server)
    except ImportError as error:
        return Unavailable(f"{MISSING}: {error}", EXTRA)
    except UserError as error:
        if key := _VARIABLE.search(str(error)):
            return Unavailable(f"{key[1]} is not set", f"set {key[1]} in the environment")
        return Unavailable(words(error))
