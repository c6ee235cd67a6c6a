"""Results of earlier runs, as the commands would have left them, for pages to show."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

BEGIN = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)


def evals(root: Path, count: int, *, cases: int = 12, prompt: str = "offer_copy") -> None:
    """So many runs, a day apart; the score climbs slowly over the threshold."""
    folder = root / "eval_results"
    folder.mkdir(exist_ok=True)
    for index in range(count):
        at = BEGIN + timedelta(days=index)
        mean = 0.7 + 0.1 * index / max(count - 1, 1)
        body = {"schema": "lensops/eval/v1", "evals": [_suite(prompt, mean, cases)]}
        (folder / f"eval_{at:%Y%m%dT%H%M%SZ}.json").write_text(json.dumps(body))


def drift(root: Path, count: int, *, features: int = 2) -> None:
    """So many reports, a week apart; the newest is a warning."""
    folder = root / "drift_results"
    folder.mkdir(exist_ok=True)
    for index in range(count):
        at = BEGIN + timedelta(weeks=index)
        psi = 0.15 * (index + 1) / count
        rows = [_feature(f"feature_{number}", psi) for number in range(features)]
        status = "warning" if psi > 0.1 else "ok"
        monitor = {"name": "propensity", "psi": psi, "status": status, "features": rows}
        body = {"schema": "lensops/drift/v1", "psi": psi, "status": status, "monitors": [monitor]}
        (folder / f"drift_{at:%Y%m%dT%H%M%SZ}.json").write_text(json.dumps(body))


def _suite(prompt: str, mean: float, cases: int) -> dict[str, Any]:
    return {
        "name": prompt,
        "prompt": prompt,
        "version": "v2",
        "mean_score": mean,
        "interval": [mean - 0.03, mean + 0.03],
        "threshold": 0.75,
        "n": cases,
        "passed": mean >= 0.75,
        "metrics": {"bleu": mean - 0.2, "rouge_l": mean - 0.1, "judge": mean + 0.1},
        "judge": {"model": "openai:gpt-4o", "scored": cases, "neutral": 0, "unscored": 0},
        "cases": [
            {"id": f"case-{i}", "aggregate": mean - i / 100, "scores": {"bleu": 0.5, "judge": 0.9}}
            for i in range(cases)
        ],
    }


def _feature(name: str, psi: float) -> dict[str, Any]:
    return {
        "name": name,
        "psi": psi,
        "status": "warning" if psi > 0.1 else "ok",
        "evidence": "weak",
        "edges": [0.0, 0.25, 0.5, 0.75, 1.0],
        "baseline_counts": [100, 200, 300, 400],
        "current_counts": [90, 180, 330, 500],
        "p_value": 0.04,
        "causes": ["the cell 0.75 to 1 carries most of it"],
    }
