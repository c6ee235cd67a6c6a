"""The commands by name, in the order of the help; one line a command."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

import typer

# name: the file in this folder, what it calls the command there, and its line in the help
COMMANDS: dict[str, tuple[str, str, str]] = {
    "init": ("init", "init", "Begin a project; nothing is overwritten."),
    "validate": ("validate", "validate", "Say every problem there is, and where."),
    "plan": ("plan", "plan", "Show what an apply would change."),
    "apply": ("apply", "apply", "Make targets serve the manifest's release."),
    "status": ("status", "status", "Show how each target stands."),
    "list": ("listing", "listing", "List the versions of each prompt."),
    "diff": ("diff", "diff", "Compare versions, revisions, or a target."),
    "activate": ("activate", "activate", "Name another version as active."),
    "rollback": ("rollback", "rollback", "Commit the version that was active before."),
    "history": ("history", "history", "Show who activated what, and when."),
    "eval": ("evaluate", "evaluate", "Score outputs against a threshold."),
    "drift": ("drift", "app", "Say whether the data moved, and why."),
    "gate": ("gate", "gate", "Say whether a change may merge."),
    "comment": ("comment", "comment", "Write the comment of a pull request."),
    "calibrate": ("calibrate", "calibrate", "Find the threshold that people agree with."),
    "report": ("report", "report", "Write the state as one HTML page."),
    "dashboard": ("dashboard", "dashboard", "Serve the state as a Streamlit app."),
    "schema": ("schema", "schema", "Print the manifest's JSON Schema."),
}


def named(arguments: Sequence[str]) -> str | None:
    """The command that a command line runs; None when it is not said at once, or unknown."""
    return arguments[0] if arguments and arguments[0] in COMMANDS else None


def register(app: typer.Typer, only: str | None = None) -> None:
    """Add every command to the app, or the one that is about to run: each costs its start-up."""
    for name, (file, own_name, short) in COMMANDS.items():
        if only is not None and name != only:
            continue
        command = getattr(import_module(f"lensops.cli.{file}"), own_name)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name, short_help=short)
        else:
            app.command(name, short_help=short)(command)
