"""The dashboard in a real browser: every page opened, filled and clicked, no console errors."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from support import results, sample
from support.cli import lensops
from support.dashboards import serve_dashboard
from support.repo import Repo

pytest.importorskip("streamlit")
pytestmark = pytest.mark.browser
Show = Callable[[Repo], str]
WAIT = 20_000  # milliseconds until a page must be there


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[Repo], str]]:
    """Starts a dashboard of a project."""
    with ExitStack() as running:
        yield lambda project: running.enter_context(serve_dashboard(project.root, tmp_path))


@pytest.fixture
def open_page(browser: Any) -> Iterator[Any]:
    """Opens an address and collects what the console says of errors."""
    pages: list[Any] = []
    said: list[str] = []

    def opened(url: str) -> Any:
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.set_default_timeout(WAIT)
        page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(url)
        pages.append(page)
        return page

    yield opened
    for page in pages:
        page.close()
    assert said == []


@pytest.fixture
def full(project: Repo) -> Repo:
    project.commit("Go <b>bold</b> (#4)", sample.manifest("v2"))
    lensops("apply", "--yes", cwd=project.root)
    results.evals(project.root, 30)
    results.drift(project.root, 8, features=3)
    return project


def choose(page: Any, label: str, option: str) -> None:
    box = page.get_by_role("combobox", name=label)
    box.click()
    box.fill(option)
    page.get_by_role("option", name=option, exact=True).click()


def test_every_page_and_nothing_is_written(full: Repo, serve: Show, open_page: Any) -> None:
    url = serve(full)
    before = sorted(full.root.rglob("*"))
    page = open_page(url)
    for said in (
        "loyalty-offers",
        "Active prompt",
        "v2",
        "0.8000",
        "PASS",
        "0.1500",
        "WARNING",
        "synced",
    ):
        page.get_by_text(said, exact=False).first.wait_for()

    page.get_by_role("link", name="Evals").click()
    page.get_by_text("judged 12, neutral 0, unscored 0").wait_for()
    choose(page, "Run", "2026-01-01 09:00:00 v2")
    page.get_by_text("FAIL").first.wait_for()

    page.get_by_role("link", name="Drift").click()
    page.get_by_role("heading", name="By feature").wait_for()
    choose(page, "Feature", "feature_2")

    page.get_by_role("link", name="Prompts").click()
    page.get_by_text("You write punchy offer copy.").first.wait_for()
    choose(page, "To", "v1")
    page.get_by_text("no difference").wait_for()

    page.get_by_role("link", name="Targets").click()
    page.get_by_text("production").first.wait_for()
    page.get_by_role("region", name="Releases of production").wait_for()
    page.get_by_text("reload the page for a newer reading").wait_for()
    assert sorted(full.root.rglob("*")) == before


def test_a_broken_manifest_is_mended_and_nothing_happened_yet(
    project: Repo, serve: Show, open_page: Any
) -> None:
    path = project.root / "lensops.yaml"
    name = "a :tada: :red[b] -> c -- d <- e"  # words of a manifest are no markup
    text = path.read_text().replace("live/staging", f'"{name}"')
    path.write_text(text.replace("version: 1", "version: 3"))
    page = open_page(serve(project))
    page.get_by_text("lensops.yaml:1:10").wait_for()

    path.write_text(text)
    page.reload()
    page.get_by_text("loyalty-offers").first.wait_for()
    page.get_by_text("lensops eval").first.wait_for()
    for title in ("Evals", "Drift"):
        page.get_by_role("link", name=title).click()
        page.get_by_text("No stored re").first.wait_for()
    page.get_by_role("link", name="Targets").click()
    page.get_by_text("Nothing was applied to production yet").first.wait_for()
    target = page.get_by_text("directory a").first
    target.wait_for()
    assert target.inner_text() == f"directory {name}"


def test_many_results_and_a_broken_one(full: Repo, serve: Show, open_page: Any) -> None:
    results.evals(full.root, 5_000, cases=3)
    (full.root / "eval_results/eval_20400101T000000Z.json").write_text("{")
    url = serve(full)
    begin = time.monotonic()
    page = open_page(url)
    page.get_by_text("eval_20400101T000000Z.json").first.wait_for()
    assert time.monotonic() - begin < 15
