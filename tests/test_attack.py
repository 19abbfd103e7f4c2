"""An attack and a soak find what is there to be found. Oracles: claims whose extremes are known."""

from __future__ import annotations

import time
from dataclasses import replace
from types import SimpleNamespace
from typing import NamedTuple

import pytest
import torch
from hypothesis import strategies as st
from torch import Tensor

from verify.__main__ import REGISTRIES
from verify.claims.check import Context
from verify.claims.property import Claim, Vacuous
from verify.claims.strategies import tensors
from verify.cli import attack, soak
from verify.engine import registry as rooms


class Point(NamedTuple):
    """A point of the plane."""

    x: Tensor


def points() -> st.SearchStrategy[Point]:
    """Points with entries n / 8."""
    return tensors((2,)).map(Point)


def hill(case: Point, height: float = 1.0) -> float:
    """A ratio whose largest value is the height, at (1/3, -7/5), which no case is."""
    peak = torch.tensor([1 / 3, -1.4], dtype=torch.float64)
    return height / (1 + float((case.x - peak).square().sum()))


def test_an_attack_comes_as_near_as_cases_can_and_is_polished():
    claim = Claim("the hill is at most 1 high", points, hill, free=True)
    best = attack.search(claim, time.monotonic() + 5, seed=0)
    nearest = hill(Point(torch.tensor([3 / 8, -11 / 8], dtype=torch.float64)))
    assert best.ratio <= nearest
    assert best.ratio > 0.9
    attack.polish(claim, best)
    assert 1 - 1e-9 < best.ratio <= 1
    assert all(float(entry * 2**20).is_integer() for entry in best.case.x)


def test_a_false_claim_falls():
    claim = Claim("it is at most 1 high", points, lambda case: hill(case, 1.05))
    assert attack.search(claim, time.monotonic() + 20, seed=0).ratio > 1


def test_a_claim_whose_hypotheses_no_case_meets_is_not_tried(monkeypatch):
    def vacuous(case: Point) -> float:
        raise Vacuous

    claim = Claim("it is at most 1 high", points, vacuous)
    assert attack.search(claim, time.monotonic() + 0.5, seed=0).tried == 0
    check, said = SimpleNamespace(id="a.check"), []
    monkeypatch.setattr(attack, "claims", lambda rooms: [(check, claim, True)])
    assert attack.attack([], budget=0.2, seed=0, say=said.append) == 1
    (sentence,) = said
    assert sentence.startswith("NOT TRIED: a.check")


def test_a_soak_is_not_finished_before_every_check_ran():
    drawn, exact = soak.Soaked(key="", seeds=3), soak.Soaked(key="", draws=False, seeds=1)
    never, said = soak.Soaked(key=""), []
    assert soak._told({"a": drawn, "b": exact}, 3, 1, said.append) == 0
    assert soak._told({"a": drawn, "b": exact, "c": never}, 3, 1, said.append) == 3
    assert "1 check that did not run yet" in said[-1]
    assert soak._told({"b": exact}, 3, 1, said.append) == 0


def test_a_soak_takes_no_less_than_its_longest_check():
    """The seeds of one check follow one another, however many workers there are."""
    quick, long = (soak.Soaked(key="", seeds=2, cpu_s=2 * cpu_s) for cpu_s in (3.6, 36.0))
    said = []
    for jobs in (1, 64):
        soak._told({"quick": quick, "long": long}, 1000, jobs, said.append)
    assert "take 11 CPU-hours, 11 hours of 1 worker" in said[0]
    assert "take 11 CPU-hours, 10 hours of 64 workers" in said[1]


def test_a_soak_knows_what_draws_and_goes_on(tmp_path):
    places = rooms.contents(REGISTRIES)
    prop34 = rooms.load("prop34", "theorems.prop34")
    names = ("prop34.pullback.property", "prop34.full.controls.full", "prop34.pullback.tight")
    room = replace(prop34, checks=tuple(map(prop34.check, names)))
    ctx = Context(seed=0, profile="smoke", device="cpu", cache="", rooms=rooms.modules(places))
    kept, said = tmp_path / soak.FILE, []

    def run(seeds: int) -> int:
        return soak.soak([room], ctx, kept, seeds=seeds, jobs=1, until=None, say=said.append)

    assert run(2) == 0
    found = soak.read(kept)
    assert [(one.draws, one.seeds, one.alarms) for one in found.values()] == [
        (True, 2, {}),
        (False, 1, {}),
    ]
    assert said[-1].startswith("0 alarms in 2 runs of 1 check that draw")
    shown = soak.soaked([room], ctx, kept)["prop34"]
    assert (shown.least, shown.alarms) == (2, 0)
    assert shown.limit == pytest.approx(1 - 0.05 ** (1 / 2))
    found[names[0]].alarms[1] = "surprise: as if it had been"
    soak.write(kept, found)
    assert run(3) == 1
    assert soak.read(kept)[names[0]].seeds == 3
    assert said[-2].startswith("prop34.pullback.property: 1 alarm in 3 seeds, at most 86")
    assert soak.soaked([room], ctx, kept)["prop34"].alarms == 1
    found[names[0]].key = "of other code"
    soak.write(kept, found)
    assert soak.soaked([room], ctx, kept) == {}
    assert soak.soaked([room], ctx, tmp_path / "none.json") == {}


def test_the_limit_is_that_of_clopper_and_pearson():
    assert soak.limit(0, 0) == 1
    assert soak.limit(0, 300) == pytest.approx(1 - 0.05 ** (1 / 300))
    with_one = soak.limit(1, 300)  # at which one alarm or none has the probability 0.05
    assert (1 - with_one) ** 300 + 300 * with_one * (1 - with_one) ** 299 == pytest.approx(0.05)
