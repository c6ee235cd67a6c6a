"""`lensops schema`: JSON Schema of the manifest."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def schema(
    output: Annotated[Path | None, typer.Option("--output", help="Write it to this file.")] = None,
) -> int:
    """Print the JSON Schema of the manifest, for editors.

    Example: lensops schema --output .lensops/schema.json
    """
    from lensops.files import write_atomic
    from lensops.manifest.schema import schema_text

    text = schema_text()
    if output is None:
        sys.stdout.write(text)
    else:
        write_atomic(output, text.encode())
    return 0
