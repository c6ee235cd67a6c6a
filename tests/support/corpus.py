"""The samples of prompt files in `tests/data/forms`: what each means, or why it is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lensops.files import Folder
from lensops.prompts import Prompt, PromptFiles, load_prompt

ROOT = Path(__file__).parents[1] / "data/forms"


@dataclass(frozen=True)
class Sample:
    """A version's files by name, the request that they make, or the problems that they have."""

    form: str
    name: str
    files: Mapping[str, bytes]
    template: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    says: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.form}/{self.name}"

    @property
    def file(self) -> str:
        """The name of the first file."""
        return min(self.files)

    def pattern(self, folder: str) -> str:
        """`path:` of a manifest for the files below a folder."""
        ending = "" if len(self.files) > 1 else self.file.removeprefix("v1")
        return f"{folder}/{{version}}{ending}"


def samples() -> list[Sample]:
    """All samples, by form and name."""
    return [_sample(folder) for folder in sorted(ROOT.glob("*/*"))]


def load(folder: Path, sample: Sample) -> Prompt:
    """The prompt of the sample's files in a folder. Raises `Invalid`."""
    return load_prompt(Folder(folder), PromptFiles("p", "{version}", sample.template), "v1")


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def _sample(folder: Path) -> Sample:
    about = next(folder.glob("*ed.json"))
    paths = [path for path in folder.rglob("v1*") if path.is_file()]
    paths += [path for path in folder.glob("v1/*") if path not in paths]
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    keys = json.loads(about.read_text())
    lists = {key: tuple(keys.pop(key)) for key in ("notes", "says") if key in keys}
    return Sample(folder.parent.name, folder.name, files, **keys, **lists)


GOOD = [sample for sample in samples() if not sample.says]
REFUSED = [sample for sample in samples() if sample.says]
