"""Every test runs with its own home, git identity, time zone and a clean environment."""

from __future__ import annotations

import functools
import math
import os
import shutil
import signal
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

from support import sample
from support.repo import Repo

# one commit has one verdict: the same examples each time, few enough for a suite of three minutes;
# `pytest --hypothesis-profile search` looks at many others
settings.register_profile("suite", max_examples=25, deadline=None, derandomize=True)
settings.register_profile("search", max_examples=1_000, deadline=None)
settings.load_profile("suite")
LONG = ("test_floors.py", "browser", "ci", "docs", "examples")  # files and folders, longest first
MEMORY, ROOM = Path("/dev/shm"), 4 << 30  # folders in memory, where they have so many bytes
KEPT = {"PATH", "LANG", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH", "CI"}


def pytest_configure() -> None:
    """Let children be interrupted, and folders be in memory: a disk waits at each of our syncs.

    A suite that a shell began in the background ignores interrupts.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
        tempfile.tempdir = os.environ["TMPDIR"] = str(MEMORY)


def pytest_xdist_auto_num_workers() -> int:
    """Half as many workers again as processors: a third of the suite's time is waiting."""
    processors = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    )
    return math.ceil((processors or 1) * 1.5)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that no worker is left with it at the end."""

    def rank(item: pytest.Item) -> int:
        names = (item.path.name, item.path.parent.name)
        return next((place for place, name in enumerate(LONG) if name in names), len(LONG))

    items.sort(key=rank)


@pytest.fixture(autouse=True)
def isolated(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name not in KEPT and not name.startswith("PYTEST"):
            monkeypatch.delenv(name)
    environment = {
        "HOME": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@example.org",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.org",
        "GIT_TERMINAL_PROMPT": "0",
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "100",
        "GIT_CEILING_DIRECTORIES": str(Path(home).parent),
        "SSL_CERT_DIR": str(
            home
        ),  # no authority: to read those of the machine takes 30 ms a client
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let requests to models be tried again at once."""
    monkeypatch.setattr("lensops.models.runner.FIRST_PAUSE", 0.01)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """An empty repository on branch main."""
    return Repo(tmp_path / "repo")


@pytest.fixture
def project(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """A repository with the sample project committed, v1 active."""
    return sample_repo(tmp_path_factory.getbasetemp() / "sample").copy(tmp_path / "repo")


@functools.cache
def sample_repo(root: Path) -> Repo:
    """The repository that is copied for each test: a commit takes twice as long."""
    repo = Repo(root)
    repo.commit("Begin the project", sample.files())
    return repo
