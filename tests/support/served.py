"""Directory targets written as an apply writes them, for tests of those who read."""

from __future__ import annotations

from pathlib import Path

from lensops.prompts import Message, Prompt, ResponseFormat
from lensops.release import Release
from lensops.targets.directory import Directory
from support.releases import DRAFT


def copy_prompt(version: str) -> Prompt:
    """A prompt that names its version in each message."""
    messages = (
        Message("system", f"You write for {{{{ brand }}}} ({version})."),
        Message("user", f"{version}: {{{{points}}}} points for {{{{ brand }}}}."),
    )
    parameters = {"temperature": 0.5, "stop": ["END"]}
    return Prompt(
        version, messages, "openai:gpt-4o-mini", parameters, ResponseFormat({"type": "object"})
    )


def shop(**versions: str) -> Release:
    """A release of the shop with one prompt for each keyword."""
    prompts = {name: copy_prompt(version) for name, version in versions.items()}
    return Release("shop", prompts, {"copy": 0.75}, {"m.warning": 0.1})


def serve(folder: Path, release: Release) -> int:
    """Make a release live in a folder; its number in the log."""
    target = Directory("staging", folder, "staging")
    return target.write(release, DRAFT, target.observe()).sequence
