"""The entry point, and the one boundary where errors become messages and exit codes."""

from __future__ import annotations

import errno
import gc
import os
import platform
import sys
import traceback
from types import ModuleType
from typing import Annotated, NoReturn

import typer

from lensops.cli import streams
from lensops.cli.commands import Root
from lensops.cli.options import HERE, DirectoryOption
from lensops.errors import Exit, Invalid, UserError


def _print_version(requested: bool) -> None:
    if requested:
        from lensops import __version__

        sys.stdout.write(f"lensops {__version__}\n")
        raise typer.Exit


# What is wrong with the machine or with a path, and not with lensops.
_OF_THE_MACHINE = {
    *(errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EFBIG),
    *(errno.EMFILE, errno.ENFILE, errno.EIO, errno.ENAMETOOLONG),
}
# Rows make very many objects and hardly a circle: looking for one at every 700 costs a tenth.
ROWS = (500_000, 20, 50)


def root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
    directory: DirectoryOption = HERE,
) -> None:
    """Prompts as infrastructure: plan, gate, apply and roll back from one manifest in git."""


def build() -> typer.Typer:
    """The app; its commands load when they are looked up."""
    app = typer.Typer(
        name="lensops",
        cls=Root,
        no_args_is_help=True,
        add_completion=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    app.callback()(root)
    return app


def main() -> NoReturn:
    """Run the command line and end the process with its exit code."""
    _skip_plugins()
    streams.install()
    gc.set_threshold(*ROWS)
    code = run()
    try:
        sys.stdout.flush()
    except UserError as error:
        code = _report_error(error)
    if "duckdb" not in sys.modules:  # it prints what is left of it at the end
        gc.freeze()  # nothing is collected at the end either: the memory goes back with the process
    sys.exit(code)


def _skip_plugins() -> None:
    """Let pydantic look for no plugins: it would load `importlib.metadata` and `email` for that.

    No model here has any, and the search costs a twentieth of a short command.
    """
    none_found = ModuleType("pydantic.plugin._loader")
    none_found.get_plugins = tuple  # type: ignore[attr-defined]  # the one function that is called
    sys.modules.setdefault(none_found.__name__, none_found)


def run(arguments: list[str] | None = None) -> int:
    """The exit code of a command line; every error ends here, as a message on stderr."""
    try:
        outcome = build()(arguments, standalone_mode=False)
        return int(outcome or 0)
    except UserError as error:
        return _report_error(error)
    except typer.Abort:
        return Exit.INTERRUPTED
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return Exit.INTERRUPTED
    except Exception as error:  # noqa: BLE001  # the boundary: what is left is bad usage or a bug
        if hasattr(error, "format_message"):
            return _report_usage(error)
        refusal = _refusal(error)
        return _report_bug() if refusal is None else _report_error(refusal)


def _report_error(error: UserError) -> int:
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


def _report_usage(error: Exception) -> int:
    """Let typer report what is wrong with the command line, without pydantic's prefix."""
    if isinstance(error, typer.BadParameter):
        error.message = error.message.replace("Value error, ", "", 1)
    show = getattr(error, "show", None)
    if show:
        show()
    return int(getattr(error, "exit_code", Exit.USAGE))


def _from_here(path: str) -> str:
    """A path as seen from the current folder; as it is where that is gone, or on another drive."""
    try:
        return os.path.relpath(path)
    except (OSError, ValueError):
        return path


def _refusal(error: Exception) -> UserError | None:
    """What the machine does not let be done, with the path as the user may write it."""
    encoding = sys.getfilesystemencoding()
    if isinstance(error, UnicodeEncodeError) and encoding != "utf-8":
        problem = f"the locale writes the names of files in {encoding}"
        return UserError(problem, "set PYTHONUTF8=1, or a locale of UTF-8 such as C.UTF-8")
    if not isinstance(error, OSError):
        return None
    name = error.filename
    is_gone = error.errno == errno.ENOENT and name is None  # the folder it runs in
    if not is_gone and error.errno not in _OF_THE_MACHINE:
        return None
    path = _from_here(name) if isinstance(name, str) else "the current folder"
    reason = (error.strerror or "unknown reason").lower()
    return UserError(f"{path}: {reason}", "check the disk's space and rights")


def _report_bug() -> int:
    from lensops.cli.output import write

    write(_bug_report(), sys.stderr)
    return Exit.BUG


def _bug_report() -> str:
    """The text of a bug report, from the exception that is being handled."""
    from lensops import __version__  # reads the metadata of the package

    return (
        f"{traceback.format_exc()}\n"
        "This is a bug in lensops; no input of yours should cause a traceback.\n"
        "Please report it with the lines above and these:\n"
        f"  lensops {__version__}, Python {platform.python_version()}, {platform.platform()}\n"
    )
