"""The page as such: links that resolve, nothing from outside, text escaped, colours legible.

The oracles are a plain HTML parser and the contrast formula of WCAG 2.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import matplotlib
import pytest
from msgspec.structs import replace
from report_fixture import empty_record
from report_parser import Parsed

from reports.compact import compact
from reports.mathml import prose
from reports.render import PAGE, page, pages, render
from verify.__main__ import ROOT
from verify.claims.evidence import Table
from verify.engine.record import RunRecord


def test_an_empty_run_is_shown_as_empty() -> None:
    parsed = Parsed(page(empty_record()))
    assert "Nothing was run" in parsed.text["results"]
    assert parsed.unbalanced == []
    assert "failures" not in parsed.ids


def test_tags_are_balanced_and_ids_are_unique(parsed: Parsed) -> None:
    assert parsed.unbalanced == []
    assert sorted(set(parsed.ids)) == sorted(parsed.ids)


def test_every_id_of_a_check_that_is_printed_is_a_link_or_stands_at_its_place(
    run: RunRecord, html: str
) -> None:
    unlinked = r"<a .*?</a>|<summary.*?</summary>|<svg.*?</svg>|<code>python .*?</code>"
    bare = re.sub(unlinked, "", html, flags=re.DOTALL)
    plain = re.sub(r"<[^>]*>", "", bare)
    for check in run.checks:
        own = bare.count(f"<code>{check.id}</code>")
        printed = re.findall(rf"{re.escape(check.id)}(?![\w-]|\.\w)", plain)
        assert len(printed) == own <= 1


def test_what_needs_no_escape_outside_tags_has_none() -> None:
    given = """<style>a > b {}</style><p title="a &gt; b">x -&gt; y&#39; &lt; &amp;#39; &quot;</p><path d="M0 0" x="1"/>"""
    short = """<style>a > b {}</style><p title="a &gt; b">x -> y' &lt; &amp;#39; "</p><path d="M0 0" x=1 />"""
    assert compact(given) == short
    assert "".join(Parsed(short).text.values()) == "".join(Parsed(given).text.values())


def test_a_summary_that_opens_holds_no_link(html: str) -> None:
    summaries = re.findall(r"<summary.*?</summary>", html, flags=re.DOTALL)
    assert len(summaries) > 5
    assert not [summary for summary in summaries if "<a " in summary]


def test_every_table_has_a_caption(html: str) -> None:
    tables = re.findall(r"<table.*?</table>", html, flags=re.DOTALL)
    assert len(tables) > 5
    assert all("<caption" in table for table in tables)


def test_tab_stops_are_links_folds_and_what_scrolls(html: str) -> None:
    stops = re.findall(r'<div class="scroll[^>]*>\s*<i tabindex="0">', html)
    assert len(stops) == html.count("tabindex=") > 5


@pytest.fixture(scope="module")
def site(run: RunRecord) -> dict[str, str]:
    return pages(run)


def test_each_statement_and_experiment_has_a_page_of_its_own(
    run: RunRecord, site: dict[str, str]
) -> None:
    assert next(iter(site)) == PAGE
    for room in run.statements:
        assert (
            f'<section class="room" id="{room.statement.id}">' in site[f"{room.statement.id}.html"]
        )
    for room in run.experiments:
        assert (
            f'<section class="room" id="{room.experiment.id}">'
            in site[f"{room.experiment.id}.html"]
        )
    for name, html in site.items():
        assert Parsed(html).unbalanced == [], name
        assert html.count("<h1") == 1
        assert html.partition("</head>")[0].count("<title>") == 1
    titles = [re.findall("<title>(.*?)</title>", html)[0] for html in site.values()]
    assert len(set(titles)) == len(titles)


def test_every_link_between_pages_ends_where_it_points(site: dict[str, str]) -> None:
    ids = {name: Parsed(html).ids for name, html in site.items()}
    for name, html in site.items():
        assert len(set(ids[name])) == len(ids[name])
        for target in re.findall(r' href="([^"]*)"', html):
            file, _, anchor = target.partition("#")
            assert file in ("", *site), (name, target)
            assert not anchor or anchor in ids[file or name], (name, target)
    shared = Counter(id for found in ids.values() for id in found if not re.fullmatch(r"g\d+", id))
    assert [id for id, count in shared.items() if count > 1] == ["content"]


@pytest.mark.parametrize("left_out", ["statements", "experiments"])
def test_a_report_of_statements_or_experiments_alone_links_to_what_it_has(
    run: RunRecord, left_out: str
) -> None:
    """A link to a part that is not there would stop it."""
    part = pages(replace(run, **{left_out: ()}, not_run={}, failures=()))
    ids = {name for html in part.values() for name in re.findall(r'\bid="([^"]+)"', html)}
    targets = re.findall(r'href="[^"#]*#([^"]+)"', "".join(part.values()))
    assert targets
    assert set(targets) <= ids


def test_the_pages_hold_what_the_single_file_holds_and_no_text_twice(
    site: dict[str, str], parsed: Parsed
) -> None:
    apart = {id for html in site.values() for id in Parsed(html).ids}
    assert {id for id in apart ^ set(parsed.ids) if not re.fullmatch(r"g\d+", id)} == set()
    for name, html in site.items():
        said = [one for one in re.findall(r"<p[^>]*>(.*?)</p>", html, re.DOTALL) if len(one) > 400]
        assert len(set(said)) == len(said), name


