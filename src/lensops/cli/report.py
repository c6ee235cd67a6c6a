"""`lensops report`: one self-contained page of the project's state."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lensops.cli.options import HERE, DirectoryOption, ManifestOption
from lensops.manifest.locate import ProjectRef


def report(
    directory: DirectoryOption = HERE,
    manifest: ManifestOption = None,
    output: Annotated[Path, typer.Option("--output", help="The page to write.")] = Path(
        "lensops-report.html"
    ),
) -> int:
    """Write one HTML page: targets, prompts, verdict, scores, drift and history.

    Example: lensops report --output report.html
    """
    from lensops.cli.output import print_line
    from lensops.files import write_atomic
    from lensops.flows.overview import overview
    from lensops.render.html import html
    from lensops.report.overview import document

    state = overview(ProjectRef(directory, manifest))
    page = html(document(state), f"{state.project} · lensops").encode()
    write_atomic(output, page)
    print_line(f"wrote {output} ({len(page) / 1000:.0f} KB)")
    return 0
