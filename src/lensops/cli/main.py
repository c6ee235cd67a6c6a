"""The entry point, and the one boundary where errors become words and codes."""

from __future__ import annotations

import gc
import os
import sys
from typing import Annotated, NoReturn

import typer

from lensops.cli import commands
from lensops.errors import Exit, Invalid, UserError


def _version(wanted: bool) -> None:
    if wanted:
        from lensops import __version__

        sys.stdout.write(f"lensops {__version__}\n")
        raise typer.Exit


def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """Prompts as infrastructure: plan, gate, apply and roll back from one manifest in git."""


def build(only: str | None = None) -> typer.Typer:
    """The app with every command, or with the one that is about to run."""
    app = typer.Typer(
        name="lensops",
        no_args_is_help=True,
        add_completion=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    app.callback()(root)
    commands.register(app, only)
    return app


def main() -> NoReturn:
    """Run the command line and end the process with its exit code."""
    gc.set_threshold(100_000)  # while modules load there is nothing to collect
    sys.exit(run())


def run(arguments: list[str] | None = None) -> int:
    """The exit code of a command line; every error ends here, as words on stderr."""
    only = commands.named(sys.argv[1:] if arguments is None else arguments)
    try:
        outcome = build(only)(arguments, standalone_mode=False)
        return int(outcome or 0)
    except UserError as error:
        return _say(error)
    except typer.Abort:
        return Exit.INTERRUPTED
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return Exit.INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.DONE
    except Exception as error:  # noqa: BLE001  # the boundary: what is left is bad usage or a bug
        return _usage(error) if hasattr(error, "format_message") else _bug()


def _say(error: UserError) -> int:
    from lensops.cli.output import write
    from lensops.render.escape import visible

    if isinstance(error, Invalid):
        lines = [str(problem) for problem in error.problems]
        count = len(lines)
        lines.append(f"error: {count} problem{'s' if count != 1 else ''}")
    else:
        lines = [f"error: {error.message}"]
    if error.hint:
        lines.append(f"hint: {error.hint}")
    write("".join(visible(text) + "\n" for text in lines), sys.stderr)
    return int(error.exit)


def _usage(error: Exception) -> int:
    """Let typer say what is wrong with the command line, without the words of pydantic in it."""
    if isinstance(error, typer.BadParameter):
        error.message = error.message.replace("Value error, ", "", 1)
    show = getattr(error, "show", None)
    if show:
        show()
    return int(getattr(error, "exit_code", Exit.USAGE))


def _bug() -> int:
    from lensops.cli.bug import report
    from lensops.cli.output import write

    write(report(), sys.stderr)
    return Exit.BUG
