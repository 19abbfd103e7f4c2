"""The pages as a browser draws them, for the eye, the keyboard, the finger, the ear and the printer.

They are those of the fixture's record or, with ``--report-in FOLDER``, of a run that was kept there
with ``--out FOLDER --json FOLDER/run.json``: then nothing is skipped. The oracles are Chromium without a
window, the tree that it hands to screen readers, and axe-core.
"""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote, urlsplit

import msgspec
import pytest
from report_fixture import run_record
from report_parser import shown, squeezed

from reports import crosswalk, pdf
from reports.compact import compact, short_names
from reports.dependencies import anchor
from reports.render import PAGE, page, render
from verify.engine.provenance import project_version
from verify.engine.record import ExperimentRecord, RunRecord, StatementRecord

pytestmark = pytest.mark.slow  # it starts a browser

BROWSERS = 2
"""As many pages are visited at a time: the work is done by Chromium's processes."""
WIDTHS = (1280, 768, 390)
SCHEMES = ("light", "dark")
A4 = 718
"""Pixels of CSS between Chromium's margins of 1 cm on A4, 96 to the inch."""


def styled(question: str) -> str:
    """A question in which classes have the names that the pages write."""
    named = r"\.(crosswalk|group|hidden|scroll|skip)\b"
    return re.sub(named, lambda one: f".{short_names()[one[1]]}", question)


