"""`lensops drift`: whether the data has drifted, and the commands around it."""

from __future__ import annotations

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

app = typer.Typer(rich_markup_mode=None, invoke_without_command=True, add_completion=False)

MonitorOption = Annotated[
    list[str] | None, typer.Option("--monitor", help="Only this monitor; can be repeated.")
]


@app.callback()
def drift(
    context: typer.Context,
    monitor: MonitorOption = None,
    replay: Annotated[
        bool, typer.Option("--replay", help="Call no warehouse: its monitors are inconclusive.")
    ] = False,
    directory: DirectoryOption = HERE,
    manifest: ManifestOption = None,
    form: FormatOption = Format.TEXT,
    output: OutputOption = None,
) -> int:
    """Compare each monitor's current window with its baseline: PSI, evidence, likely cause.

    Exits with 1 when drift is critical and chance does not explain it, with 3 if inconclusive.
    Every run writes its result to drift_results/.

    Example: lensops drift --output drift_report.json
    """
    if context.invoked_subcommand is not None:
        _no_options(context, context.invoked_subcommand)
        return 0
    from lensops.cli.output import Report, emit, exit_of, say
    from lensops.cli.progress import CountingBar
    from lensops.evidence import Outcome, join_outcomes
    from lensops.flows.drift import NOT_CALLED, replay_drift, run_drift
    from lensops.flows.project import open_project
    from lensops.flows.results import save_result
    from lensops.report.drift import data, document

    with CountingBar() as bar:
        project = open_project(ProjectRef(directory, manifest))
        names = tuple(monitor or ())
        remote: tuple[str, ...] = ()
        if replay:
            checked, remote = replay_drift(project, names, bar)
        else:
            checked = run_drift(project, names, bar)
    data_kept = save_result(project, "drift", data(checked))
    emit(Report("drift", document(checked), data_kept), form, output)
    for name in remote:
        say(f"{name}: {NOT_CALLED}")
    return exit_of(join_outcomes([checked.outcome, *(Outcome.INCONCLUSIVE for _ in remote)]))


def _no_options(context: typer.Context, command: str) -> None:
    """What stands before a subcommand would be ignored, so that it is refused."""
    from lensops.errors import UserError

    sources = (context.get_parameter_source(name) for name in context.params)
    if any(source is not None and source.name == "COMMANDLINE" for source in sources):
        problem = f"options before `{command}` are those of `lensops drift`"
        raise UserError(problem, f"write them behind it: `lensops drift {command} …`")


@app.command("profile")
def profile(
    monitor: MonitorOption = None,
    directory: DirectoryOption = HERE,
    manifest: ManifestOption = None,
) -> int:
    """Write the profile of each baseline, so that later runs read the current window only.

    Name it in the manifest (`profile: drift/<monitor>.profile.json`) and commit it.

    Example: lensops drift profile --monitor propensity
    """
    from lensops.cli.output import print_line
    from lensops.flows.drift import write_profiles
    from lensops.flows.project import open_project

    for path in write_profiles(open_project(ProjectRef(directory, manifest)), tuple(monitor or ())):
        print_line(f"wrote {path}")
    return 0


@app.command("calibrate")
def calibrate(
    monitor: MonitorOption = None,
    write: Annotated[
        bool, typer.Option("--write", help="Write the bands into the manifest.")
    ] = False,
    directory: DirectoryOption = HERE,
    manifest: ManifestOption = None,
    form: FormatOption = Format.TEXT,
    output: OutputOption = None,
) -> int:
    """Find the bands that ordinary variation of the baseline needs.

    Example: lensops drift calibrate --write
    """
    from lensops.cli.output import Report, emit
    from lensops.flows.drift import calibrate as calibrate_bands
    from lensops.flows.project import open_project
    from lensops.report.bands import data, document

    project = open_project(ProjectRef(directory, manifest))
    calibrated = calibrate_bands(project, tuple(monitor or ()), write=write)
    written = project.file.path if write else None
    emit(Report("bands", document(calibrated, written=written), data(calibrated)), form, output)
    return 0
