"""The dashboard runs what is installed; what the project's folder holds has no say."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from support.repo import Repo

pytest.importorskip("streamlit")
MODULES = ["streamlit", "typer", "click", "git", "rich", "altair", "pandas", "lensops_plugin"]


def test_no_module_and_no_setting_of_the_folder_is_used(project: Repo, tmp_path: Path) -> None:
    mark = tmp_path / "PWNED"
    hostile = {f"{name}.py": f"open({str(mark)!r}, 'w').close()\n" for name in MODULES}
    settings = '[server]\nbaseUrlPath = "elsewhere"\n'
    project.commit("Hostile", {**hostile, ".streamlit/config.toml": settings})
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "lensops", "dashboard", "--port", str(port)],
        cwd=project.root,
        env={**os.environ, "HOME": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert answers(f"http://127.0.0.1:{port}/_stcore/health")
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/elsewhere/_stcore/health", timeout=5)
    finally:
        process.terminate()
        process.wait(10)
    assert not mark.exists()


def answers(url: str) -> bool:
    for _ in range(300):
        try:
            with urllib.request.urlopen(url, timeout=1) as response:
                return bool(response.status == 200)
        except OSError:
            time.sleep(0.1)
    return False


@pytest.mark.parametrize("command", ["validate", "plan", "history", "status"])
def test_no_command_loads_a_module_of_the_folder(
    project: Repo, tmp_path: Path, command: str
) -> None:
    mark = tmp_path / "PWNED"
    for name in [*MODULES, "ruamel", "pydantic", "typing", "json", "duckdb", "sitecustomize"]:
        project.write({f"{name}.py": f"open({str(mark)!r}, 'w').close()\n"})
    done = subprocess.run(
        [sys.executable, "-m", "lensops", command],
        cwd=project.root,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not mark.exists()
