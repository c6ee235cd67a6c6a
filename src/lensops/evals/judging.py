"""Judging: what a judge is asked of an output, and what its votes make of the score."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from lensops.evals.protocols import RECIPE, GradeRequest, Output
from lensops.evals.recorded import GradeRow
from lensops.evals.text import whole
from lensops.manifest.suite import Judge as Settings
from lensops.prompts import digest

TOP = 5  # grades go from 1 to 5
NEUTRAL = 0.75  # what a dimension counts when nobody could be asked
STATES = ("scored", "neutral", "unscored")  # from best to worst


@dataclass(frozen=True, slots=True)
class Vote:
    """One reply of the judge: a grade for each dimension, or None and why."""

    grades: Mapping[str, int] | None
    reason: str = ""
    by: str | None = None  # the model that the reply names
    row: GradeRow | None = None  # as it is recorded


@dataclass(frozen=True, slots=True)
class Judged:
    """The judge's part of one output's score, 0 to 1, and how it came about (one of STATES)."""

    score: float | None
    state: str
    reason: str = ""
    grades: Mapping[str, float] = field(default_factory=dict)  # the mean of the votes


def grade_requests(
    case_id: str, output: Output, inputs: Mapping[str, Any], judge: Settings
) -> tuple[GradeRequest, ...]:
    """The votes to be asked for one output."""
    return tuple(
        GradeRequest(
            case_id,
            whole(output),
            inputs,
            judge.rubric,
            judge.model,
            judge.temperature,
            judge.base_url,
            sample,
        )
        for sample in range(judge.samples)
    )


def judge_signature(judge: Settings) -> str:
    """How a judge's figure is made: who, by which rubric, how many votes."""
    rubric = digest("rubric", dict(judge.rubric)).removeprefix("sha256:")[:8]
    votes = f"votes:{judge.samples}|temp:{judge.temperature:g}"
    return f"{RECIPE}|{judge.model or 'nobody'}|rubric:{rubric}|{votes}|fallback:{judge.fallback}"


def vote(
    grades: Mapping[str, int] | None, reason: str, rubric: Mapping[str, str], by: str | None = None
) -> Vote:
    """A reply as a vote; grades that do not fit the rubric are none."""
    if grades is None:
        return Vote(None, reason or "the judge gave no verdict")
    fits = set(grades) == set(rubric) and all(1 <= grade <= TOP for grade in grades.values())
    if not fits:
        return Vote(None, "the judge's grades do not fit the rubric")
    return Vote(grades, reason, by)


def judge_part(votes: Sequence[Vote], judge: Settings, no_judge: str | None) -> Judged:
    """The mean over dimensions and votes of grade / 5.

    `fallback: neutral` is for an output of which nobody could be asked (`no_judge` says why), never
    for a judge that was asked and gave no valid verdict.
    """
    graded = [vote.grades for vote in votes if vote.grades is not None]
    if not graded:
        reason = no_judge or "the judge gave no verdict"
        reason = next((vote.reason for vote in votes if vote.reason), reason)
        if no_judge and not votes and judge.fallback == "neutral":
            return Judged(NEUTRAL, "neutral", f"{reason}: {NEUTRAL:g} for each dimension")
        return Judged(None, "unscored", reason)
    grades = {
        name: math.fsum(of_vote[name] for of_vote in graded) / len(graded) for name in judge.rubric
    }
    score = math.fsum(grades.values()) / len(grades) / TOP
    return Judged(score, "scored", next((v.reason for v in votes if v.grades), ""), grades)


class Agreement:
    """The share of equal pairs among the pairs of votes on one output and one dimension."""

    def __init__(self) -> None:
        self._same = self._total = 0

    def add(self, votes: Sequence[Vote]) -> None:
        """Take in the votes on one output."""
        graded = [vote.grades for vote in votes if vote.grades is not None]
        for first, second in combinations(graded, 2):
            self._same += sum(first[name] == second[name] for name in first)
            self._total += len(first)

    @property
    def share(self) -> float | None:
        """None when no output has two votes."""
        return self._same / self._total if self._total else None
