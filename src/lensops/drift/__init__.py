"""Drift: a baseline against a current window, with the evidence behind each PSI."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lensops.drift.api import PropensityDriftMonitor, compute_psi
    from lensops.drift.results import DriftReport

__all__ = ["DriftReport", "PropensityDriftMonitor", "compute_psi"]

_MODULES = {
    "compute_psi": "lensops.drift.api",
    "PropensityDriftMonitor": "lensops.drift.api",
    "DriftReport": "lensops.drift.results",
}


def __getattr__(name: str) -> Any:
    """The names of the Python interface, loaded when they are asked for: NumPy is slow to load."""
    if name in _MODULES:
        return getattr(import_module(_MODULES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
