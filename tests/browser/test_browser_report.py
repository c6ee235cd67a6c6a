"""The report in a real browser: no script, no error, readable small, dark and printed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support import results, sample
from support.cli import lensops
from support.repo import Repo

pytestmark = pytest.mark.browser


@pytest.fixture
def page_file(project: Repo, tmp_path: Path) -> Path:
    project.commit("Go (#4)", sample.manifest("v2"))
    lensops("apply", "--yes", cwd=project.root)
    results.evals(project.root, 30)
    results.drift(project.root, 8, features=3)
    out = tmp_path / "report.html"
    assert lensops("report", "--output", out, cwd=project.root).code == 0
    return out


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_and_says_nothing_on_the_console(
    browser: Any, page_file: Path, width: int, scheme: str
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "request", lambda request: said.append(request.url) if "file:" not in request.url else None
    )
    page.goto(page_file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert said == []
    page.close()


def test_folds_open_by_keyboard(browser: Any, page_file: Path) -> None:
    page = browser.new_page()
    page.goto(page_file.as_uri())
    summary = page.locator("details:not([open]) > summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert page.get_by_text("punchy").first.is_visible()
    page.close()


def test_a_screen_reader_finds_the_parts(browser: Any, page_file: Path) -> None:
    page = browser.new_page()
    page.goto(page_file.as_uri())
    for name in ("Targets", "Active prompts", "Evals", "Drift", "History of prompts"):
        assert page.get_by_role("heading", name=name, exact=True).count() == 1, name
    assert page.get_by_role("img", name="Mean score of offer_copy over time").count() == 1
    assert page.get_by_role("navigation", name="Sections").get_by_role("link").count() == 5
    page.close()


def test_colours_have_contrast(browser: Any, page_file: Path) -> None:
    for scheme in ("light", "dark"):
        page = browser.new_page(color_scheme=scheme)
        page.goto(page_file.as_uri())
        ratio = page.evaluate(CONTRAST)
        assert min(ratio.values()) >= 4.5, (scheme, ratio)
        page.close()


CONTRAST = """() => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/\\d+/g).map(Number)
      .map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const paper = light(getComputedStyle(document.body).backgroundColor);
  const found = {};
  for (const name of ["muted", "good", "warn", "bad"]) {
    const probe = document.createElement("span");
    probe.className = name;
    document.body.append(probe);
    const ink = light(getComputedStyle(probe).color);
    found[name] = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
  }
  return found;
}"""
