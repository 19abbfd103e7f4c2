"""Every title and derivation of every room can be set in the report."""

from __future__ import annotations

import pytest

from reports.mathml import formula, prose
from verify.__main__ import REGISTRIES
from verify.claims.check import Context, Kind
from verify.engine import registry as rooms

ROOMS = {
    name: module
    for entry in rooms.contents(REGISTRIES)
    for name, module in rooms.modules([entry]).items()
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ROOMS)
def test_titles_and_derivations_can_be_set(name):
    ctx = Context(seed=1, profile="smoke", device="cpu", cache="unused", rooms=ROOMS)
    for check in rooms.load(name, ROOMS[name]).checks:
        assert prose(check.title)
        if check.kind is Kind.DERIVATION and check.all_dimensions:
            for step in check.run(ctx).steps:
                assert formula(step.latex, "block"), step.text
