"""The wheel and the sdist: what they hold, and that the wheel works with no source around."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from support.cli import Result

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
VERSION = PROJECT["project"]["version"]
CACHES = shutil.ignore_patterns("__pycache__")  # they come and go while tests run
NOT_CODE = (
    "py.typed",
    "flows/workflow.yml",
    "flows/gitlab.yml",
    "flows/starter/lensops.yaml",
    "flows/starter/prompts/offer_copy/v1.yaml",
    "flows/starter/evals/offer_copy/cases.jsonl",
    "flows/starter/evals/offer_copy/recordings/v1.jsonl",
    "render/html/style.css",
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist, made from a copy of the source."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    included = PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    for name in (*included, "pyproject.toml", ".gitignore"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=CACHES)
        else:
            shutil.copy(ROOT / name, source / name)
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(out)]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return out


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel in it; its dependencies are those of the tests' Python.

    A line of a `.pth` file adds a folder without reading the `.pth` files there: an editable
    lensops is not found by it.
    """
    venv = tmp_path_factory.mktemp("fresh") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    library = next(venv.glob("lib/python*/site-packages"))
    (library / "rest.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    wheel = next(built.glob("*.whl"))
    uv = Path(sys.executable).parent / "uv"
    command = [uv, "pip", "install", "--offline", "--no-deps", "--python", str(venv), wheel]
    subprocess.run(command, check=True, capture_output=True)
    return venv


def run(*args: str, cwd: Path) -> Result:
    env = {**os.environ, "PYTHONPATH": ""}
    done = subprocess.run(args, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    return Result(done.returncode, done.stdout, done.stderr)


def lensops(installed: Path, *args: str, cwd: Path) -> Result:
    return run(str(installed / "bin/lensops"), *args, cwd=cwd)


def test_the_wheel_holds_the_package_and_nothing_else(built: Path) -> None:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
    assert {f"lensops/{name}" for name in NOT_CODE} <= names
    tops = {name.split("/")[0] for name in names}
    assert tops == {"lensops", f"lensops-{VERSION}.dist-info"}
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]
    sources = {path.relative_to(ROOT / "src") for path in (ROOT / "src/lensops").rglob("*.py")}
    assert {path.as_posix() for path in sources} <= names


def test_the_sdist_holds_what_the_tests_read(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as sdist:
        names = {name.split("/", 1)[1] for name in sdist.getnames()}
    wanted = ("README.md", "LICENSE", "constraints.txt", "llmops.yaml", "action.yml")
    assert set(wanted) <= names
    assert {"tests/conftest.py", ".github/workflows/ci.yml", "docs/ci.md"} <= names
    assert not [name for name in names if name.startswith((".git/", ".venv", "eval_results"))]


def test_the_version_is_right_without_the_source(installed: Path, tmp_path: Path) -> None:
    assert lensops(installed, "--version", cwd=tmp_path).out == f"lensops {VERSION}\n"
    where = "import lensops; print(lensops.__file__)"
    done = run(str(installed / "bin/python"), "-c", where, cwd=tmp_path)
    assert done.out.startswith(str(installed))


def test_a_project_begins_and_goes_live_without_the_source(installed: Path, tmp_path: Path) -> None:
    assert lensops(installed, "init", "--github", "shop", cwd=tmp_path).code == 0
    shop = tmp_path / "shop"
    for command in (["validate"], ["plan"], ["gate", "--replay"], ["apply", "--yes"], ["status"]):
        done = lensops(installed, *command, cwd=shop)
        assert done.code == 0, done.out + done.err
    script = """
from lensops.client import Prompts
print(Prompts.from_directory(".lensops/live/staging")["offer_copy"].version)
"""
    done = run(str(installed / "bin/python"), "-c", script, cwd=shop)
    assert done.out == "v1\n"
