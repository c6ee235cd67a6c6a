"""The client needs nothing but Python: no package, no git, no other room of lensops."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src"
SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
import lensops.client
import lensops.client.http_source
known = {"__main__", "lensops", *sys.stdlib_module_names}
others = {name for name in sys.modules if name.split(".")[0] not in known}
rooms = {name for name in sys.modules if name.startswith("lensops.")}
print(*others, *(name for name in rooms if not name.startswith("lensops.client")))
"""


def test_only_the_standard_library_is_loaded() -> None:
    command = [sys.executable, "-I", "-S", "-c", SCRIPT, str(SOURCE)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
