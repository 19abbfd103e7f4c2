"""The pages as a browser draws them: nothing pans, links open what is folded, print cuts nothing.

The oracle is Chromium without a window, which `.ci/run` installs; it is driven by its command line alone.
"""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from report_fixture import run_record

from reports.render import render

CHROMIUM = shutil.which("chromium")
WIDTHS = (1280, 768, 390)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt install chromium"),
]

MEASURED = """
<script>addEventListener("load", () => {
  const told = [...document.querySelectorAll("iframe")].map(frame => {
    const page = frame.contentDocument.documentElement;
    return `${frame.title} ${page.scrollWidth} of ${page.clientWidth}`;
  });
  document.body.textContent = told.join("\\n");
})</script>
"""


def chromium(*arguments: str) -> str:
    """What Chromium prints."""
    assert CHROMIUM is not None
    done = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return render(run_record(), tmp_path_factory.mktemp("site")).page.parent


def test_no_page_pans_sideways(site: Path, tmp_path: Path) -> None:
    pages = sorted(site.glob("*.html"))
    frames = "".join(
        f'<iframe title="{page.name} {width}" style="width:{width}px;height:600px;border:0" '
        f'srcdoc="{html.escape(page.read_text("utf-8"))}"></iframe>'
        for page in pages
        for width in WIDTHS
    )
    wrapper = tmp_path / "frames.html"
    wrapper.write_text(f"<!doctype html><body>{frames}{MEASURED}</body>", encoding="utf-8")
    drawn = chromium("--virtual-time-budget=5000", "--dump-dom", wrapper.as_uri())
    measured = re.findall(r"(\S+\.html) (\d+) (\d+) of (\d+)", drawn)
    assert len(measured) == len(pages) * len(WIDTHS)
    assert {int(width) for _, width, _, _ in measured} == set(WIDTHS)
    for name, width, needed, given in measured:
        assert 0.9 * int(width) < int(given) <= int(width)
        assert int(needed) <= int(given), f"{name} at {width}"


def test_a_link_opens_what_is_folded_and_nothing_else(site: Path) -> None:
    page = (site / "E3.html").as_uri()
    folded = '<details class="tried" id="line--E3.scale.any">'
    opened = '<details class="tried" id="line--E3.scale.any" open="">'
    assert folded in chromium("--dump-dom", page)
    drawn = chromium("--dump-dom", f"{page}#E3.scale.any")
    assert opened in drawn
    assert drawn.count(' open=""') == chromium("--dump-dom", page).count(' open=""') + 1


def test_no_page_shows_what_only_a_program_reads(site: Path) -> None:
    for page in site.glob("*.html"):
        text = re.sub(
            r"<(style|annotation|pre|code)\b.*?</\1>", "", page.read_text("utf-8"), flags=re.S
        )
        text = html.unescape(re.sub(r"<[^>]*>", " ", text))
        assert not re.findall(r"\b(?:None|nan|NaN|undefined)\b|\\[a-z]+\{", text), page.name
