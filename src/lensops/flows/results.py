"""Results that earlier runs left: `eval_results/` and drift reports, oldest first."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from lensops.errors import UserError
from lensops.evidence.stored import DriftFile, EvalFile, Results, StoredDrift, StoredEval
from lensops.files import Folder

EVALS = "eval_results"
DRIFTS = "drift_results"
DRIFT_REPORT = "drift_report.json"
MAX_BYTES = 50_000_000
NEWEST = 200  # how many results of a kind are read: what a chart can show
_STAMP = re.compile(r"(\d{8}T\d{6})")


def stored(root: Path, newest: int = NEWEST) -> Results:
    """The newest results below a project's root; names carry the time, so only those are opened."""
    broken: list[str] = []
    eval_files = _dated(root / EVALS, "eval_*.json")
    drift_files = _dated(root / DRIFTS, "*.json")
    if (report := root / DRIFT_REPORT).is_file():
        drift_files.append(report)
    evals = [
        StoredEval(when(file), run)
        for file in eval_files[-newest:]
        for run in _read(root, file, EvalFile, broken, lambda read: read.evals)
    ]
    drifts = [
        StoredDrift(when(file), read.psi, read.status, read.monitors)
        for file in drift_files[-newest:]
        for read in _read(root, file, DriftFile, broken, lambda read: [read])
    ]
    drifts.sort(key=lambda drift: drift.at)
    return Results(tuple(evals), tuple(drifts), tuple(broken))


def when(file: Path) -> datetime:
    """The UTC time in a result's name, or else the file's own."""
    if match := _STAMP.search(file.name):
        return datetime.strptime(match[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)


def _dated(folder: Path, pattern: str) -> list[Path]:
    return sorted(folder.glob(pattern)) if folder.is_dir() else []


def _read(root: Path, file: Path, model: Any, broken: list[str], parts: Any) -> Iterable[Any]:
    try:
        data = Folder(root).read(_relative(root, file), MAX_BYTES)
        return list(parts(model.model_validate(json.loads(data))))
    except UserError as error:
        broken.append(error.message)
        return []
    except (OSError, ValueError, RecursionError) as error:
        reason = "not a result" if isinstance(error, ValidationError) else str(error)
        broken.append(f"{_relative(root, file)}: {reason.splitlines()[0]}")
        return []


def _relative(root: Path, file: Path) -> str:
    return file.relative_to(root).as_posix()
