"""Rooms whose names load when they are asked for: a command pays for what it uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def load_names(room: str, files: Mapping[str, tuple[str, ...]]) -> Callable[[str], Any]:
    """A module's `__getattr__` (PEP 562) for a room: the names that it offers, by file of it."""
    file_of = {name: file for file, names in files.items() for name in names}

    def load_name(name: str) -> Any:
        if name in file_of:
            return getattr(import_module(f"{room}.{file_of[name]}"), name)
        raise AttributeError(f"module {room!r} has no attribute {name!r}")

    return load_name
