"""Store the result of a run of the evals, so that later ones can be seen beside it."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count

from lensops.evals.result import EvalRun
from lensops.files import create_exclusive
from lensops.flows.project import Opened
from lensops.flows.results import EVALS
from lensops.render.json import envelope
from lensops.report.eval import data


def store_eval(project: Opened, run: EvalRun) -> str:
    """Write `eval_results/eval_<UTC>.json` whole or not at all, and give its path.

    Runs that end in the same second are numbered. The folder is new with a `.gitignore` over all of
    it, which whoever wants results in git removes. Raises `UserError` when it cannot be written.
    """
    folder = project.tree.path(EVALS)
    if not folder.exists():
        create_exclusive(folder / ".gitignore", b"*\n")
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    content = envelope("eval", data(run)).encode()
    for number in count(1):
        name = f"{EVALS}/eval_{stamp}{f'_{number}' if number > 1 else ''}.json"
        if create_exclusive(project.tree.path(name), content):
            break
    return name
