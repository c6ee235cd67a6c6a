"""`lensops eval`: score the outputs of the active prompts against their thresholds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lensops.cli.options import (
    HERE,
    DirectoryOption,
    Format,
    ManifestOption,
    OutputOption,
)
from lensops.manifest.locate import ProjectRef

if TYPE_CHECKING:
    from lensops.evals.result import EvalRun


KEPT = "replies so far are recorded: the same command goes on where it stopped"
LOST = "replies so far are not kept: with --record they would be"


class EvalFormat(StrEnum):
    """The format of an eval's report; `otlp` are events for OpenTelemetry."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    OTLP = "otlp"


def evaluate(
    suite: Annotated[
        list[str] | None, typer.Option("--eval", help="Only this eval; can be repeated.")
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(
            "--threshold", min=0, max=1, help="Use this instead of the manifest's threshold."
        ),
    ] = None,
    outputs: Annotated[
        Path | None,
        typer.Option("--outputs", help="Score these outputs: JSONL of `id` and `output`."),
    ] = None,
    record: Annotated[
        bool, typer.Option("--record", help="Request what is not recorded, and record it.")
    ] = False,
    replay: Annotated[
        bool, typer.Option("--replay", help="Make no requests: what is not recorded is an error.")
    ] = False,
    shard: Annotated[
        str | None,
        typer.Option("--shard", help="With --record: only this part of the cases, such as 2/8."),
    ] = None,
    batch: Annotated[
        bool,
        typer.Option("--batch", help="With --record: in batches, at half the price, within a day."),
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Make no requests: show what recording will take."),
    ] = False,
    rejudge: Annotated[
        bool,
        typer.Option("--rejudge", help="With --record: ask the judge's votes of both arms anew."),
    ] = False,
    base: Annotated[
        str | None,
        typer.Option("--base", help="Compare with the version active at the merge base."),
    ] = None,
    explain: Annotated[
        str | None,
        typer.Option("--explain", help="Show why a case finds its recordings, or does not."),
    ] = None,
    directory: DirectoryOption = HERE,
    manifest: ManifestOption = None,
    form: Annotated[EvalFormat, typer.Option("--format", help="Output format.")] = EvalFormat.TEXT,
    output: OutputOption = None,
) -> int:
    """Score the outputs of the active prompts. Exits with 1 below the threshold, 3 if inconclusive.

    Outputs and judge samples come from the recordings, else from the models that the manifest
    names, else they are missing. Every run writes its result to eval_results/.

    Example: lensops eval --replay --base main
    """
    from lensops.cli.output import Report, emit, exit_of
    from lensops.errors import UserError
    from lensops.flows.project import open_project

    if record and replay:
        raise UserError("--record and --replay exclude each other", "give one of them")
    if rejudge and not record:
        raise UserError("--rejudge keeps the new votes", "give --record as well")
    if shard is not None and not record:
        raise UserError("--shard splits what is recorded", "give --record as well")
    if batch and not (record or dry_run):
        raise UserError("--batch is a way to record", "give --record as well")
    project = open_project(ProjectRef(directory, manifest))
    if dry_run:
        from lensops.flows.estimates import estimate_suites
        from lensops.report.usage import data as estimate_data
        from lensops.report.usage import document as estimate_document

        estimates = tuple(estimate_suites(project))
        if batch:
            estimates = tuple(estimate.in_batches() for estimate in estimates)
        report = Report("estimate", estimate_document(estimates), estimate_data(estimates))
        emit(report, Format.TEXT if form is EvalFormat.OTLP else Format(form), output)
        return 0
    if explain is not None:
        from lensops.flows.explain import explain_case
        from lensops.report.explain import data, document

        cases = explain_case(project, explain, tuple(suite or ()))
        if form is EvalFormat.OTLP:
            raise UserError("--explain has no events", "use another --format")
        emit(Report("explain", document(cases), data(cases)), Format(form), output)
        return 0
    from lensops.cli.progress import Progress
    from lensops.evals.protocols import Mode
    from lensops.evals.shards import parse_shard
    from lensops.flows.results import CaseRows, save_result
    from lensops.flows.run_evals import run_evals
    from lensops.flows.run_options import RunOptions
    from lensops.report.eval import data as run_data
    from lensops.report.eval import document as run_document

    part = parse_shard(shard) if shard is not None else None
    mode = Mode.RECORD if record else Mode.REPLAY if replay else Mode.ASK
    options = RunOptions(tuple(suite or ()), threshold, base, outputs, mode, rejudge, part, batch)
    rows = CaseRows(project)
    with _interruptible(is_recording=record):
        ran = run_evals(project, options, Progress(), rows.sink)
    stored = save_result(project, "eval", run_data(ran, rows.refs()))
    if form is EvalFormat.OTLP:
        _emit_events(ran, stored, output)
    else:
        emit(Report("eval", run_document(ran), stored), Format(form), output)
    return exit_of(ran.outcome) if part is None else 0  # the gate decides on all shards


@contextmanager
def _interruptible(*, is_recording: bool) -> Iterator[None]:
    """On Ctrl-C, say what becomes of the replies so far."""
    from lensops.cli.output import say

    try:
        yield
    except KeyboardInterrupt:
        say(KEPT if is_recording else LOST)
        raise


def _emit_events(run: EvalRun, stored: dict[str, Any], output: Path | None) -> None:
    """Print the run as `gen_ai.evaluation.result` events, and write them to a file."""
    from lensops import __version__
    from lensops.cli.output import write
    from lensops.files import write_atomic
    from lensops.report.otlp import otlp_text

    text = otlp_text(run, stored["time"], stored["release"], __version__)
    if output is not None:
        write_atomic(output, text.encode())
    write(text)
