"""What the report says of the changes to the code that checks faced. Oracle: the record that it is made of."""

from __future__ import annotations

import re

import msgspec
import pytest
from report_fixture import run_record
from report_parser import Parsed
from scipy.stats import binomtest

from reports.render import page
from verify.engine.mutation.record import interval
from verify.engine.record import ChangeRecord, DrawnRecord, PowerRecord, SoakedCheck, SoakRecord


def change(id: str, **more: object) -> ChangeRecord:
    """A change of this name."""
    fields = {
        "id": id,
        "file": "theorems/bounds.py",
        "text": "a < b",
        "becomes": "a <= b",
        "wrong": f"the fault {id}",
        "checks": ("a.check",),
        "equivalent": "",
        "tried": True,
        "noticed_by": "",
    }
    return ChangeRecord(**{**fields, **more})  # type: ignore[arg-type]


POWER = PowerRecord(
    changes=(
        change("seen", noticed_by="a.check", by="check"),
        change("unseen"),
        change("same", equivalent="it is the same number"),
        change("moved", tried=False),
    ),
    drawn=DrawnRecord(
        seed=1,
        drawn=40,
        noticed=30,
        low=0.598,
        high=0.858,
        survivors=(("bounds.py:3: a -> b", "looser, and true"),),
        untested=4,
    ),
)


def test_a_change_keeps_its_lines_and_says_where_nothing_took_their_place():
    lines = change("lines", text="    a = 1\n    if a:\n        b = 2", becomes="")
    html = page(
        msgspec.structs.replace(run_record(), power={"numeric": PowerRecord(changes=(lines,))})
    )
    assert "<code>a = 1&#10;if a:&#10;    b = 2</code>" in html
    assert re.search("<td>nothing(</td>)?<td>", html)


def test_every_change_is_counted_once():
    groups = (POWER.noticed, POWER.unnoticed, POWER.equivalent, POWER.waiting)
    assert [[one.id for one in group] for group in groups] == [
        ["seen"],
        ["unseen"],
        ["same"],
        ["moved"],
    ]


def test_the_changes_that_checks_faced_are_shown():
    run = run_record()
    (first, *_) = run.statements
    html = page(msgspec.structs.replace(run, power={first.statement.id: POWER, "numeric": POWER}))
    assert html.count("faced 4 changes of the code") == 2
    assert html.count("1 noticed, <strong>1 not noticed</strong>, 1 equivalent, 1 not tried") == 2
    assert html.count("75 % (95 % interval 60 to 86 %)") == 2
    assert "a &lt;= b" in html
    assert "none, equivalent: it is the same number" in html
    assert "<strong>none</strong> of a.<wbr>check" in html
    assert "bounds.py:3: a -> b: looser, and true" in Parsed(html).text[""]
    assert "faced" not in page(run)
    words = "what counts as its code is the test’s own file"
    assert words not in html
    by = {id: change(id, noticed_by="a.check", by=id) for id in ("exception", "words")}
    html = page(
        msgspec.structs.replace(run, power={"numeric": PowerRecord(changes=(*by.values(),))})
    )
    assert (
        "2 noticed, 1 of them by an exception of the check, 1 of them by a digest of words and code alone"
        in html
    )
    assert "check, by an exception<" in html
    assert "check, by a digest of words and code alone<" in html
    by_test = change("tested", checks=("tests/test_a.py::test_b",))
    tested = {"numeric": PowerRecord(changes=(by_test,))}
    assert page(msgspec.structs.replace(run, power=tested)).count(words) == 1


def test_the_interval_of_a_share_is_wilsons():
    # Oracle: SciPy's.
    for noticed, drawn in ((0, 7), (7, 7), (45, 60), (1, 1000)):
        found = binomtest(noticed, drawn).proportion_ci(method="wilson")
        assert interval(noticed, drawn) == pytest.approx((found.low, found.high), abs=1e-12)


def test_the_seeds_that_checks_ran_with_are_shown():
    run = run_record()
    (first, *_), (experiment, *_) = run.statements, run.experiments
    soak = SoakRecord(
        checks=(
            SoakedCheck(id="a.check", seeds=300, alarms=(), limit=0.00994),
            SoakedCheck(id="b.check", seeds=40, alarms=("surprise: too large",), limit=0.113),
            SoakedCheck(id="c.check", seeds=0, alarms=(), limit=1.0),
        )
    )
    ids = (first.statement.id, experiment.experiment.id)
    html = page(msgspec.structs.replace(run, soaked=dict.fromkeys(ids, soak)))
    assert html.count("that draw, 2 of 3 ran with 40 seeds or more each") == 2
    assert html.count("1 false alarm; the rate of each, taken by itself, is at most 11.3 %") == 2
    assert html.count("the others did not run since code or checks changed") == 2
    assert html.count("<td>300</td><td>0</td><td>1.0 %</td>") == 2
    assert "<td>1: surprise: too large</td>" in html
    assert "false alarm" not in page(run)