def test_the_pages_ask_for_nothing_but_each_other(site: dict[str, str]) -> None:
    for html in site.values():
        assert not {"script", "link", "img", "iframe"} & set(Parsed(html).tags)
        assert "//" not in re.sub(r"/\*.*?\*/", "", html, flags=re.DOTALL)


def test_an_id_may_break_after_its_dots_only(html: str) -> None:
    expected = '<a class="id" href="#E3.spread">E3.<wbr>spread</a>'
    assert expected in html
    assert "a.id, .nowrap { white-space: nowrap; }" in html


def test_no_mark_stands_behind_a_formula_where_a_line_may_break(html: str) -> None:
    bare = re.sub(r'<span class="nowrap">.*?</span>', "", html)
    assert "</math>" in bare
    assert re.findall(r"</math>[.,;:!?)]", bare) == []


def test_no_line_breaks_inside_an_option_of_a_command(run: RunRecord) -> None:
    commands = re.findall(r"<code>python .*?</code>", page(run))
    assert any("--" in command for command in commands)
    for command in commands:
        assert not re.search(r" -", re.sub(r'<span class="nowrap">--?[a-z-]+</span>', "", command))


def test_the_head_of_a_column_that_begins_with_a_greek_letter_keeps_it_small(
    run: RunRecord,
) -> None:
    """A capital Λ would be another quantity."""
    room = run.experiments[0]
    table = Table(title="t", columns=("lambda of h", "word"), rows=(("1", "2"),))
    checks = tuple(
        replace(check, evidence=replace(check.evidence, tables=(table,)))
        if check.evidence
        else check
        for check in room.checks
    )
    shown = page(replace(run, experiments=(replace(room, checks=checks),)))
    assert '<th scope="col">λ of h</th><th scope="col">Word</th>' in shown


def test_the_page_asks_for_nothing_outside_itself(html: str, parsed: Parsed) -> None:
    outside = {"script", "link", "img", "iframe", "object", "embed", "audio", "video", "form"}
    assert not outside & set(parsed.tags)
    targets = [value for name, value in parsed.attributes if name in ("href", "src", "xlink:href")]
    assert len(targets) > 100
    assert {target.removeprefix("#") for target in targets} <= set(parsed.ids)
    assert all(target.startswith("#") for target in targets)
    assert set(re.findall(r"url\((.)", html)) <= {"#"}
    assert "@import" not in html
    assert "//" not in re.sub(r"/\*.*?\*/", "", html, flags=re.DOTALL)


def test_text_of_the_record_is_escaped(html: str, parsed: Parsed) -> None:
    assert "<script" not in html
    assert "<script>alert(1)</script> needs a matrix, got $5." in parsed.text["failures"]
    assert "<stdin>" in parsed.text["thm41.mutant.rank-only"]
    assert "<b>" not in prose(r"<b> $\text{<b>} < 1$")


def test_the_same_record_makes_the_same_page(run: RunRecord, html: str) -> None:
    with matplotlib.rc_context({"xtick.major.size": 20, "axes.facecolor": "red"}):
        assert page(run) == html


@pytest.mark.slow
def test_the_order_of_hashing_changes_no_byte_of_the_page(html: str) -> None:
    """The oracle is another process, which hashes in another order."""
    told = "from report_fixture import run_record; from reports.render import page; import sys; sys.stdout.buffer.write(page(run_record()).encode())"
    path = os.pathsep.join([str(Path(__file__).parent), str(ROOT)])
    env = os.environ | {"PYTHONHASHSEED": "1", "PYTHONPATH": path}
    again = subprocess.run(
        [sys.executable, "-c", told], env=env, check=True, capture_output=True
    ).stdout
    assert again == html.encode()


@pytest.mark.slow
def test_page_is_written_whole_or_not_at_all(run: RunRecord, tmp_path: Path) -> None:
    target, faults = render(run, tmp_path / "site")
    assert faults == ()
    before = {path.name: path.read_text("utf-8") for path in target.parent.iterdir()}
    assert before == {name: compact(html) for name, html in pages(run).items()}
    single, _ = render(run, tmp_path / "single", single_file=True)
    assert single.read_text("utf-8") == compact(page(run))
    assert [path.name for path in single.parent.iterdir()] == [PAGE]
    (tmp_path / "site" / "E3.html").unlink()
    (tmp_path / "site" / "E3.html").mkdir()
    with pytest.raises(OSError, match=r"E3\.html"):
        render(replace(run, seed=1), tmp_path / "site")
    assert (tmp_path / "site" / PAGE).read_text("utf-8") == before[PAGE]


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb``, as WCAG 2 defines it."""
    levels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in levels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_contrast_meets_wcag_aa(html: str, scheme: int) -> None:
    block = re.findall(r":root \{(.*?)\n\s*\}", html, flags=re.DOTALL)[scheme]
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
    names = ("green", "teal", "rust", "blue", "amber", "red")
    pairs = [(ink, ground) for ink in ("ink", "muted", "link") for ground in ("ground", "panel")]
    pairs += [(name, f"{name}-ground") for name in names] + [(name, "ground") for name in names]
    pairs += [("ink", "red-ground"), ("on-solid", "green"), ("on-solid", "red")]
    for ink, ground in pairs:
        dark, light = sorted((luminance(colours[ink]), luminance(colours[ground])))
        assert (light + 0.05) / (dark + 0.05) >= 4.5, f"{ink} on {ground}"
