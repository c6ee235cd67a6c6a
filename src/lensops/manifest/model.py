"""The manifest as pydantic sees it: every key, its type and its limits, strict."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from lensops.manifest.entries import FragmentEntry, Name, PromptEntry, PromptName
from lensops.manifest.names import FRAGMENTS, check_branch, check_project
from lensops.manifest.strict import RelativePath, Section, Strict

SIGNER = (
    r"(?P<workflow>(?P<repository>[\w.-]+/[\w.-]+)/\.github/workflows/[\w.-]+\.ya?ml)"
    r"@(?P<ref>refs/(?:heads|tags)/\S+)"
)


def _check_signer(value: str) -> str:
    if not re.fullmatch(SIGNER, value):
        raise ValueError("must be owner/repo/.github/workflows/FILE.yml@refs/heads/BRANCH")
    return value


class SignedGate(Strict):
    """Evidence that a workflow has attested at its host."""

    signed_by: Annotated[str, AfterValidator(_check_signer)] = Field(
        description="The workflow and the ref that it ran for.",
        examples=["owner/repo/.github/workflows/lensops.yml@refs/heads/main"],
    )


class Protect(Strict):
    """Changes that someone other than their author must approve; read from the base."""

    paths: tuple[RelativePath, ...] = Field(
        (), strict=False, description="Files, and folders with all below them."
    )
    keys: tuple[Annotated[str, Field(min_length=1, max_length=300)], ...] = Field(
        (), strict=False, description="Keys of the manifest, such as `evals.*.threshold`."
    )


if TYPE_CHECKING:
    from lensops.manifest.drift import Monitor
    from lensops.manifest.suite import Suite

    Suites = dict[str, Suite]
    Monitors = dict[str, Monitor]
else:
    Suites = Annotated[Any, Section("suite", "SUITES")]
    Monitors = Annotated[Any, Section("drift", "MONITORS")]

WRONG_VALUE = "wrong_value"  # of an error to which `load` adds the value as it is written


def _whole(value: object) -> object:
    if type(value) is not int:
        raise PydanticCustomError(WRONG_VALUE, "must be 1")
    return value


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
    evals: Suites = Field({})
    drift: Monitors = Field({})
    targets: dict[Name, Target] = Field({})
    rules: Rules = Rules.model_construct()
    protect: Protect = Protect.model_construct()
    models: Models = Models.model_construct()

    @property
    def families(self) -> dict[str, PromptEntry | FragmentEntry]:
        """Prompts and fragments; the names of fragments begin with `_fragments/`."""
        fragments = {FRAGMENTS + name: entry for name, entry in self.fragments.items()}
        return {**self.prompts, **fragments}

    @property
    def places(self) -> dict[str, Target]:
        """The targets, or the one local directory of a manifest that names none."""
        return self.targets or {"local": Target.model_construct(directory=".lensops/live/local")}

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