# What a page is asked, in its own language; each returns what is wrong with it, or what it holds.
OPENED = "document.querySelectorAll('details').forEach(fold => { fold.open = true; })"
SETTLED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
HEIGHT = "() => document.documentElement.scrollHeight"
PANS = """() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  return scrollWidth > clientWidth ? [`${scrollWidth} in ${clientWidth}`] : [];
}"""
SHORT = "const told = e => e.outerHTML.replace(/\\s+/g, ' ').slice(0, 120);"
BROKEN = """() => {
  const found = [], range = document.createRange();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text; (text = texts.nextNode());) {
    const home = text.parentElement, size = parseFloat(getComputedStyle(home).fontSize);
    if (home.closest("math, svg, pre, code, script, style, a") || !home.checkVisibility()) continue;
    if (home.getBoundingClientRect().height < 2 * size) continue;
    for (const word of text.data.matchAll(/\\p{L}{2,20}/gu)) {
      range.setStart(text, word.index);
      range.setEnd(text, word.index + word[0].length);
      if (range.getClientRects().length > 1) found.push(`${word[0]}: ${home.outerHTML.slice(0, 120)}`);
    }
  }
  return found;
}"""
STOPS = f"""() => {{
  {SHORT}
  const scrolls = e => /auto|scroll/.test(getComputedStyle(e).overflowX) && e.scrollWidth > e.clientWidth;
  const shown = [...document.body.querySelectorAll("*")].filter(e => e.checkVisibility());
  const stops = shown.filter(e => e.matches("[tabindex]"));
  const idle = stops.filter(e => !scrolls(e.parentElement));
  const deaf = shown.filter(e => scrolls(e) && !e.querySelector(":scope > [tabindex]"));
  return [...idle.map(e => `no use: ${{told(e.parentElement)}}`), ...deaf.map(e => `no stop: ${{told(e)}}`)];
}}"""
NAMELESS = f"""() => {{
  {SHORT}
  const said = e => e?.textContent.trim();
  const named = e => e.getAttribute("aria-label")?.trim();
  const wrong = {{
    "a group without a name": [...document.querySelectorAll("[role=group], [role=region], nav, aside")].filter(e => !named(e)),
    "a figure without a caption": [...document.querySelectorAll("figure")].filter(e => !said(e.querySelector("figcaption"))),
    "a drawing without a description": [...document.querySelectorAll("svg")].filter(e => !named(e) || named(e) === said(e.closest("figure")?.querySelector("figcaption"))),
    "a table without a caption": [...document.querySelectorAll("table")].filter(e => !said(e.caption)),
    "a link inside a summary": [...document.querySelectorAll("summary a")],
  }};
  return Object.entries(wrong).flatMap(([what, found]) => found.map(e => `${{what}}: ${{told(e)}}`));
}}"""
SMALL = styled(f"""() => {{
  {SHORT}
  const inText = link => {{
    const block = link.closest("p, li, dd, dt, td, th, caption, figcaption, h1, h2, h3, h4, span");
    const copy = block?.cloneNode(true);
    copy?.querySelectorAll("a").forEach(a => a.remove());
    return link.matches("a") && /\\w/.test(copy?.textContent ?? "");
  }};
  return [...document.querySelectorAll("a[href], summary")]
    .filter(e => e.checkVisibility() && !e.matches(".skip, svg a") && !inText(e))
    .filter(e => {{ const box = e.getBoundingClientRect(); return box.width < 44 || box.height < 44; }})
    .map(e => `${{Math.round(e.getBoundingClientRect().width)}} x ${{Math.round(e.getBoundingClientRect().height)}}: ${{told(e)}}`);
}}""")
CUT = styled(f"""() => {{
  {SHORT}
  const all = [...document.body.querySelectorAll("*")];
  const hides = e => getComputedStyle(e).overflowX !== "visible" && !e.matches("caption.hidden, h2.hidden, svg, svg *");
  const folded = [...document.querySelectorAll("details > :not(summary)")].filter(e => !e.getBoundingClientRect().height);
  return [...all.filter(e => hides(e) && e.scrollWidth > e.clientWidth + 1), ...folded].map(told);
}}""")
TEXT = """() => {
  const copy = document.body.cloneNode(true);
  copy.querySelectorAll("pre, code, style, math").forEach(e => e.replaceWith(" "));
  const formulas = [...document.querySelectorAll("math")].map(e => e.getAttribute("aria-label"));
  return [copy.textContent.replace(/\\s+/g, " "), formulas];
}"""
# What is seen on paper; a heading that stays a phrase is also looked for as such.
PRINTED = styled("""() => {
  const unseen = ".hidden, [tabindex], style, script";
  const texts = [...document.querySelectorAll("body *")]
    .filter(e => !e.closest(unseen) && e.checkVisibility())
    .flatMap(e => [...e.childNodes].filter(child => child.nodeType === Node.TEXT_NODE).map(child => child.data));
  const headings = [...document.querySelectorAll("h1, h2, h3, h4, caption, figcaption")];
  return [texts.join(""), headings.filter(e => !e.matches(unseen) && !e.querySelector("math, wbr")).map(e => e.textContent)];
}""")
ELEMENTS = """() => [...document.body.querySelectorAll("*")].map(e => [
  e.localName, e.parentElement.localName, e.closest("pre, blockquote") ? e.textContent : e.textContent.replace(/\\s+/g, ""),
  ...[...e.attributes].filter(a => a.name !== "class").map(a => `${a.name}: ${a.value}`),
])"""
PLACES = """() => [
  [...document.querySelectorAll("[id]")].map(e => e.id),
  [...document.querySelectorAll("a[href]")].map(e => e.getAttribute("href")),
]"""
LINES = styled("""() => [...document.querySelectorAll(".crosswalk tbody tr:not(.group)")].map(row => [
  row.cells[0].textContent.trim(),
  row.querySelectorAll("td a").length + row.querySelectorAll("td p").length,
])""")
UNFOLDS = """() => {
  const wrong = [], open = () => document.querySelectorAll("details[open]").length;
  const closed = e => { let n = 0; for (; e; e = e.parentElement) n += e.matches("details:not([open])"); return n; };
  const targets = [...document.querySelectorAll("details:not([open]) [id]")];
  for (const target of targets.filter(e => !e.closest("svg"))) {
    const before = open() + closed(target);
    location.hash = "#" + target.id;
    if (closed(target) || open() !== before) wrong.push(target.id);
  }
  return [targets.length, wrong];
}"""
# As a screen reader has it, each formula its alternative text; and of what repeats only the first that is made of
# the same elements in the same places, since axe-core takes milliseconds for each element.
CONDENSED = styled("""() => {
  for (const math of document.querySelectorAll("math")) {
    const said = document.createElement("span");
    said.textContent = math.getAttribute("aria-label");
    math.replaceWith(said);
  }
  const repeats = "article, tbody, tr, li, details, figure, dl > div, .scroll, p";
  const path = e => e === document.body ? "" : `${path(e.parentElement)}>${e.localName}.${e.getAttribute("class")}`;
  const kept = new Set();
  for (const one of document.body.querySelectorAll(repeats)) {
    if (!one.isConnected) continue;
    const inside = [...one.querySelectorAll("*")];
    if ([one, ...inside].every(e => kept.has(path(e)))) one.remove();
    else [one, ...inside.filter(e => !e.matches(repeats) && e.closest(repeats) === one)].forEach(e => kept.add(path(e)));
  }
  return document.querySelectorAll("*").length;
}""")
AXE = """async options => (await axe.run(document, { resultTypes: ["violations"], ...options })).violations.flatMap(
  found => found.nodes.map(node => `${found.id}: ${node.html.slice(0, 120)}: ${node.failureSummary}`))"""


