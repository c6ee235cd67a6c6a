"""The dashboard runs what is installed; what the project's folder holds has no say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from support.dashboards import answers, serve_dashboard
from support.repo import Repo

pytest.importorskip("streamlit")
MODULES = ["streamlit", "typer", "click", "git", "rich", "altair", "pandas", "lensops_plugin"]


def test_no_module_and_no_setting_of_the_folder_is_used(project: Repo, tmp_path: Path) -> None:
    mark = tmp_path / "PWNED"
    hostile = {f"{name}.py": f"open({str(mark)!r}, 'w').close()\n" for name in MODULES}
    settings = '[server]\nbaseUrlPath = "elsewhere"\n'
    project.commit("Hostile", {**hostile, ".streamlit/config.toml": settings})
    with serve_dashboard(project.root, tmp_path, "-P") as url:
        assert answers(url)
        assert not answers(f"{url}/elsewhere")
    assert not answers(url)  # it ended with its process
    assert not mark.exists()


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
