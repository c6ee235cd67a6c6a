"""What a manifest guards: changes that need a review, targets that need signed evidence."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from lensops.manifest.strict import RelativePath, Strict

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
