"""What a run of evals is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lensops.evals.protocols import Mode
from lensops.evals.shards import Shard


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What a run is asked for. `suites`: only these; `outputs`: a file of outputs made elsewhere.

    `threshold` takes the place of the manifest's, and the result says so. `base` is a ref: each
    suite is compared with the version that was active at the merge base. `rejudge` asks every vote
    anew. `shard`: only this part of the cases. `batch`: requests are put in batches.
    """

    suites: tuple[str, ...] = ()
    threshold: float | None = None
    base: str | None = None
    outputs: Path | None = None
    mode: Mode = Mode.ASK
    rejudge: bool = False
    shard: Shard | None = None
    batch: bool = False
