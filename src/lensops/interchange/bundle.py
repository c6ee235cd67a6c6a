"""What an import yields: files, entries of the manifest, and a row for each thing of the source."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lensops.errors import Location
from lensops.files import Folder


@dataclass(frozen=True, slots=True)
class Row:
    """One thing of the source: what it became, or the reason why it could not come over."""

    what: str  # prompt, case, check, rubric, model, threshold, output, activation
    name: str
    location: Location
    became: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Activation:
    """A version of a prompt that became active at a time (with its offset)."""

    prompt: str
    version: str
    time: datetime
    author: str | None = None


@dataclass(slots=True)
class Bundle:
    """The result of an import, filled by a source; nothing is written yet.

    `files` are paths from the manifest's folder, `outputs` are texts or JSON values by eval,
    version and case id.
    """

    prompts: dict[str, dict[str, Any]] = field(default_factory=dict)
    evals: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    outputs: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    activations: list[Activation] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def take(self, what: str, name: str, location: Location, became: str) -> None:
        """Note that a thing came over."""
        self.rows.append(Row(what, name, location, became=became))

    def refuse(self, what: str, name: str, location: Location, reason: str) -> None:
        """Note that a thing could not come over."""
        self.rows.append(Row(what, name, location, reason=reason))

    def add_cases(self, name: str, cases: Sequence[Mapping[str, Any]]) -> str:
        """Write the cases of an eval; the path of their file."""
        path = f"evals/{name}/cases.jsonl"
        lines = [json.dumps(case, ensure_ascii=False) + "\n" for case in cases]
        self.files[path] = "".join(lines).encode()
        return path


@dataclass(frozen=True, slots=True)
class Import:
    """An import before it is written: new files, and the manifest before and after."""

    manifest: str
    old: bytes  # empty: there is no manifest yet
    new: bytes
    files: Mapping[str, bytes]
    rows: tuple[Row, ...]
    existing: tuple[str, ...]  # files that are there with the same content
    conflicts: tuple[str, ...]  # files and entries that are there with another content
    bundle: Bundle = field(repr=False)
    tree: Folder = field(repr=False)

    @property
    def changes(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.files) or self.old != self.new
