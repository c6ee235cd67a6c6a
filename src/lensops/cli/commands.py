"""The commands by name, in the order of the help; one line a command."""

from __future__ import annotations

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


def register(app: typer.Typer) -> None:
    """Add every command to the app."""
    app.command("init")(init.init)
    app.command("validate")(validate.validate)
    app.command("plan")(plan.plan)
    app.command("apply")(apply.apply)
    app.command("status")(status.status)
    app.command("list")(listing.listing)
    app.command("diff")(diff.diff)
    app.command("activate")(activate.activate)
    app.command("rollback")(rollback.rollback)
    app.command("history")(history.history)
    app.command("eval")(evaluate.evaluate)
    app.add_typer(drift.app, name="drift")
    app.command("gate")(gate.gate)
    app.command("comment")(comment.comment)
    app.command("calibrate")(calibrate.calibrate)
    app.command("report")(report.report)
    app.command("dashboard")(dashboard.dashboard)
    app.command("schema")(schema.schema)
