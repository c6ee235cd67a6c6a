"""Calibrate: hold an eval's scores against ratings by people, and write the threshold that fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lensops.errors import Undecided, UserError
from lensops.evals.interval import meets
from lensops.files import write_atomic
from lensops.flows.project import Opened, Project, open_project
from lensops.format import plural
from lensops.manifest import set_number, suggestion
from lensops.manifest.locate import ProjectRef, find_manifest

if TYPE_CHECKING:
    from lensops.evals.calibration import Aim, Calibrated, Calibration, Rated
    from lensops.evals.ratings import Rating
    from lensops.evals.result import CaseScore

MAX_BYTES = 200_000_000
SHOWN = 3  # ids that a note names


@dataclass(frozen=True, slots=True)
class Request:
    """What a calibration is asked for. `good` is the grade from which on an output is accepted."""

    aim: Aim
    suite: str | None = None
    rating: str | None = None
    good: float = 4.0
    write: bool = False


@dataclass(frozen=True, slots=True)
class _Scores:
    """Scores by id and the groups that are known with them, and where they came from."""

    source: str
    by_id: Mapping[str, float | None]
    groups: Mapping[str, str] = field(default_factory=dict)


def calibrate_eval(ref: ProjectRef, ratings: Path, request: Request) -> Calibrated:
    """Scores against ratings; with `write`, the threshold goes into the manifest.

    Scores are the column `score` of the ratings or, where there is none, those of the eval's
    recorded outputs of the active version. Raises `Invalid` for bad ratings, `UserError`, and
    `Undecided` where the ratings are too few or do not agree with any threshold.
    """
    from lensops.evals.calibration import Calibrated
    from lensops.evals.calibration import calibrate as find
    from lensops.evals.ratings import read_ratings

    rated = read_ratings(_bytes(ref.directory / ratings), ratings.name, request.rating)
    has_scores = all(rating.score is not None for rating in rated)
    project = None if has_scores and not _is_project(ref) else open_project(ref)
    suite = _suite(project, request) if project else None
    scores = _own(rated) if has_scores or project is None else _recorded_scores(project, suite)
    joined, notes = _join(rated, scores, request.good)
    present = project.manifest.evals[suite].threshold if project and suite else None
    calibration = find(joined, request.aim, present)
    written = None
    if request.write:
        _refuse_unsupported(calibration)
        written = _write(ref, suite, calibration.threshold)
    accepted = _acceptance(rated, request)
    return Calibrated(suite, scores.source, accepted, present, calibration, notes, written)


def _refuse_unsupported(calibration: Calibration) -> None:
    """Raises `Undecided` when the held-out part does not bear the threshold out."""
    held, aim = calibration.held_out, calibration.aim
    rest = "on the held-out part; rate more outputs, or look at the rubric"
    if not held.kappa > 0:  # NaN as well
        message = f"the threshold {calibration.threshold:g} agrees no better than chance {rest}"
        raise Undecided(message)
    max_rate = aim.max_false_pass
    if max_rate is not None and not meets(max_rate, held.false_pass.value):
        message = f"{held.false_pass.value:.1%} pass falsely, more than {max_rate:g}, {rest}"
        raise Undecided(message)


def _bytes(ratings: Path) -> bytes:
    try:
        with ratings.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or "unreadable").lower()
        raise UserError(f"cannot read the ratings {ratings.name}: {reason}") from None
    if len(data) > MAX_BYTES:
        raise UserError(f"{ratings.name} is larger than {MAX_BYTES:,} bytes")
    return data


def _is_project(ref: ProjectRef) -> bool:
    if ref.manifest is not None:
        return True
    try:
        find_manifest(ref)
    except UserError:
        return False
    return True


def _suite(project: Project, request: Request) -> str | None:
    """The eval that is meant: the named one, or the only one."""
    names = list(project.manifest.evals)
    if request.suite is None:
        if len(names) > 1:
            raise UserError("which eval is rated?", f"--eval with one of: {', '.join(names)}")
        return names[0] if names else None
    if request.suite not in names:
        near = suggestion(request.suite, names) or f"evals: {', '.join(names) or 'none'}"
        raise UserError(f"there is no eval {request.suite!r}", near)
    return request.suite


def _own(rated: Sequence[Rating]) -> _Scores:
    return _Scores("scores of the ratings file", {rating.id: rating.score for rating in rated})


def _recorded_scores(project: Opened, suite: str | None) -> _Scores:
    """The scores of the recorded outputs of the active version; nobody is asked."""
    from lensops.evals.protocols import Mode
    from lensops.flows.run_evals import run_evals
    from lensops.flows.run_options import RunOptions

    if suite is None:
        hint = "declare an eval, or give a column `score`"
        raise UserError("the ratings have no scores, and the manifest declares no eval", hint)
    by_id: dict[str, float | None] = {}
    groups: dict[str, str] = {}

    def take(case: CaseScore) -> None:
        by_id[case.id] = case.aggregate
        groups[case.id] = f"case {case.id}" if case.group is None else f"group {case.group}"

    options = RunOptions((suite,), mode=Mode.REPLAY)
    (result,) = run_evals(project, options, sinks=lambda _: take).results
    return _Scores(f"recorded outputs of {result.prompt} {result.version}", by_id, groups)


def _join(
    rated: Sequence[Rating], scores: _Scores, good: float
) -> tuple[list[Rated], tuple[str, ...]]:
    """Ratings with the scores of the same ids, and what has only one of the two.

    Raises `UserError` where no rating has a score.
    """
    from lensops.evals.calibration import Rated

    joined, unknown, unscored = [], [], []
    for rating in rated:
        score = scores.by_id.get(rating.id)
        if rating.id not in scores.by_id:
            unknown.append(rating.id)
        elif score is None:
            unscored.append(rating.id)
        else:
            group = rating.group or scores.groups.get(rating.id) or f"case {rating.id}"
            joined.append(Rated(rating.id, score, rating.value, rating.is_accepted(good), group))
    notes = [
        _note(unknown, "have a rating and are no case of the eval"),
        _note(unscored, "have a rating and no score"),
    ]
    if not joined:
        raise UserError("no rating belongs to a score", "; ".join(filter(None, notes)))
    return joined, tuple(note for note in notes if note)


def _note(ids: list[str], what: str) -> str | None:
    if not ids:
        return None
    names = ", ".join(ids[:SHOWN]) + (", …" if len(ids) > SHOWN else "")
    return f"{plural(len(ids), 'id')} {what}: {names}"


def _acceptance(rated: Sequence[Rating], request: Request) -> str:
    if rated[0].is_approval:
        return "accepted when half of the raters approve"
    return f"accepted from a mean rating of {request.good:g} on"


def _write(ref: ProjectRef, suite: str | None, threshold: float) -> str | None:
    """Put the threshold into the manifest, touching nothing else of it."""
    if suite is None:
        raise UserError("there is no eval to write the threshold to", "declare one under `evals:`")
    path = find_manifest(ref)
    data = path.read_bytes()
    write_atomic(path, set_number(data, path.name, ("evals", suite, "threshold"), threshold))
    return f"evals.{suite}.threshold of {path.name}"
