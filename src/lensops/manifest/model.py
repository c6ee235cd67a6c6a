"""The manifest as pydantic sees it: every key, its type and its limits, strict."""

from __future__ import annotations

import math
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from lensops.manifest.budget import Budget, Price, Tokens
from lensops.manifest.checks import Check
from lensops.manifest.drift import Monitor
from lensops.manifest.entries import FragmentEntry, Name, PromptEntry, PromptName
from lensops.manifest.families import FRAGMENTS
from lensops.manifest.guards import Protect, SignedGate
from lensops.manifest.names import check_branch, check_project
from lensops.manifest.paths import RelativePath
from lensops.manifest.strict import Number, Strict

WRONG_VALUE = "wrong_value"  # of an error to which `load` adds the value as it is written


def _whole(value: object) -> object:
    if type(value) is not int:
        raise PydanticCustomError(WRONG_VALUE, "must be 1")
    return value


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
    regression: Regression = Regression()
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
    limits: Limits = Limits()
    price: Price | None = Field(None, description="Of `model`, in place of the list price.")
    budget: Budget = Budget()

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


# kind of target: the keys that it needs, the first of which names it
KEYS_OF_KIND: dict[str, tuple[str, ...]] = {"directory": ("directory",), "git": ("git", "branch")}


class Target(Strict):
    """A location a running application reads from; see `KEYS_OF_KIND`."""

    directory: RelativePath | None = None
    git: str | None = Field(None, min_length=1, description="A remote's name or URL.")
    branch: Annotated[str, AfterValidator(check_branch)] | None = Field(None, min_length=1)
    after: Name | None = Field(None, description="The target that must serve the same first.")
    require_gate: bool | SignedGate = Field(
        False, description="Apply only with evidence of a passed gate, or of one that was signed."
    )
    overrides: tuple[Literal["after", "ancestor"], ...] = Field(
        (),
        strict=False,
        description="The rules that `apply --override` may go past; read at the served commit.",
    )

    @property
    def kind(self) -> str:
        """The name of the kind of target that it is."""
        return next(k for k, keys in KEYS_OF_KIND.items() if getattr(self, keys[0]) is not None)

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> Self:
        keys = list(KEYS_OF_KIND.values())
        if sum(getattr(self, first) is not None for first, *_ in keys) != 1:
            either = " or ".join(" with ".join(f"`{key}`" for key in names) for names in keys)
            raise ValueError(f"must have either {either}")
        for names in keys:
            if len({getattr(self, key) is None for key in names}) > 1:
                raise ValueError(" and ".join(f"`{key}`" for key in names) + " belong together")
        return self


class Rules(Strict):
    """How hard findings are. A gate with a base takes the rules of the base."""

    released_version_changed: Literal["error", "warning", "off"] = "error"
    variables: Literal["error", "warning"] = Field(
        "error", description="An active version that lacks a variable that the application passes."
    )
    gate_loosened: Literal["error", "warning", "off"] = Field(
        "warning", description="A branch that changes the policy by which it is judged."
    )
    unevaluated: Literal["error", "inconclusive", "warning", "off"] | None = Field(
        None,
        description="A new or changed prompt without an eval; default: inconclusive where the "
        "manifest has evals, else a warning.",
    )


class Models(Strict):
    """What is known of models."""

    ends: RelativePath | None = Field(
        None, description="A file of announced ends of models, in place of the one of lensops."
    )


class Manifest(Strict):
    """What should be true: active prompts, eval thresholds, drift bands, targets."""

    version: Annotated[Literal[1], BeforeValidator(_whole)]
    project: Annotated[str, AfterValidator(check_project)]
    branch: str | None = Field(None, description="The tracked branch; default: the remote's.")
    prompts: dict[PromptName, PromptEntry]
    fragments: dict[Name, FragmentEntry] = Field({})
    evals: dict[PromptName, Suite] = Field({})
    drift: dict[Name, Monitor] = Field({})
    targets: dict[Name, Target] = Field({})
    rules: Rules = Rules()
    protect: Protect = Protect()
    models: Models = Models()

    @property
    def families(self) -> dict[str, PromptEntry | FragmentEntry]:
        """Prompts and fragments; the names of fragments begin with `_fragments/`."""
        fragments = {FRAGMENTS + name: entry for name, entry in self.fragments.items()}
        return {**self.prompts, **fragments}

    @property
    def places(self) -> dict[str, Target]:
        """The targets, or the one local directory of a manifest that names none."""
        return self.targets or {"local": Target(directory=".lensops/live/local")}

    def recordings_of(self, suite: str, version: str) -> str:
        """The file with a version's recordings for an eval, relative to the manifest."""
        return f"{self.recordings_folder(suite)}/{version}.jsonl"

    def recordings_folder(self, suite: str) -> str:
        """Where the recordings of an eval are, relative to the manifest."""
        return self.evals[suite].recordings or f"evals/{suite}/recordings"

    @property
    def unevaluated_rule(self) -> str:
        """How hard a prompt without an eval is."""
        return self.rules.unevaluated or ("inconclusive" if self.evals else "warning")

    def prompt_of(self, suite: str) -> str:
        """The prompt that an eval suite exercises."""
        return self.evals[suite].prompt or suite
