"""The workflow for GitHub Actions that `lensops init --github` writes."""

from __future__ import annotations

from importlib.resources import files

from lensops import __version__

_VERSION = "@VERSION@"


def workflow() -> str:
    """YAML of jobs that gate and comment on pull requests and apply what was merged.

    It installs the lensops that wrote it; raise the version in it to move on.
    """
    text = (files("lensops.flows") / "workflow.yml").read_text(encoding="utf-8")
    return text.replace(_VERSION, __version__)
