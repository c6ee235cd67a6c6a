"""Both pages of a project with a life: five answers at once, every case to find, for everyone."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from browser.conftest import heading_levels, is_in_order
from support.cli import lensops, process
from support.dashboards import serve_dashboard
from support.repo import Repo

pytestmark = pytest.mark.browser
ANSWERS = (
    "What is live where",
    "May the active versions go?",
    "Eval score",
    "Drift PSI",
    "Needs a person",
    "Active prompt",
    "Last deploy",
)
PAGES = ("Now", "Prompts", "Evals", "Drift", "Targets")


@pytest.fixture(scope="module")
def report(lived: Repo, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the report."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    assert lensops("report", "--output", path, cwd=lived.root).code == 0
    return path.as_uri()


@pytest.fixture(scope="module")
def dashboard(lived: Repo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the dashboard."""
    pytest.importorskip("streamlit")
    with serve_dashboard(lived.root, tmp_path_factory.mktemp("home")) as url:
        yield url


@pytest.fixture
def look(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens an address; nothing may stand on the console."""
    pages: list[Any] = []
    errors: list[str] = []

    def opened(url: str, **options: Any) -> Any:
        page = browser.new_page(**{"viewport": {"width": 1280, "height": 800}, **options})
        page.set_default_timeout(20_000)
        page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(url)
        page.locator(".lensops .tile").first.wait_for()
        pages.append(page)
        return page

    yield opened
    for page in pages:
        page.close()
    assert errors == []


def open_part(page: Any, title: str) -> None:
    page.get_by_role("link", name=title, exact=True).click()
    page.get_by_role("heading", level=1).first.wait_for()
    page.locator(".lensops table").first.wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_first_screen_answers_without_scrolling(
    look: Any, report: str, dashboard: str, scheme: str
) -> None:
    for url in (report, dashboard):
        page = look(url, color_scheme=scheme)
        for title in ANSWERS:
            tile = page.locator(".tile", has=page.get_by_role("heading", name=title, exact=True))
            box = tile.bounding_box()
            assert box["y"] + box["height"] <= 800, (url, title)
        first = page.locator(".tile").first.inner_text()
        assert "v4" in first
        assert first.count("(asked: v6)") == 2
        row = page.locator("tr", has_text="offer_copy").nth(1)
        assert row.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.slow
def test_nothing_serious_stands_in_the_way_of_anybody(
    look: Any, report: str, dashboard: str, serious_findings: Any, scheme: str
) -> None:
    page = look(report, color_scheme=scheme)
    page.eval_on_selector_all("details", "all => all.forEach(one => { one.open = true })")
    assert serious_findings(page) == []
    page = look(dashboard, color_scheme=scheme)
    for title in PAGES:
        open_part(page, title)
        page.wait_for_timeout(500)
        assert serious_findings(page) == [], title


@pytest.mark.slow
def test_headings_titles_and_charts_say_what_they_are(
    look: Any, report: str, dashboard: str
) -> None:
    assert is_in_order(heading_levels(look(report)))
    page = look(dashboard)
    for title in PAGES:
        open_part(page, title)
        page.wait_for_timeout(500)
        assert is_in_order(heading_levels(page)), title
        assert page.title().startswith(f"{title} · loyalty-offers")
        for label in page.eval_on_selector_all(".lensops img", "all => all.map(one => one.alt)"):
            assert "newest" in label or "in the baseline" in label


def test_the_report_narrows_its_cases_without_a_script(look: Any, report: str) -> None:
    page = look(report)
    fold = page.locator('details:has([aria-label="Cases of offer_copy v6"])')
    fold.locator("summary").first.click()
    rows = fold.locator("tbody tr")
    everything = rows.count()
    fold.get_by_label("must pass").check()
    visible = [row for row in rows.all() if row.is_visible()]
    assert 0 < len(visible) < everything
    assert all("must pass" in row.inner_text() for row in visible)


def test_the_report_shows_texts_side_by_side_with_marks(look: Any, report: str) -> None:
    page = look(report)
    page.locator("summary", has_text="offer_copy v6").click()
    page.get_by_text("system, v4").wait_for()
    assert "Say until when the offer holds." in page.locator("ins").first.inner_text()


def test_the_report_fits_a_telephone_and_paper(look: Any, report: str) -> None:
    page = look(report, viewport={"width": 400, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    page.emulate_media(media="print")
    assert page.get_by_text("system, v4").first.is_visible()


@pytest.mark.slow
def test_cases_are_searched_narrowed_and_set_beside_another_run(look: Any, dashboard: str) -> None:
    page = look(dashboard)
    open_part(page, "Evals")
    table = page.get_by_role("region", name="Cases of offer_copy v6")
    table.wait_for()
    assert table.get_by_role("columnheader", name="v5").count() == 1
    page.get_by_label("Search").fill("rain-02")
    page.get_by_label("Search").press("Enter")
    page.get_by_text("1 case", exact=True).wait_for()
    assert "rain-02" in table.locator("tbody tr").inner_text()
    page.get_by_label("Search").fill("")
    page.get_by_label("Search").press("Enter")
    page.get_by_text("crossed", exact=True).first.click()
    page.get_by_text("5 cases", exact=True).wait_for()
    assert table.locator("ins").count() > 0


def test_a_version_that_the_target_serves_is_what_the_active_one_is_held_against(
    look: Any, dashboard: str
) -> None:
    page = look(dashboard)
    open_part(page, "Prompts")
    page.get_by_role("heading", name="v4 → v6").wait_for()
    versions = page.get_by_role("region", name="Versions of offer_copy").inner_text()
    assert versions.index("v6") < versions.index("v5")
    assert "rolled back" in versions
    assert "production" in versions


def test_a_port_in_use_is_bad_usage(lived: Repo) -> None:
    pytest.importorskip("streamlit")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = process("dashboard", "--port", str(port), cwd=lived.root)
    assert done.code == 2
    assert f"cannot listen on 127.0.0.1:{port}" in done.err
    assert "--port" in done.err.partition("hint: ")[2]


def test_times_are_those_of_the_documents(lived: Repo) -> None:
    newest = max((lived.root / "drift_results").glob("*.json"))
    assert json.loads(newest.read_text())["time"].startswith("2026-11-18T09:49")
