"""Turn bytes into text, and say where they are not UTF-8."""

from __future__ import annotations

from lensops.errors import Invalid, Location, Problem

BOM = "\ufeff"


def decode(data: bytes, path: str) -> str:
    """Text of UTF-8 bytes, line ends and byte order mark as they are.

    Raises `Invalid` with line and column of the first byte that is not UTF-8.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        preceding = data[: error.start]
        line = preceding.count(b"\n") + 1
        column = error.start - (preceding.rfind(b"\n") + 1) + 1
        message = f"byte 0x{data[error.start]:02x} is not UTF-8"
        hint = "save the file as UTF-8"
        raise Invalid((Problem(Location(path, line, column), message, hint),)) from None
