"""The pictures of the first page, and the overview of what rests on what.

The oracles are closed forms of what is drawn, the tables of the evidence, and the record.
"""

from __future__ import annotations

import math
import re
from collections import Counter

import pytest
from msgspec.structs import replace
from report_fixture import provenance, run_record
from report_parser import Parsed

from reports.dependencies import overview
from reports.render import PAGE, pages
from theorems.cor35 import picture as threshold
from theorems.thm41 import picture as collapse
from verify.claims.declare import measurement
from verify.claims.evidence import Answer, Evidence, Measured, Outcome, Plot, Series, Table
from verify.claims.picture import Line, Picture
from verify.engine.record import CheckRecord, RunRecord
from verify.experiments.e3 import picture as protocols


def found(id: str, outcome: Outcome = Outcome.AS_STATED, **held: object) -> CheckRecord:
    """The record of a check that found something."""
    evidence = Evidence(check=id, provenance=provenance(id), outcome=outcome, summary="s", **held)
    return CheckRecord.of(measurement(id, "t", print), evidence=evidence)


@pytest.mark.parametrize("module", [threshold, collapse])
def test_a_picture_is_drawn_only_where_its_check_found_what_it_states(module) -> None:
    id = module.SHOWN_BY
    assert module.picture({id: found(id)}).shown_by == (id,)
    assert module.picture({id: found(id, Outcome.SURPRISE)}) is None
    assert module.picture({id: replace(found(id), stale=True)}) is None


def test_the_threshold_is_drawn_as_the_closed_form_has_it() -> None:
    drawn = threshold.picture({threshold.SHOWN_BY: found(threshold.SHOWN_BY)})
    largest, least, instance = drawn.plot.series
    assert largest.y == pytest.approx([(1 + t) ** 2 for t in largest.x])
    assert least.y == pytest.approx([(1 - t) ** 2 for t in least.x])
    assert [least.x[0], least.x[-1]] == [0, 1]
    assert (instance.x, instance.y) == ((0.25, 0.25), (9 / 16, 25 / 16))
    assert [(line.axis, line.at) for line in drawn.lines] == [("x", 0.5)]
    assert r"$\frac{25}{9}$" in drawn.caption
    (threshold_at,) = (line.at for line in drawn.lines)
    worst = round(((1 + threshold_at) / (1 - threshold_at)) ** 2)
    assert f"κ stays below {worst}; at it" in drawn.plot.title
    assert f"is ${worst}$ at the threshold" in drawn.caption


def test_the_collapses_are_drawn_as_the_closed_form_has_them() -> None:
    drawn = collapse.picture({collapse.SHOWN_BY: found(collapse.SHOWN_BY)})
    for series, sign in zip(drawn.plot.series, (1, -1), strict=True):
        for t, loss in zip(series.x, series.y, strict=True):
            h = sign * (math.log1p(math.exp(t)) + math.log1p(math.exp(-t)) - 2 * math.log(2))
            assert loss == pytest.approx(((h + 1) ** 2 - 1) / 2, abs=1e-9)
        assert series.label.endswith("1/2, 1/2" if sign > 0 else "−1/2, −1/2")
    assert min(drawn.plot.series[0].y) == 0 == max(drawn.plot.series[1].y)


def spreads(trained: str, untrained: str) -> Table:
    """A table of spreads; the untrained heads compress this much under the published protocol."""
    rows = [
        (
            "published: CIFAR-10, ResNet-18, 1 seed",
            "published",
            "21.85 (22.5 printed)",
            "14.9",
            "1.46",
        )
    ]
    for network in protocols.SHORT:
        own = trained if network == protocols.TRAINED else untrained
        rows.append((network, "consistent", "0.50 (0.40, 0.60)", "1", "0.84 (0.8, 0.9)"))
        selective = "1.33" if network == protocols.TRAINED else "0.89"
        rows.append((network, "published", own, "1", selective))
    columns = ("network", "protocol", "compression z / h", "total variance z / h", "selectivity")
    return Table(title="Mean-square spread", columns=columns, rows=tuple(rows))


def measured(id: str, untrained: str = "13.00 (12.00, 14.00)") -> CheckRecord:
    answer = Measured(effect="compresses", answer=Answer.YES, value="v")
    return found(id, tables=(spreads("90.00 (80.00, 99.00)", untrained),), answers=(answer,))


def test_the_protocols_are_drawn_from_the_tables_of_the_evidence() -> None:
    digits, cifar = (measured(id) for id in protocols.FORMS.values())
    both = protocols.picture({digits.id: digits, cifar.id: replace(cifar, stale=True)})
    published, consistent = both.plot.series
    assert published.y == (21.85, 90, 13, 13, 90, 13, 13)
    assert published.low == (21.85, 80, 12, 12, 80, 12, 12)
    assert consistent.y == (0.5,) * 6
    assert consistent.high == (0.6,) * 6
    assert len(both.places) == 7
    assert "the spread along orbits shrinks behind heads that were never trained" in both.plot.title
    assert "0.84 on digits" in both.caption
    assert both.caption.count("(under the published protocol 1.3 and 0.89)") == 2
    assert both.caption.count("measured with earlier code") == 1
    alone = protocols.picture({digits.id: digits})
    assert len(alone.places) == 4
    assert protocols.picture({cifar.id: cifar}) is None
    assert protocols.picture({digits.id: replace(digits, stale=True)}) is None


def test_a_picture_says_no_more_than_its_evidence() -> None:
    small = measured("E3.orbits", "1.50 (0.90, 2.00)")
    assert "never trained" not in protocols.picture({small.id: small}).plot.title


@pytest.fixture(scope="module")
def run() -> RunRecord:
    plot = Plot(
        title="What is to be remembered",
        kind="line",
        series=(Series(label="", x=(0.0, 1.0), y=(0.0, 1.0)),),
        xlabel="x",
        ylabel="y",
    )
    drawn = Picture(
        plot=plot,
        caption="At $x = 1$.",
        lines=(Line("y", 0.5, "half"),),
        shown_by=("thm41.F.property",),
    )
    run = run_record()
    return replace(run, statements=(replace(run.statements[0], picture=drawn),))


def test_the_first_page_has_the_pictures_with_captions_and_checks(run: RunRecord) -> None:
    parsed = Parsed(pages(run)[PAGE])
    assert "Theorem 4.1. What is to be remembered" in " ".join(parsed.text["pictures"].split())
    assert "At x=1" in parsed.text["pictures"].replace(" = ", "=")
    assert {"thm41.html", "thm41.html#thm41.F.property"} <= parsed.links["pictures"]
    assert "pictures" not in Parsed(pages(run_record())[PAGE]).ids


def test_the_overview_tells_every_verdict_by_word_and_shape_and_every_lemma(run: RunRecord) -> None:
    svg = Parsed(str(overview(run)))
    assert svg.unbalanced == []
    judged = run.statements[0].judged
    for group in (judged.readings, judged.parts):
        for verdict, count in Counter(judgement.verdict for judgement in group).items():
            assert f"{count} {verdict}" in svg.text[""]
    for name in run.reached:
        assert f"#{name.replace('.', '--')}" in svg.links[""]
    cited = [lemma for judgement in run.reached.values() for lemma in judgement.lemmas]
    assert cited
    assert {f"#lemma--{id}" for id in cited} <= svg.links[""]
    shapes = dict(re.findall(r'class="m-([\w-]+)">.*? d="([^"]*)"', str(overview(run))))
    assert (
        len(set(shapes.values())) == len(shapes) == len({j.verdict for j in run.reached.values()})
    )
