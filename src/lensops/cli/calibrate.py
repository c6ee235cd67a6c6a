"""`lensops calibrate`: human ratings in, the threshold that agrees with them out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lensops.cli.options import (
    HERE,
    DirectoryOption,
    Format,
    FormatOption,
    ManifestOption,
    OutputOption,
)
from lensops.manifest.locate import ProjectRef


def calibrate(
    ratings: Annotated[
        Path,
        typer.Argument(
            help="CSV or JSONL of `id` with `rating` (1 to 5) or `approved` (true or false); "
            "optional: `score`, `group`. More rows of one id are more raters."
        ),
    ],
    suite: Annotated[str | None, typer.Option("--eval", help="The eval that was rated.")] = None,
    rating: Annotated[
        str | None, typer.Option("--rating", help="The field of the rating, such as human.fluency.")
    ] = None,
    good: Annotated[
        float,
        typer.Option("--good", min=1, max=5, help="The lowest grade that counts as accepted."),
    ] = 4.0,
    max_false_pass: Annotated[
        float | None,
        typer.Option(
            "--max-false-pass",
            min=0,
            max=1,
            help="The lowest threshold that lets through at most this share of rejected outputs, "
            "instead of the one that agrees best.",
        ),
    ] = None,
    held_out: Annotated[
        float,
        typer.Option(
            "--held-out", min=0.1, max=0.9, help="The share of the groups that is held out."
        ),
    ] = 0.5,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the random split.")] = 12345,
    write: Annotated[
        bool, typer.Option("--write", help="Write the threshold into the manifest.")
    ] = False,
    directory: DirectoryOption = HERE,
    manifest: ManifestOption = None,
    form: FormatOption = Format.TEXT,
    output: OutputOption = None,
) -> int:
    """Show how well scores agree with human ratings, and which threshold follows from that.

    The threshold is found on one half of the groups and its errors are those on the other half.

    Example: lensops calibrate ratings.csv --max-false-pass 0.1 --write
    """
    from lensops.cli.output import Report, emit
    from lensops.evals.calibration import Aim
    from lensops.flows.calibrate import Request, calibrate_eval
    from lensops.report.calibrate import data, document

    aim = Aim(max_false_pass, held_out=held_out, seed=seed)
    calibrated = calibrate_eval(
        ProjectRef(directory, manifest), ratings, Request(aim, suite, rating, good, write)
    )
    emit(Report("calibration", document(calibrated), data(calibrated)), form, output)
    return 0
