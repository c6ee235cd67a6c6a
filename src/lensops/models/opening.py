"""Open a writer or a judge, or say in a few words why there is none."""

from __future__ import annotations

from lensops.evals.ask import Judge, Unavailable, Writer
from lensops.manifest.model import Judge as JudgeSettings
from lensops.manifest.model import Limits


def open_writer(model: str, server: str | None, limits: Limits) -> Writer | Unavailable:
    return Unavailable("x")


def open_judge(settings: JudgeSettings, limits: Limits) -> Judge | Unavailable:
    return Unavailable("x")
