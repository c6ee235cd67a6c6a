"""What an apply states beside its record: its evidence, a rule that it went past, its origin.

A record has no keys for these, so that earlier readers can still read it. They lie in an object of
their own, and the record's `evidence` is the digest of that object: the chain covers it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from typing import Annotated, Any, ClassVar, Final

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from lensops.prompts import canonical, digest

SCHEMA: Final = "lensops/statement/v1"
_STRICT = ConfigDict(strict=True, extra="ignore")


@dataclass(frozen=True, slots=True)
class Override:
    """The one rule that an apply went past, and the reason that a person gave."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Promotion:
    """The record of another target from which a release was taken; `record` is its digest."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    target: str
    sequence: Annotated[int, Field(ge=1)]
    record: str


@dataclass(frozen=True, slots=True)
class Statement:
    """`evidence` is the digest of the gate's evidence."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    evidence: str | None = None
    override: Override | None = None
    promoted: Promotion | None = None

    @property
    def is_plain(self) -> bool:
        """Whether a record can hold it by itself."""
        return self.override is None and self.promoted is None

    @property
    def reference(self) -> str | None:
        """What a record says as its `evidence`."""
        return self.evidence if self.is_plain else digest("statement", self.body())

    def body(self) -> dict[str, Any]:
        """The statement as JSON values."""
        return {**asdict(self), "schema": SCHEMA}


NOTHING_STATED: Final = Statement()


def read_statement(body: dict[str, Any], reference: str) -> Statement:
    """The statement that a record refers to. Raises `ValueError` when the body is another."""
    if body.get("schema") != SCHEMA or digest("statement", body) != reference:
        raise ValueError("not the statement that the record names")
    try:
        return _adapter().validate_json(canonical(body))
    except ValidationError as error:
        raise ValueError(error.errors(include_url=False)[0]["msg"]) from None


@cache
def _adapter() -> TypeAdapter[Statement]:
    return TypeAdapter(Statement)
