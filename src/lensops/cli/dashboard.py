"""`lensops dashboard`: the project's state in a browser."""

from __future__ import annotations

from typing import Annotated

import typer

from lensops.cli.options import HERE, DirectoryOption, ManifestOption
from lensops.manifest.locate import ProjectRef


def dashboard(
    port: Annotated[int, typer.Option("--port", help="Listen on this port.")] = 8501,
    address: Annotated[
        str, typer.Option("--address", help="Listen on this address. There is no authentication.")
    ] = "127.0.0.1",
    directory: DirectoryOption = HERE,
    manifest: ManifestOption = None,
) -> int:
    """Serve the dashboard until interrupted. It only reads.

    Needs the extra: pip install 'lensops[dashboard]'.

    Example: lensops dashboard --port 8600
    """
    from lensops.dashboard.start import start
    from lensops.manifest.locate import find_manifest

    ref = ProjectRef(directory, manifest)
    find_manifest(ref)
    return start(ref, address=address, port=port)
