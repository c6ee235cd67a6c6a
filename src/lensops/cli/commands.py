"""The commands by name, in the order of the help; one line a command."""

from __future__ import annotations

from collections.abc import Callable

import typer

from lensops.cli import (
    activate,
    apply,
    calibrate,
    comment,
    dashboard,
    diff,
    drift,
    evaluate,
    gate,
    history,
    init,
    listing,
    plan,
    report,
    rollback,
    schema,
    status,
    validate,
)

COMMANDS: dict[str, tuple[Callable[..., int], str]] = {
    "init": (init.init, "Begin a project; nothing is overwritten."),
    "validate": (validate.validate, "Say every problem there is, and where."),
    "plan": (plan.plan, "Show what an apply would change."),
    "apply": (apply.apply, "Make targets serve the manifest's release."),
    "status": (status.status, "Show how each target stands."),
    "list": (listing.listing, "List the versions of each prompt."),
    "diff": (diff.diff, "Compare versions, revisions, or a target."),
    "activate": (activate.activate, "Name another version as active."),
    "rollback": (rollback.rollback, "Commit the version that was active before."),
    "history": (history.history, "Show who activated what, and when."),
    "eval": (evaluate.evaluate, "Score outputs against a threshold."),
    "gate": (gate.gate, "Say whether a change may merge."),
    "comment": (comment.comment, "Write the comment of a pull request."),
    "calibrate": (calibrate.calibrate, "Find the threshold that people agree with."),
    "report": (report.report, "Write the state as one HTML page."),
    "dashboard": (dashboard.dashboard, "Serve the state as a Streamlit app."),
    "schema": (schema.schema, "Print the manifest's JSON Schema."),
}


def register(app: typer.Typer) -> None:
    """Add every command to the app."""
    for name, (run, short) in COMMANDS.items():
        app.command(name, short_help=short)(run)
    app.add_typer(drift.app, name="drift", short_help="Say whether the data moved, and why.")
