"""Records the shards of an eval on a Ray cluster, and joins the recordings here.

`python record.py PROJECT --shards 8 --env OPENAI_API_KEY` sends the project to the workers, which
run `lensops eval --record --shard n/8`; `--` passes options on, such as `-- --eval offer_copy`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

import ray

Recorded = tuple[int, str, dict[str, bytes]]  # exit code, stderr, rows by file of recordings


def record_shard(shard: str, options: list[str]) -> Recorded:
    """Run one shard in this worker's copy of the project."""
    command = [sys.executable, "-m", "lensops", "eval", "--record", "--shard", shard, *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    number, of = shard.split("/")
    parts = Path().rglob(f"*.shard-{number}-of-{of}.jsonl")
    return done.returncode, done.stderr, {str(part): part.read_bytes() for part in parts}


def join(project: Path, rows: dict[str, bytes]) -> None:
    """Append the rows of a shard to the recordings of their versions."""
    for part, data in rows.items():
        path = project / (part.partition(".shard-")[0] + ".jsonl")
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.write(data[: data.rfind(b"\n") + 1])  # a row that a crash cut short is none


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("project", type=Path)
    parser.add_argument("--shards", type=int, default=8)
    parser.add_argument("--env", action="append", default=[], help="a variable for the workers")
    parser.add_argument("options", nargs="*", help="of lensops eval")
    given = parser.parse_args(arguments)
    variables = {name: os.environ[name] for name in given.env}
    # the folder travels without its .git: lensops needs none to record
    project = {"working_dir": str(given.project), "excludes": [".git"], "env_vars": variables}
    ray.init(runtime_env=project, log_to_driver=False)
    remote = ray.remote(num_cpus=1, max_retries=0)(
        record_shard
    )  # a retry could ask, and pay, twice
    waiting = {
        remote.remote(f"{number}/{given.shards}", given.options): number
        for number in range(1, given.shards + 1)
    }
    failed = 0
    while waiting:
        (done, *_), _ = ray.wait([*waiting])
        shard = f"{waiting.pop(done)}/{given.shards}"
        try:
            code, words, rows = ray.get(done)
        except ray.exceptions.RayError as error:  # the worker is gone: record this shard again
            code, words, rows = 1, str(error), {}
        join(given.project, rows)
        failed += code != 0
        print(f"shard {shard}: exit code {code}", words if code else "", flush=True)
    ray.shutdown()
    return 5 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