@dataclass(frozen=True)
class Report:
    """A folder of pages, and the record that they show."""

    site: Path
    run: RunRecord


@pytest.fixture(scope="module")
def report(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = pytestconfig.getoption("--report-in")
    if folder:
        kept = Path(folder).resolve()
        run = msgspec.json.decode((kept / "run.json").read_bytes(), type=RunRecord)
        return Report(kept / "site", run)
    site, run = tmp_path_factory.mktemp("site"), run_record()
    render(run, site)
    return Report(site, run)


@pytest.fixture(scope="module")
def tools(pytestconfig: pytest.Config) -> SimpleNamespace:
    """Chromium, what drives it, axe-core, and what reads what it prints."""
    chromium, lacking = shutil.which("chromium"), ""
    try:
        from axe_playwright_python.sync_playwright import Axe
        from playwright.sync_api import sync_playwright
        from pypdfium2 import PdfDocument
    except ImportError:
        lacking = 'Playwright, axe-core or pypdfium2 is not installed: pip install -e ".[test]"'
    if chromium is None:
        lacking = "Chromium is not installed: apt install chromium"
    if lacking:
        (pytest.fail if pytestconfig.getoption("--report-in") else pytest.skip)(lacking)
    return SimpleNamespace(
        chromium=chromium, drive=sync_playwright, axe=Axe().axe_script, pdf=PdfDocument
    )


def launched(playwright, tools: SimpleNamespace):
    """Chromium, in a process of its own."""
    return playwright.chromium.launch(
        executable_path=tools.chromium, args=["--no-sandbox", "--disable-gpu"]
    )


@pytest.fixture(scope="module")
def seen(report: Report, tools: SimpleNamespace) -> dict[str, dict[str, object]]:
    """What was seen on each page, in one visit to it: an answer to each question by its name."""
    rooms = [*report.run.statements[:1], *report.run.experiments[:1]]
    names = {f"{name(room)}.html" for room in rooms}
    others = {f"{name(room)}.html" for room in (*report.run.statements, *report.run.experiments)}
    largest_first = sorted(report.site.glob("*.html"), key=lambda path: -path.stat().st_size)
    left = iter(largest_first)

    def visits(_: int) -> dict[str, dict[str, object]]:
        with tools.drive() as playwright:
            browser = launched(playwright, tools)
            return {
                path.name: visited(
                    browser, path, tools.axe, thorough=path.name in names or path.name not in others
                )
                for path in left
            }

    with ThreadPoolExecutor(BROWSERS) as pool:
        answers = [item for part in pool.map(visits, range(BROWSERS)) for item in part.items()]
    assert len(answers) == len(largest_first)
    return dict(sorted(answers))


def name(room: StatementRecord | ExperimentRecord) -> str:
    return room.statement.id if isinstance(room, StatementRecord) else room.experiment.id


def visited(browser, path: Path, axe: str, *, thorough: bool) -> dict[str, object]:
    """Visit a page once and ask it everything; what changes it comes last.

    Folds, fingers and axe-core are tried on pages that are made of the same elements as the others.
    """
    page = browser.new_page()
    devtools = page.context.new_cdp_session(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    found = {
        "asked": asked,
        "text": page.evaluate(TEXT),
        "places": page.evaluate(PLACES),
        "nameless": page.evaluate(NAMELESS),
        "lines": page.evaluate(LINES),
    }

    def at(width: int, scheme: str = "light", **media: str) -> None:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme, **media)
        page.evaluate(SETTLED)

    at(A4, media="print")
    found["cut"] = page.evaluate(PANS) + page.evaluate(CUT)
    found["on paper"] = page.evaluate(PRINTED)
    # The head of a table is repeated on each page; here it is counted once.
    page.add_style_tag(content="thead { display: table-row-group !important; }")
    found["pdf"] = page.pdf(prefer_css_page_size=True, print_background=True, tagged=False)
    page.emulate_media(media="screen")
    at(WIDTHS[0])
    found["height"] = page.evaluate(HEIGHT)
    if thorough:
        found["unfolds"] = page.evaluate(UNFOLDS)
    page.evaluate(OPENED)
    for width in WIDTHS:
        at(width)
        found[f"pans {width}"] = page.evaluate(PANS)
        found[f"stops {width}"] = page.evaluate(STOPS)
        found[f"broken {width}"] = page.evaluate(BROKEN)
    if not thorough:
        page.close()
        return found
    devtools.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    at(390)
    found["small"] = page.evaluate(SMALL) + page.evaluate(PANS)
    devtools.send("Emulation.setTouchEmulationEnabled", {"enabled": False})
    page.evaluate(CONDENSED)
    page.evaluate(axe)
    for width in (1280, 390):
        for scheme in SCHEMES:
            at(width, scheme)
            # Darkness changes colours alone.
            rules = {"runOnly": ["color-contrast"]} if scheme == "dark" else {}
            found[f"axe {width} {scheme}"] = page.evaluate(AXE, rules)
    page.close()
    return found


def nothing_wrong(seen: dict[str, dict[str, object]], *questions: str) -> None:
    assert all(any(question in answers for answers in seen.values()) for question in questions)
    wrong = {
        f"{name}, {question}": answers[question][:5]
        for name, answers in seen.items()
        for question in questions
        if answers.get(question)
    }
    assert not wrong


def test_every_page_was_visited_and_asked_for_nothing_but_itself(report: Report, seen) -> None:
    assert {PAGE, "provenance.html"} <= seen.keys()
    for name, answers in seen.items():
        assert answers["asked"] == [(report.site / name).as_uri()]


def test_no_page_pans_sideways(seen) -> None:
    nothing_wrong(seen, *(f"pans {width}" for width in WIDTHS))


def test_no_line_breaks_inside_a_word(seen) -> None:
    """Where a column is squeezed, a word stands in pieces, and a value on a line for each of its characters."""
    nothing_wrong(seen, *(f"broken {width}" for width in WIDTHS))


def test_the_first_page_stays_within_twelve_screens(seen) -> None:
    """Seen of a run of everything: 10.0 of 900 pixels; its statements' sentences in full and its answers' figures are folded."""
    assert seen[PAGE]["height"] <= 12 * 900


def test_tab_stops_are_where_something_scrolls_and_nowhere_else(seen) -> None:
    nothing_wrong(seen, *(f"stops {width}" for width in WIDTHS))


def test_regions_figures_and_tables_are_named_and_no_summary_holds_a_link(seen) -> None:
    nothing_wrong(seen, "nameless")


def test_what_is_touched_is_large_enough(seen) -> None:
    nothing_wrong(seen, "small")


def test_print_cuts_nothing_and_leaves_nothing_folded(seen) -> None:
    nothing_wrong(seen, "cut")


def letters(text: str) -> Counter[str]:
    """How often each letter is there, without regard to case, fonts and ligatures."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return Counter(letter for letter in plain if letter.isalpha())


def run_together(text: str) -> str:
    return re.sub(r"\W", "", unicodedata.normalize("NFKC", text).casefold())


def test_what_is_printed_lacks_no_letter(seen, tools) -> None:
    """The oracle is the text that PDFium finds on the paper; a letter that its edge cuts is not found."""
    for name, answers in seen.items():
        text, headings = answers["on paper"]
        pages = list(tools.pdf(answers["pdf"]))
        assert {tuple(map(round, page.get_size())) for page in pages} == {(595, 842)}, "A4, points"
        printed = "".join(page.get_textpage().get_text_range() for page in pages)
        assert sum(letters(text).values()) > 100, name
        assert letters(text) - letters(printed) == Counter(), name
        assert headings, name
        for heading in headings:
            assert run_together(heading) in run_together(printed), (name, heading)


def test_the_first_page_becomes_a_pdf_that_says_what_it_is(report, tools, tmp_path) -> None:
    first, again = tmp_path / "first.pdf", tmp_path / "again.pdf"
    for file in (first, again):
        pdf.write(report.site / PAGE, file)
    assert first.read_bytes() == again.read_bytes()
    assert sorted(tmp_path.iterdir()) == [again, first]
    assert b"file:" not in first.read_bytes()
    document = tools.pdf(first)
    told = document.get_metadata_dict()
    assert told["Title"] == "The Geometry of Projection Heads: verification report"
    page = (report.site / PAGE).read_text("utf-8")
    (made,) = re.findall(r"<time datetime=([^> ]+)", page)
    assert told["CreationDate"] == f"D:{re.sub(r'[^0-9]', '', made[:19])}+00'00'"
    texts = [page.get_textpage().get_text_range() for page in document]
    assert "The Geometry of Projection Heads" in texts[0].replace("\r\n", " ")
    assert f"projection-head-verifier {project_version()}" in texts[0]
    assert made[:10] in texts[0]
    for number, text in enumerate(texts, 1):
        assert f"{number} / {len(texts)}" in text
    assert "how to cite it" in [mark.get_title().casefold() for mark in document.get_toc()]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing(seen, width: int, scheme: str) -> None:
    nothing_wrong(seen, f"axe {width} {scheme}")


def test_a_link_opens_what_is_folded_and_nothing_else(seen) -> None:
    folded = {name: answers["unfolds"] for name, answers in seen.items() if "unfolds" in answers}
    assert sum(number for number, _ in folded.values()) > 1
    assert {name: wrong for name, (_, wrong) in folded.items() if wrong} == {}


def test_every_reading_part_and_experiment_has_its_place_and_a_link_to_it(
    report: Report, seen
) -> None:
    places = {name: answers["places"] for name, answers in seen.items()}
    linked = {
        (unquote(urlsplit(href).path) or name, urlsplit(href).fragment)
        for name, (_, hrefs) in places.items()
        for href in hrefs
    }
    for file, id in linked:
        assert file in places, file
        assert not id or id in places[file][0], (file, id)
    assert report.run.statements
    assert report.run.experiments
    for room in report.run.statements:
        statement, file = room.statement, f"{room.statement.id}.html"
        assert (file, "") in linked
        parts = {part.id for part in statement.parts}
        named = [
            *parts,
            *(f"{r.id} (reading)" if r.id in parts else r.id for r in statement.readings),
        ]
        for name in named:
            id = anchor(f"{statement.id}.{name}")
            assert Counter(places[file][0])[id] == 1, id
            assert (file, id) in linked, id
    for room in report.run.experiments:
        assert (f"{room.experiment.id}.html", "") in linked
        assert room.experiment.id in places[f"{room.experiment.id}.html"][0]


def test_every_sentence_of_the_crosswalk_is_there_with_what_speaks_of_it(
    report: Report, seen, pytestconfig: pytest.Config
) -> None:
    """The fixture's record says nothing of any sentence, and has no such page."""
    expected = [
        sentence
        for _, rows in crosswalk.shown(report.run, crosswalk.read())
        for sentence, _ in rows
    ]
    assert ("crosswalk.html" in seen) == bool(expected)
    assert expected or not pytestconfig.getoption("--report-in")
    lines = seen["crosswalk.html"]["lines"] if expected else []
    assert len(lines) == len(expected)
    for (text, speaks), sentence in zip(lines, expected, strict=True):
        assert squeezed(text) == shown(
            sentence.text.replace("⭐", "★")
        )  # few fonts have the former
        assert speaks >= len(sentence.about)
        assert speaks or not (sentence.about or sentence.open)


def test_no_page_shows_what_only_a_program_reads(seen) -> None:
    for name, answers in seen.items():
        text, formulas = answers["text"]
        assert not re.findall(r"\b(?:None|nan)\b|\\[a-zA-Z]+|[_^]\{", text), name
        for formula in formulas:
            assert formula, name
            assert "\\" not in formula, (name, formula)
            left, equals, right = formula.partition(" = ")
            assert not equals or left.strip() != right.strip(), (name, formula)
        # What stands after a word and before more of a formula is a part of one, as in T_t z = z.
        assert not re.findall(r"(?<![\w.)])(?<!\w )(\S*\w) = \1(?![\w.(/^])", text), name


def test_a_screen_reader_is_told_every_formula(report: Report, tools: SimpleNamespace) -> None:
    with tools.drive() as playwright:
        browser = launched(playwright, tools)
        page = browser.new_page()
        page.goto((report.site / PAGE).as_uri())
        page.evaluate(OPENED)
        nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
        formulas = [node for node in nodes if node.get("role", {}).get("value") == "MathMLMath"]
        said = page.evaluate(
            "[...document.querySelectorAll('math')].map(e => e.getAttribute('aria-label'))"
        )
    assert len(formulas) > 10
    assert sorted(node["name"]["value"] for node in formulas) == sorted(said)


def test_a_page_in_fewer_bytes_is_the_same_page(tools: SimpleNamespace) -> None:
    """The oracles are the elements that the browser makes of each, and every dot that it draws."""
    whole = page(run_record())
    short = compact(whole)
    assert len(short) < 0.9 * len(whole)
    with tools.drive() as playwright:
        browser = launched(playwright, tools)
        drawn = []
        for html in (whole, short):
            shown = browser.new_page(viewport={"width": 1280, "height": 900})
            shown.set_content(html)
            shown.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
            drawn.append((shown.evaluate(ELEMENTS), shown.screenshot(full_page=True)))
    (elements, seen), (again, seen_again) = drawn
    assert len(elements) > 1000
    assert again == elements
    assert seen_again == seen


def test_one_file_with_everything_stays_as_small_as_it_became(
    report: Report, pytestconfig: pytest.Config, tmp_path: Path
) -> None:
    """Seen: 0.106 MB of the fixture, and 5.55 MB of a run of everything.

    It was 5.28 MB before six readings, two parts, 43 faults of the catalogues, and the formulas of Coq's comments set as
    such joined it, and 5.14 MB before a reading, four derivations, and premises that were only said in words did.

    When the latter was 4.73 MB, before six more readings, the text that is read was 1.25 MB, what formulas say and
    their LaTeX 0.56 MB, the elements of MathML 1.3 MB, those of HTML 1.1 MB and drawings 0.42 MB.
    """
    whole = pytestconfig.getoption("--report-in")
    cache = report.site.parent / "artefacts" / "report" if whole else None
    file = render(report.run, tmp_path, single_file=True, cache=cache).page
    assert file.stat().st_size < (5_570_000 if whole else 110_000)
