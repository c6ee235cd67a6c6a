"""`lensops comment`: the pull request's one comment, printed or posted."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lensops.cli.options import HERE, DirectoryOption, ManifestOption
from lensops.manifest.locate import ProjectRef

if TYPE_CHECKING:
    from lensops.errors import UserError


def comment(
    base: Annotated[
        str | None,
        typer.Option(
            "--base",
            help="The base of the pull request, such as origin/main. Default: the workflow's.",
        ),
    ] = None,
    post: Annotated[
        bool, typer.Option("--post", help="Post or update it on GitHub, with GITHUB_TOKEN.")
    ] = False,
    repository: Annotated[
        str | None, typer.Option("--repository", help="owner/name. Default: that of the workflow.")
    ] = None,
    pull_request: Annotated[
        int | None,
        typer.Option(
            "--pull-request",
            min=1,
            help="Number of the pull request. Default: that of the workflow.",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", help="Also write the comment to this file.")
    ] = None,
    replay: Annotated[
        bool, typer.Option("--replay", help="Call no model: a missing recording is an error.")
    ] = False,
    directory: DirectoryOption = HERE,
    manifest: ManifestOption = None,
) -> int:
    """Write the comment of a pull request as Markdown: verdict, changes, scores, drift.

    Printed for any host; with --post it becomes, or updates, the one comment at GitHub. Within a
    workflow it goes into the step's summary as well. It exits with 0 when the comment is
    there, whatever the verdict: that is for `gate`. A project that cannot be read is a comment too.

    Example: lensops comment --base main
    """
    from lensops.cli.output import say, write
    from lensops.errors import UserError
    from lensops.flows.comment import marker
    from lensops.flows.comment import post as put
    from lensops.flows.comment import pull_request as named
    from lensops.forge.event import take_token

    ref = ProjectRef(directory, manifest)
    where = named(repository, pull_request, os.environ) if post else None
    token = take_token(os.environ)
    if post and not token:
        hint = "give the step `GITHUB_TOKEN: ${{ github.token }}`"
        raise UserError("there is no GITHUB_TOKEN", hint)
    failure: UserError | None = None
    try:
        body = _compose(ref, base, token, replay=replay)
    except UserError as error:
        failure, body = error, _describe_failure(error)
    _summarise(body)
    if output is not None:
        from lensops.files import write_atomic

        write_atomic(output, body.encode())
    if where is None:
        write(body)
    else:
        api = os.environ.get("GITHUB_API_URL")
        comment = put(token, body, marker(ref), where, api)
        say(f"the comment is at {comment.url}")
    if failure is not None:
        raise failure
    return 0


def _compose(ref: ProjectRef, base: str | None, token: str, *, replay: bool) -> str:
    from lensops.cli.progress import Progress
    from lensops.evals.protocols import Mode
    from lensops.flows.comment import compose
    from lensops.flows.protected import workflow_run
    from lensops.render.markdown import markdown
    from lensops.report.comment import document

    mode, run = Mode.REPLAY if replay else Mode.ASK, workflow_run(os.environ, token)
    result = compose(ref, base, run=run, mode=mode, watch=Progress())
    return markdown(document(*result))


def _describe_failure(error: UserError) -> str:
    from lensops.render.markdown import markdown
    from lensops.report.comment import failure_document

    return markdown(failure_document(error))


def _summarise(body: str) -> None:
    """Append the comment to the summary of the workflow's step."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    try:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(body)
    except OSError as error:
        from lensops.cli.output import say

        say(f"the step's summary cannot be written: {error.strerror}")
