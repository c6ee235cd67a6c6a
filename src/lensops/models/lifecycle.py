"""Lifecycle: the day on which a provider's own list of models says that a model ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic_ai.models import Model

SECONDS = 3.0  # that a list may take; nothing waits for it longer
FIELDS = ("shutdown_date", "deprecation")  # of OpenAI, of Mistral


@dataclass(slots=True)
class Session:
    """A model whose connections are open. `ends`: the announced day, `YYYY-MM-DD`, or None."""

    ends: str | None = None


@asynccontextmanager
async def open_session(model: Model, session: Session) -> AsyncIterator[None]:
    """Open a model's connections, and ask once when it ends."""
    async with model:
        session.ends = await announced_end(model)
        yield


async def announced_end(model: Model) -> str | None:
    """What the server's list says of a model; None where it says nothing, or is not there."""
    client: Any = getattr(model, "client", None)
    if not hasattr(client, "models") or not hasattr(client, "with_options"):
        return None
    try:
        async with asyncio.timeout(SECONDS):
            listed = await client.with_options(max_retries=0).models.retrieve(model.model_name)
    except Exception:  # noqa: BLE001  # a list that cannot be had takes nothing from the replies
        return None
    return next(filter(None, (_day(getattr(listed, field, None)) for field in FIELDS)), None)


def _day(value: object) -> str | None:
    """The day of a date or a time in ISO 8601."""
    try:
        return date.fromisoformat(str(value)[:10]).isoformat()
    except ValueError:
        return None
