"""Turn bytes into text, and say where they are no text that anybody wrote."""

from __future__ import annotations

from lensops.errors import Invalid, Location, Problem

BOM = "\ufeff"
_OURS = "<<<<<<< "
_EDIT_BLOCKS = ("<<<<<<< SEARCH", "<<<<<<< ORIGINAL")


def decode(data: bytes, path: str) -> str:
    """Text of UTF-8 bytes, line ends and byte order mark as they are.

    Raises `Invalid` with the place of the first byte that is not UTF-8, or of a conflict that a
    merge left.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        preceding = data[: error.start]
        line = preceding.count(b"\n") + 1
        column = error.start - (preceding.rfind(b"\n") + 1) + 1
        message = f"byte 0x{data[error.start]:02x} is not UTF-8"
        hint = "save the file as UTF-8"
        raise Invalid((Problem(Location(path, line, column), message, hint),)) from None
    if conflict := conflict_line(text):
        hint = "solve it, then `git add` it; indent one that is an example"
        where = Location(path, conflict, 1)
        raise Invalid((Problem(where, "a merge left a conflict here", hint),))
    return text


def conflict_line(text: str) -> int | None:
    """The line, from 1, where a conflict begins that a merge left; None where there is none.

    The blocks in which coding agents answer begin alike (`<<<<<<< SEARCH`): they are text.
    """
    start, divided = 0, False
    for number, line in enumerate(text.split("\n") if _OURS in text else (), 1):
        if line.startswith(_OURS):
            start, divided = 0 if line.startswith(_EDIT_BLOCKS) else number, False
        elif line.rstrip("\r") == "=======":
            divided = bool(start)
        elif divided and line.startswith(">>>>>>> "):
            return start
    return None
