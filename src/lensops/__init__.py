"""Prompts as infrastructure: plan, gate, apply and roll back from one manifest in git."""

from __future__ import annotations

TYPE_CHECKING = False  # as in typing, which the current folder could hold another one of
if TYPE_CHECKING:
    from typing import Any


def __getattr__(name: str) -> Any:
    """`lensops.__version__`, looked up when asked: the machinery for it is slow to load."""
    if name == "__version__":
        from importlib.metadata import version

        return version("lensops")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
