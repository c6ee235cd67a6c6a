"""Budgets and limits of an eval: amounts as people write them, such as `+10%`, `2s`, `500k`."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from lensops.manifest.strict import Strict

_GROWTH = r"\+?(\d+(?:\.\d+)?)%"
_SECONDS = r"(\d+(?:\.\d+)?)(ms|s)"
_TOKENS = r"(\d+(?:\.\d+)?)([kM]?)"
MILLION = 1_000_000
_FACTORS = {"": 1, "k": 1_000, "M": 1_000_000}


def read_growth(text: str) -> float:
    """`+10%` as 0.1. Raises `ValueError`."""
    if not (match := re.fullmatch(_GROWTH, text)):
        raise ValueError(f"must be a share such as '+10%', not {text!r}")
    return float(match[1]) / 100


def read_seconds(text: str) -> float:
    """`2s` or `800ms` in seconds. Raises `ValueError`."""
    if not (match := re.fullmatch(_SECONDS, text)):
        raise ValueError(f"must be a time such as '2s' or '800ms', not {text!r}")
    return float(match[1]) / (1000 if match[2] == "ms" else 1)


def _read_tokens(value: Any) -> Any:
    if isinstance(value, str):
        if not (match := re.fullmatch(_TOKENS, value)):
            raise ValueError(f"must be a number such as 20000 or '500k', not {value!r}")
        return round(float(match[1]) * _FACTORS[match[2]])
    return value


def _growth(text: str) -> str:
    read_growth(text)
    return text


def _seconds(text: str) -> str:
    read_seconds(text)
    return text


Growth = Annotated[str, AfterValidator(_growth), Field(examples=["+10%"])]
Seconds = Annotated[str, AfterValidator(_seconds), Field(examples=["2s"])]
Tokens = Annotated[
    int, Field(gt=0), BeforeValidator(_read_tokens, json_schema_input_type=int | str)
]


class Price(Strict):
    """US dollars for a million tokens, where the list of prices has none for a model."""

    input: Annotated[float, Field(ge=0)]
    output: Annotated[float, Field(ge=0)]

    def cost_of(self, sent: int, received: int) -> float:
        """US dollars for so many tokens in and out."""
        return (sent * self.input + received * self.output) / MILLION


class Budget(Strict):
    """What a change may cost: growth of a reply against the base, and the time of a reply."""

    tokens: Growth | None = Field(None, description="Growth of a reply's tokens, such as +10%.")
    cost: Growth | None = Field(None, description="Growth of a reply's cost, such as +10%.")
    latency_p95: Seconds | None = Field(None, description="95% of replies come within, such as 2s.")
