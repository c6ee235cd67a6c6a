"""The commands by name, in the order of the help; one line a command, loaded when it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup


class Entry(NamedTuple):
    """Where a command is defined, and its line in the help."""

    module: str  # in this folder
    attribute: str  # a function, or a `typer.Typer` with commands of its own
    summary: str


COMMANDS = {
    "init": Entry("init", "init", "Start a project; nothing is overwritten."),
    "import": Entry("importing", "import_", "Import prompts, cases and checks of another tool."),
    "export": Entry("exporting", "export", "Export a prompt and its eval to another tool."),
    "rename": Entry("rename", "app", "Rename a prompt; its history goes on."),
    "validate": Entry("validate", "validate", "Report every problem, with its location."),
    "plan": Entry("plan", "plan", "Show what an apply would change."),
    "apply": Entry("apply", "apply", "Make targets serve the manifest's release."),
    "promote": Entry("promote", "promote", "Apply what one target serves to another."),
    "status": Entry("status", "status", "Show how each target stands."),
    "log": Entry("log", "log", "Show what targets served, and when."),
    "blame": Entry("blame", "blame", "Count a trace's answers by release."),
    "verify": Entry("verify", "verify", "Check the whole log of a target."),
    "gc": Entry("gc", "gc", "List objects that no record names."),
    "list": Entry("listing", "listing", "List the versions of each prompt."),
    "diff": Entry("diff", "diff", "Compare versions, revisions, or a target."),
    "activate": Entry("activate", "activate", "Make another version active."),
    "rollback": Entry("rollback", "rollback", "Commit the previous active version."),
    "history": Entry("history", "history", "Show who activated what, and when."),
    "eval": Entry("evaluate", "evaluate", "Score outputs against a threshold."),
    "drift": Entry("drift", "app", "Show whether the data has drifted, and why."),
    "gate": Entry("gate", "gate", "Decide whether a change may merge."),
    "comment": Entry("comment", "comment", "Write the pull request comment."),
    "calibrate": Entry("calibrate", "calibrate", "Find the threshold that people agree with."),
    "report": Entry("report", "report", "Write the state as one HTML page."),
    "dashboard": Entry("dashboard", "dashboard", "Serve the state as a Streamlit app."),
    "schema": Entry("schema", "schema", "Print the manifest's JSON Schema."),
}


class _OwnParsing:
    """What all commands do beside typer: refuse an option given twice, and leave defaults alone."""

    get_params: Callable[[Any], list[Any]]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        refuse_doubled(self, ctx, args)
        for parameter in self.get_params(ctx):
            if hasattr(parameter, "get_runtime_param"):  # an older typer builds nothing
                parameter.process_value = partial(keep_default, parameter, parameter.process_value)
        rest: list[str] = super().parse_args(ctx, args)  # type: ignore[misc]  # of typer's class
        return rest


class Command(_OwnParsing, TyperCommand):
    """A command that refuses an option given twice, where the last would win in silence."""


class Group(_OwnParsing, TyperGroup):
    """A command with commands of its own; options given twice are refused as well."""


class Root(Group):
    """`lensops` itself: help and suggestions know every command, and load none of them."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = _LazyCommands()  # type: ignore[assignment]  # nothing is ever added

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002  # typer's signature
        return list(COMMANDS)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002  # as above
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])


class _LazyCommands(Mapping[str, Any]):
    """The commands as typer runs them, each built when it is looked up: building costs start-up."""

    def __getitem__(self, name: str) -> Any:
        return load_command(name)

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


def load_command(name: str) -> Any:
    """The command of this name. Raises `KeyError` when there is none."""
    entry = COMMANDS[name]
    defined = getattr(import_module(f"lensops.cli.{entry.module}"), entry.attribute)
    if isinstance(defined, typer.Typer):
        for registered in defined.registered_commands:
            registered.cls = Command
        defined.info.cls = Group
        app = defined
    else:
        app = typer.Typer(rich_markup_mode=None, add_completion=False)
        app.command(cls=Command)(defined)
    command = typer.main.get_command(app)
    command.name, command.short_help = name, entry.summary
    return command


def refuse_doubled(command: Any, context: Any, arguments: list[str]) -> None:
    """Raise typer's usage error when an option that takes one value is given more than once."""
    if context.resilient_parsing:
        return
    _, _, order = command.make_parser(context).parse_args(args=list(arguments))
    single = [p for p in order if p.param_type_name == "option" and not p.multiple and not p.count]
    doubled = next((option for option in single if single.count(option) > 1), None)
    if doubled is not None:
        context.fail(f"Option {max(doubled.opts, key=len)!r} is given more than once.")


def keep_default(parameter: Any, convert: Callable[..., Any], context: Any, value: Any) -> Any:
    """The value of a parameter: a default as it is, what is given as typer converts it.

    typer builds a pydantic validator for each option, given or not: a tenth of a short command.
    """
    source = context.get_parameter_source(parameter.name)
    if source is None or source.name != "DEFAULT" or parameter.required:
        return convert(context, value)
    if value is None and (getattr(parameter, "multiple", False) or parameter.nargs == -1):
        value = ()
    return parameter.callback(context, parameter, value) if parameter.callback else value
