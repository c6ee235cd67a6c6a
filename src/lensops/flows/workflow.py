"""Workflow: the file that `init --github` writes into a user's repository."""

from __future__ import annotations

from importlib.resources import files


def workflow() -> str:
    """The workflow for GitHub Actions: gate and comment in pull requests, deploy prepared."""
    return (files("lensops.flows") / "github" / "lensops.yml").read_text("utf-8")
