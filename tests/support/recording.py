"""Record replies in a real process, so that a test can run several of them or kill one.

`python -m support.recording FILE NAME COUNT` appends COUNT replies, one by one, and says each on
stdout once it is on disk.
"""

from __future__ import annotations

import sys
from pathlib import Path

from lensops.evals.protocols import AnswerReply
from lensops.evals.recorder import append
from lensops.prompts import Message
from support.asking import answer_request


def reply(name: str, number: int) -> AnswerReply:
    """A reply of some length, its text naming who wrote it."""
    case = f"{name}-{number}"
    request = answer_request(case, (Message("user", "Write about {{ x }}."),), {"x": case})
    return AnswerReply(request, f"{case} " + "é" * 3_000)


def main(path: str, name: str, count: str) -> None:
    for number in range(int(count)):
        append(Path(path), [reply(name, number)])
        print(f"{name}-{number}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
