"""A title says by itself what is tried, and what a point shows is worded from what was found there.

Oracle: the words, read without what stands beside them.
"""

from __future__ import annotations

import re
from collections import Counter

import pytest

from theorems.thm41 import CHECKS, persistence, refutations
from verify.__main__ import REGISTRIES
from verify.claims.check import Context
from verify.engine.registry import contents, load
from verify.numeric.activations import SOFTPLUS

CTX = Context(seed=0, profile="smoke", device="cpu", cache="", rooms={})
LEANS = re.compile(r"(False: )?(\.\.\.|[Tt]he same\b)")
"""A beginning that another title must stand before."""

ROOMS = [place for place in contents(REGISTRIES) if place.entry.id in ("thm31", "thm41")]


@pytest.mark.parametrize("place", ROOMS, ids=lambda place: place.entry.id)
def test_a_title_says_by_itself_what_is_tried(place):
    titles = Counter(check.title for check in load(place.entry.id, place.module).checks)
    assert [title for title, times in titles.items() if times > 1 or LEANS.match(title)] == []


@pytest.mark.parametrize(
    "name", ["1-non-repelling", "relu-non-repelling.quartic", "relu-non-repelling.kink"]
)
def test_nothing_is_said_to_leave_where_nothing_is_refuted(name):
    (check,) = (check for check in CHECKS if check.id == f"thm41.controls.{name}")
    ((*_, (_, mild)),) = (table.rows for table in check.run(CTX).tables)
    assert mild.startswith("not refuted: ")
    assert "not both seen" in mild
    assert "leaves" not in mild


def test_what_is_left_out_of_a_box_is_said_to_be_zero():
    # 17 weights and biases are meant, of which the first layer's biases are not printed.
    box = persistence.Box(refutations.two_output_head(SOFTPLUS))
    witness = persistence.persistence(box, "2-generic", CTX).witness
    assert witness is not None
    assert "17 weights and biases, of which those in $b_1$ are $0$" in dict(witness.point)["box"]
