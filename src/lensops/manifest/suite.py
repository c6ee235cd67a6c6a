"""The `evals:` section of the manifest: cases, weights, thresholds, judges and their limits."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from lensops.manifest.budget import Budget, Price, Tokens
from lensops.manifest.entries import Name, PromptName
from lensops.manifest.strict import Number, RelativePath, Strict

Count = Annotated[int, Field(ge=0)]


class ToolCalled(Strict):
    """A tool that must be called, with these arguments among others."""

    name: str = Field(min_length=1)
    arguments: dict[str, Any] = Field(default_factory=dict)


class Check(Strict):
    """Exactly one key: what must hold of an output."""

    valid_json: bool | None = None
    json_schema: RelativePath | None = Field(None, description="Path of a JSON Schema file.")
    required_fields: tuple[str, ...] | None = Field(None, strict=False, min_length=1)
    min_chars: Count | None = None
    max_chars: Count | None = None
    min_words: Count | None = None
    max_words: Count | None = None
    contains: str | None = Field(None, min_length=1)
    not_contains: str | None = Field(None, min_length=1)
    regex: str | None = Field(
        None, min_length=1, description="A pattern that must be found, within a time limit."
    )
    equals: Any | None = None
    tool_called: ToolCalled | None = Field(None, description="A call that the output must make.")

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError("a check has exactly one key, such as `max_words: 40`")
        return self

    @property
    def kind(self) -> str:
        """The one key that is set, such as `max_words`."""
        return next(iter(self.model_fields_set))

    @property
    def argument(self) -> Any:
        """The value of that key."""
        return getattr(self, self.kind)


Share = Annotated[Number, Field(ge=0, le=1)]
ModelId = Annotated[str, Field(pattern=r"^\S+$", examples=["openai:gpt-6-luna"], max_length=200)]


class Regression(Strict):
    """Non-inferiority against the base of a pull request."""

    margin: Share = Field(0.02, description="The loss of mean score that is still accepted.")
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95


class Judge(Strict):
    """The model that scores outputs by a rubric."""

    model: ModelId | None = Field(None, description="provider:model that judges; none: neutral.")
    base_url: str | None = Field(None, description="An OpenAI-compatible server; ${NAME} allowed.")
    rubric: dict[Name, Annotated[str, Field(min_length=1)]] = Field(
        min_length=1, description="Dimension and what its grades 1 to 5 mean."
    )
    fallback: Literal["neutral", "fail"] = "neutral"
    allow_self: bool = Field(False, description="Let the model under test judge itself.")
    samples: Annotated[int, Field(ge=1, le=25)] = Field(1, description="Votes per output.")
    temperature: Annotated[float, Field(ge=0, le=2)] = 0.0
    max_tokens: Annotated[int, Field(ge=50, le=100_000)] = Field(
        2000, description="Tokens of one vote, thinking included."
    )
    price: Price | None = Field(None, description="In place of the list price.")


class Limits(Strict):
    """How hard providers are asked, and how long."""

    concurrency: Annotated[int, Field(ge=1, le=256)] = 8
    call_timeout: Annotated[float, Field(gt=0)] = Field(60, description="Seconds for one call.")
    run_timeout: Annotated[float, Field(gt=0)] = Field(1800, description="Seconds for all calls.")
    retries: Annotated[int, Field(ge=0, le=20)] = 4
    cost: Annotated[float, Field(gt=0)] | None = Field(
        None, description="US dollars that a run may take; what does not fit is missing."
    )
    tokens: Tokens | None = Field(
        None, description="Tokens that a run may take, such as 500k; what does not fit is missing."
    )


class Suite(Strict):
    """One eval: cases, how outputs are scored, and the threshold of the mean score."""

    prompt: PromptName | None = Field(
        None, description="The prompt it exercises; default: its name."
    )
    cases: RelativePath
    recordings: RelativePath | None = Field(None, description="Folder of <version>.jsonl files.")
    text: str | None = Field(None, description="Field of a structured output that is scored.")
    weights: dict[Name, Share] = Field(
        default_factory=lambda: {"bleu": 0.2, "rouge_l": 0.2, "judge": 0.6}, min_length=1
    )
    threshold: Share
    regression: Regression = Regression.model_construct()
    model: ModelId | None = Field(None, description="Who answers cases without a recording.")
    base_url: str | None = Field(None, description="An OpenAI-compatible server; ${NAME} allowed.")
    judge: Judge | None = None
    checks: tuple[Check, ...] = Field((), strict=False, description="Checks for every output.")
    normalize: Literal["nfkc"] | None = Field(
        None, description="Checks read the text in Unicode's normal form KC."
    )
    samples: Annotated[int, Field(ge=1, le=100)] = Field(1, description="Outputs per case.")
    max_missing: Share = Field(0.0, description="Share of cases that may lack an output.")
    min_cases: Annotated[int, Field(ge=1)] = 1
    tokenizer: str = Field("13a", description="BLEU tokenizer of sacrebleu: 13a, zh, char, intl, …")
    stop: Literal["early"] | None = Field(
        None, description="early: no more is asked once nothing can change the verdict."
    )
    limits: Limits = Limits.model_construct()
    price: Price | None = Field(None, description="Of `model`, in place of the list price.")
    budget: Budget = Budget.model_construct()

    @model_validator(mode="after")
    def _weights_sum_to_one(self) -> Self:
        if abs(math.fsum(self.weights.values()) - 1) > 1e-9:
            total = math.fsum(self.weights.values())
            raise ValueError(f"weights: must sum to 1, they sum to {total:.6g}")
        return self

    @model_validator(mode="after")
    def _judge_is_another(self) -> Self:
        if not self.judge or self.judge.allow_self or self.judge.model is None:
            return self
        if self.judge.model == self.model:
            raise ValueError(
                "judge.model: is the model under test; set allow_self: true to accept it"
            )
        return self

    @model_validator(mode="after")
    def _judge_is_weighted(self) -> Self:
        if self.weights.get("judge") and self.judge is None:
            raise ValueError("judge: is missing, though weights gives it a weight")
        return self


SUITES = dict[PromptName, Suite]  # by name
