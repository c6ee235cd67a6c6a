"""A table as the manifest names it: `table`, `schema.table`, and quotes around odd parts."""

from __future__ import annotations

import re
from typing import Any

from lensops.drift.engines.warehouse.driver_errors import DriverErrors
from lensops.drift.engines.warehouse.server import Server
from lensops.errors import UserError
from lensops.manifest import suggestion

_PART = r'(?:"(?:[^"]|"")+"|[^".]+)'
_PARTS = re.compile(_PART)
_NAME = re.compile(rf"{_PART}(?:\.{_PART})*")
FORMS = 'a table is written `table`, `schema.table`, or `"my.schema".table`'


def name_parts(name: str) -> tuple[str, ...]:
    """The parts of a table's name, unquoted. Raises `UserError` for what is no name."""
    if not _NAME.fullmatch(name):
        raise UserError(f"`table: {name}` names no table", FORMS)
    return tuple(_unquoted(part) for part in _PARTS.findall(name))


def open_table(name: str, server: Server, errors: DriverErrors) -> Any:
    """The table of a name. Raises `UserError` when there is none, or none that may be read."""
    *places, table = name_parts(name)
    try:
        return server.table(tuple(places), table)
    except Exception as error:  # noqa: BLE001  # drivers share no class of errors
        said = errors.first_line(error)
        reason = f" ({said})" if said.strip("\"'") not in {name, table} else ""
        problem = f"there is no table {name!r} that can be read{reason}"
        raise UserError(problem, _near(places, table, server)) from None


def _near(places: list[str], table: str, server: Server) -> str:
    """What may be meant."""
    try:
        if places and places[-1] not in (schemas := server.schemas()):
            hint = suggestion(places[-1], schemas)
            return f"there is no schema {places[-1]!r}" + (f"; {hint}" if hint else "")
        others = [name for name in server.tables(tuple(places)) if name != table]
        return suggestion(table, others) or FORMS
    except Exception:  # noqa: BLE001  # a hint; the problem itself is known already
        return FORMS


def _unquoted(part: str) -> str:
    return part[1:-1].replace('""', '"') if part.startswith('"') else part.strip()
