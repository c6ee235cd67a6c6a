"""The evidence file as pydantic sees it: a verdict, or an in-toto Statement of one, strict."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from lensops.errors import Location
from lensops.evidence.finding import Finding, Outcome
from lensops.evidence.value import Conditions, Reading


class Border(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


class LocationEntry(Border):
    path: str
    line: int | None
    column: int | None


class FindingEntry(Border):
    rule: str
    subject: str
    outcome: Literal["pass", "fail", "inconclusive", "note"]
    message: str
    value: float | None
    limit: float | None
    location: LocationEntry | None = Field(alias="place")

    def value_of(self) -> Finding:
        location = Location(**self.location.model_dump()) if self.location else None
        outcome = Outcome(self.outcome)
        return Finding(
            self.rule, self.subject, outcome, self.message, self.value, self.limit, location
        )


class ReadingEntry(Border):
    name: str
    subject: str
    value: float | None
    n: int
    recipe: str
    interval: tuple[float, float] | None

    def value_of(self) -> Reading:
        value = math.nan if self.value is None else self.value
        return Reading(self.name, self.subject, value, self.n, self.recipe, self.interval)


class BaseEntry(Border):
    ref: str
    commit: str
    release: str | None


class ConditionsEntry(Border):
    tool: str = ""
    options: dict[str, str] = {}
    judges: dict[str, list[str]] = {}
    fingerprints: dict[str, str] = {}
    generators: dict[str, list[str]] = {}

    def value_of(self) -> Conditions:
        judges, generators = (
            {name: tuple(models) for name, models in by_eval.items()}
            for by_eval in (self.judges, self.generators)
        )
        return Conditions(self.tool, self.options, judges, self.fingerprints, generators)


class EvidenceFile(BaseModel):
    """The envelope. Keys beyond these belong to reports and are not evidence."""

    model_config = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False)

    schema_: Literal["lensops/verdict/v1"] = Field(alias="schema")
    verdict: Literal["pass", "fail", "inconclusive"]
    digests: dict[str, str]
    findings: list[FindingEntry]
    readings: list[ReadingEntry] = []
    base: BaseEntry | None = None
    conditions: ConditionsEntry = ConditionsEntry()


class DigestEntry(Border):
    sha256: str


class SubjectEntry(Border):
    name: str
    digest: DigestEntry


class StatementFile(Border):
    type_: Literal["https://in-toto.io/Statement/v1"] = Field(alias="_type")
    subject: list[SubjectEntry]
    predicate_type: Literal["urn:lensops:verdict:v1"] = Field(alias="predicateType")
    predicate: EvidenceFile
