"""An attack and a soak find what is there to be found. Oracles: claims whose extremes are known."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace
from typing import NamedTuple

import pytest
import torch
from hypothesis import strategies as st
from torch import Tensor
from toy import context, forget, load_checks, write_registry

from verify.__main__ import REGISTRIES
from verify.claims import property
from verify.claims.check import Context
from verify.claims.property import Claim, Vacuous
from verify.claims.strategies import tensors
from verify.cli import attack, soak
from verify.engine import registry as rooms
from verify.engine.runner import process_pool


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


@pytest.fixture(autouse=True)
def as_many_shrinks_as_before(monkeypatch):
    """A soak's worker shrinks nothing; a thread of this process is one."""
    monkeypatch.setattr(property, "SHRINKS", property.SHRINKS)


def toy_soak(folder, registry, make, jobs=1):
    """Soak a toy room with three seeds; its exit code, what is kept and what was said."""
    room, said = rooms.load("toy", f"{registry}.toy"), []
    ctx, kept = context(registry, folder), folder / soak.FILE
    code = soak.soak([room], ctx, kept, seeds=3, jobs=jobs, make=make, until=None, say=said.append)
    return code, soak.read(kept), said


@pytest.mark.parametrize("executor", [ThreadPoolExecutor, process_pool])
def test_a_soak_counts_no_run_of_other_code(folder, executor):
    """A thread has imported the code of before and finds an error, a process imports what is there now."""
    registry = write_registry(folder, ["derivation", "property"])
    load_checks(registry)
    formula = folder / registry / "toy" / "formula.py"

    def make(jobs):
        formula.write_text(formula.read_text().replace("x * x", "x + x"))
        return executor(jobs)

    code, kept, said = toy_soak(folder, registry, make)
    assert code == 3
    assert [(one.seeds, one.alarms) for one in kept.values()] == [(0, {})]
    assert said[0].startswith("toy.P.property: its code changed on disk since this soak began")
    forget(registry)
    assert toy_soak(folder, registry, executor)[0] == 0


def test_code_that_was_changed_and_changed_back_is_no_false_alarm(folder):
    """The process has imported what was there for a moment; on disk all is as when the soak began."""
    registry = write_registry(folder, ["derivation", "property"])
    formula = folder / registry / "toy" / "formula.py"
    text = formula.read_text()
    formula.write_text(text.replace("x * x", "x + x"))
    load_checks(registry)
    formula.write_text(text)
    code, kept, said = toy_soak(folder, registry, ThreadPoolExecutor)
    assert code == 3
    assert [(one.seeds, one.alarms) for one in kept.values()] == [(0, {})]
    assert "changed on disk" in said[0]


def test_a_soak_goes_on_without_the_check_that_kills_its_worker(folder):
    registry = write_registry(folder, ["derivation", "leave", "property"])
    code, kept, said = toy_soak(folder, registry, process_pool, jobs=2)
    assert code == 3
    assert {id: one.seeds for id, one in kept.items()} == {"toy.P.leave": 0, "toy.P.property": 3}
    assert "toy.P.leave: its worker died with seed 0, and died again alone." in said


def test_two_soaks_of_one_record_lose_nothing(folder):
    registry = write_registry(folder, ["derivation", "property"])
    load_checks(registry)

    def make(jobs):
        soak.write(folder / soak.FILE, {"toy.P.other": soak.Soaked(key="of another", seeds=5)})
        return ThreadPoolExecutor(jobs)

    _, kept, _ = toy_soak(folder, registry, make)
    assert {id: one.seeds for id, one in kept.items()} == {"toy.P.other": 5, "toy.P.property": 3}
    more, less = (soak.Soaked(key="a", seeds=seeds) for seeds in (9, 2))
    for one in (more, less):
        soak.merge(folder / "two.json", {"a": one})
    assert soak.read(folder / "two.json") == {"a": more}
    soak.merge(folder / "two.json", {"a": soak.Soaked(key="of other code")})
    assert soak.read(folder / "two.json")["a"].seeds == 0


def test_the_limit_is_that_of_clopper_and_pearson():
    assert soak.limit(0, 0) == 1
    assert soak.limit(0, 300) == pytest.approx(1 - 0.05 ** (1 / 300))
    with_one = soak.limit(1, 300)  # at which one alarm or none has the probability 0.05
    assert (1 - with_one) ** 300 + 300 * with_one * (1 - with_one) ** 299 == pytest.approx(0.05)
