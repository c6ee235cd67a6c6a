"""Every driver has errors of its own: they become ours, short and without secrets."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator

from lensops.errors import RemoteFailed, UserError

Clean = Callable[[str], str]  # takes secrets out of a text
LONGEST = 300  # characters of what a driver says
LOST = re.compile(
    r"(?i)connection.*(closed|lost|reset|refused|aborted|terminat)|server closed|broken pipe"
    r"|administrator command|could not connect|timed? ?out|consuming input failed|no connection"
)
STOPPED = re.compile(
    r"(?i)(statement|query|execution).{0,20}(timeout|timed out|too long|time limit)"
)
CONNECTIONS = (ConnectionError, TimeoutError, EOFError)


class CannotCount(UserError):
    """The server refuses a statement."""


class DriverErrors:
    """Translates what drivers raise while they connect and while they count."""

    def __init__(self, scheme: str, clean: Clean) -> None:
        self.scheme, self.clean = scheme, clean

    @contextlib.contextmanager
    def connecting(self) -> Iterator[None]:
        """Raise `UserError` for a driver that is not there, `RemoteFailed` for a silent server."""
        try:
            yield
        except ImportError as error:
            problem = f"the driver for {self.scheme} is not installed ({self.first_line(error)})"
            hint = f"install it with `pip install 'ibis-framework[{self.scheme}]'`"
            raise UserError(problem, hint) from None
        except Exception as error:  # noqa: BLE001  # drivers share no class of errors
            problem = f"{self.scheme} cannot be reached: {self.first_line(error)}"
            raise RemoteFailed(problem, "see `connection` of the monitor") from None

    @contextlib.contextmanager
    def counting(self) -> Iterator[None]:
        """Raise `RemoteFailed` for a server that is lost or gives up, else `CannotCount`."""
        try:
            yield
        except UserError:
            raise
        except Exception as error:  # noqa: BLE001  # drivers share no class of errors
            if STOPPED.search(str(error)):
                problem = f"{self.scheme} stopped a statement: {self.first_line(error)}"
                hint = "let it take longer on the server, watch fewer columns, or use a profile"
                raise RemoteFailed(problem, hint) from None
            if isinstance(error, CONNECTIONS) or LOST.search(str(error)):
                problem = f"the connection to {self.scheme} was lost: {self.first_line(error)}"
                raise RemoteFailed(problem, "run the command again") from None
            problem = f"{self.scheme} cannot count this: {self.first_line(error)}"
            raise CannotCount(problem) from None

    def first_line(self, error: Exception) -> str:
        """The first line of what a driver says."""
        lines = str(error).strip().splitlines() or [type(error).__name__]
        return self.clean(lines[0])[:LONGEST]
