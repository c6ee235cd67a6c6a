"""A real headless Chromium, where there is one, and pages that are looked at in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from support import life
from support.repo import Repo

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
AXE = Path(
    os.environ.get("AXE_CORE", Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js")
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One Chromium a file: its event loop must not run under other tests."""
    api = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """The project with a life; nobody may change it."""
    return life.make(tmp_path_factory.mktemp("life") / "repo")


@pytest.fixture(scope="session")
def serious_findings() -> Callable[[Any], list[str]]:
    """What axe-core finds serious or critical in a page. It comes from npm: `axe-core`."""
    if not AXE.is_file():
        pytest.skip("no axe-core: npm install --no-save axe-core")
    script = AXE.read_text()

    def run(page: Any) -> list[str]:
        page.evaluate(f"{script};0")
        return [
            f"{found['id']}: {found['nodes'][0]['html']}"
            for found in page.evaluate("axe.run()")["violations"]
            if found["impact"] in {"serious", "critical"}
        ]

    return run


def heading_levels(page: Any) -> list[int]:
    """The levels of the visible headings, in the order of the page."""
    script = "h => h.filter(e => e.offsetParent).map(e => Number(e.tagName[1]))"
    levels: list[int] = page.eval_on_selector_all("h1, h2, h3, h4, h5, h6", script)
    return levels


def is_in_order(levels: list[int]) -> bool:
    """Whether the page begins with its title and no level is left out on the way down."""
    return levels[:1] == [1] and all(lower - upper <= 1 for upper, lower in pairwise(levels))
