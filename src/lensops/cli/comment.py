"""`lensops comment`: the pull request's one comment, printed or posted."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from lensops.cli.options import HERE, DirectoryOption, ManifestOption


def comment(
    base: Annotated[
        str, typer.Option("--base", help="The base of the pull request, such as origin/main.")
    ],
    post: Annotated[
        bool, typer.Option("--post", help="Post or update it at GitHub, with GITHUB_TOKEN.")
    ] = False,
    repository: Annotated[
        str | None, typer.Option("--repository", help="owner/name; default: the workflow's.")
    ] = None,
    pull_request: Annotated[
        int | None, typer.Option("--pull-request", min=1, help="Default: the workflow's.")
    ] = None,
    replay: Annotated[
        bool, typer.Option("--replay", help="Ask nobody: what is not recorded is an error.")
    ] = False,
    directory: DirectoryOption = HERE,
    manifest: ManifestOption = None,
) -> int:
    """Write the comment of a pull request as Markdown: verdict, changes, scores, drift.

    Printed for any host; with --post it becomes, or updates, the one comment at GitHub. Within a
    workflow it goes into the step's summary as well. The verdict is `gate`'s to tell: this exits
    with 0 when the comment is there.

    Example: lensops comment --base main
    """
    from lensops.cli.output import say
    from lensops.cli.progress import Progress
    from lensops.flows.asking import Mode
    from lensops.flows.comment import compose
    from lensops.flows.comment import post as put
    from lensops.flows.comment import pull_request as named
    from lensops.render.markdown import markdown
    from lensops.report.comment import document

    where = named(repository, pull_request, os.environ) if post else None
    mode = Mode.REPLAY if replay else Mode.ASK
    composed = compose(directory, manifest, base, mode=mode, watch=Progress())
    body = markdown(document(composed))
    _summarise(body)
    if where is None:
        sys.stdout.write(body)
        return 0
    say(f"the comment is at {put(composed, body, where, os.environ).url}")
    return 0


def _summarise(body: str) -> None:
    """Append the comment to the summary of the workflow's step."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if path:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(body)
