"""The commands by name, in the order of the help; one line a command."""

from __future__ import annotations

import typer

from lensops.cli import activate, init, schema, validate


def register(app: typer.Typer) -> None:
    """Add every command to the app."""
    app.command("init")(init.init)
    app.command("validate")(validate.validate)
    app.command("activate")(activate.activate)
    app.command("schema")(schema.schema)
