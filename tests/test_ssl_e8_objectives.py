"""E8's objectives: the criteria on made-up orbits, what a layer leaves by hand, and the check on short runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from ssl_fixture import tables_are_whole
from torch import Tensor, nn

from verify.claims.check import Context
from verify.claims.evidence import Answer
from verify.engine import registry
from verify.engine.artefact import Artefact
from verify.engine.worker import missing_capability, run_check
from verify.experiments.e3.measure import Cell, compare
from verify.experiments.e8 import experiment as e8
from verify.experiments.e8 import objectives
from verify.experiments.e8.objectives import CONFIGS, EFFECTS, Objective, answers, outputs
from verify.experiments.networks import DIGITS_SIMCLR, FRESH, TRAINED, UNTRAINED
from verify.numeric.objectives import OBJECTIVES, VICRegWeights
from verify.numeric.released_objectives import vicreg_released
from verify.ssl.measurements import Protocol, percentile_interval, unit


def made_up(scale: float, anew: bool = False) -> Cell:
    """Orbits whose spread a head multiplies, or draws anew, around class centres that stay."""
    generator = torch.Generator().manual_seed(0)
    classes = torch.arange(60) % 10
    centres = torch.randn(10, 1, 20, generator=generator)[classes]
    noise = 0.3 * torch.randn(60, 12, 20, generator=generator)
    other = 0.3 * torch.randn(60, 12, 20, generator=generator) if anew else noise
    return compare(unit(centres + noise), unit(centres + scale * other), classes)


KEPT, COMPRESSED, EXPANDED = made_up(1.0), made_up(0.2), made_up(3.0)

STRADDLING = made_up(1.0, anew=True)
"""Its interval holds 1, and lies on both sides of it."""


def objective(*trained: Cell, controls: Cell = KEPT) -> Objective:
    cells = {
        (name, Protocol.CONSISTENT): list(trained) if name == TRAINED else [controls] * len(trained)
        for name in (TRAINED, FRESH, UNTRAINED)
    }
    return Objective(cells, {}, {}, {})


@pytest.mark.parametrize(
    ("dino", "vicreg", "barlow", "expected"),
    [
        (COMPRESSED, EXPANDED, EXPANDED, (Answer.YES, Answer.YES)),
        (EXPANDED, COMPRESSED, COMPRESSED, (Answer.NO, Answer.NO)),
        (KEPT, EXPANDED, COMPRESSED, (Answer.UNDECIDED, Answer.UNDECIDED)),
        (COMPRESSED, EXPANDED, KEPT, (Answer.YES, Answer.UNDECIDED)),
    ],
)
def test_criteria(dino: Cell, vicreg: Cell, barlow: Cell, expected: tuple[Answer, Answer]) -> None:
    found = {
        "InfoNCE": objective(COMPRESSED, COMPRESSED),
        "DINO": objective(dino, dino),
        "VICReg": objective(vicreg, vicreg),
        "Barlow Twins": objective(barlow, barlow),
    }
    assert tuple(a.answer for a in answers(found)) == expected


def test_straddling_is_what_it_says() -> None:
    interval = percentile_interval(STRADDLING.drawn.selectivity)
    assert interval.low < 0.999
    assert interval.high > 1.001


def test_one_seed_or_control_that_disagrees_decides_nothing() -> None:
    for one in (
        objective(COMPRESSED, KEPT),
        objective(STRADDLING, STRADDLING),
        objective(COMPRESSED, COMPRESSED, controls=COMPRESSED),
        objective(EXPANDED, EXPANDED, controls=EXPANDED),
    ):
        assert not one.sides(True)
        assert not one.sides(False)


def test_what_layers_leave_by_hand() -> None:
    """Means over pixels after each ReLU, and the last layer whatever it is."""
    network = nn.Sequential(
        nn.Conv2d(1, 2, 1, bias=False), nn.ReLU(), nn.Flatten(), nn.Linear(8, 3)
    )
    network[0].weight.data = torch.tensor([[[[1.0]]], [[[-1.0]]]])
    images = torch.tensor([[[[1.0, -3.0], [2.0, 4.0]]]])
    first, last = outputs(network, images)
    assert first.tolist() == [[7 / 4, 3 / 4]]
    assert torch.equal(last, network(images))


def test_objectives_alone_differ() -> None:
    """Networks, views and optimiser are SimCLR's; VICReg is as released."""
    own = ("objective", "temperature", "weights", "target")
    for config in CONFIGS.values():
        assert replace(config, **{name: getattr(DIGITS_SIMCLR, name) for name in own}) == replace(
            DIGITS_SIMCLR, epochs=10
        )
    vicreg = CONFIGS["VICReg"]
    views = torch.randn(2, 8, vicreg.output, dtype=torch.float64)
    ours: Tensor = OBJECTIVES["vicreg"].function(*views, vicreg.weights)
    assert ours.item() == pytest.approx(vicreg_released(*views, VICRegWeights()).item())


def test_what_is_drawn_elsewhere_is_told_where_there_is_any() -> None:
    for least, told in ((1e-5, False), (1e-7, True)):
        found = replace(objective(KEPT), spectra={"z": [1.0, least]})
        plot = objectives.spectrum_plot("digits", {"InfoNCE": found})
        assert ("drawn there" in plot.note) is told
        assert plot.series[0].y == (1.0, max(least, objectives.FLOOR))


@pytest.mark.slow
def test_the_check_on_short_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One seed of one epoch, and few orbits."""
    built: dict[object, dict[str, np.ndarray]] = {}

    def short(artefact: Artefact, ctx: Context) -> dict[str, np.ndarray]:
        source, config = artefact.arguments
        brief = replace(config, epochs=1)  # type: ignore[type-var]
        if brief.objective not in built:
            built[brief.objective] = artefact.build((source, brief), ctx)
        return built[brief.objective]

    monkeypatch.setattr(Artefact, "load", short)
    few = {n: replace(form, seeds=(0,), orbits=60) for n, form in objectives.FORMS.items()}
    monkeypatch.setattr(objectives, "FORMS", few)
    places = registry.contents(["verify.experiments"])
    ctx = Context(
        seed=0,
        profile="standard",
        device="cpu",
        cache=str(tmp_path),
        rooms=registry.modules(places),
    )
    evidence = run_check("E8.objectives", ctx)
    tables_are_whole(evidence)
    assert [a.effect for a in evidence.answers] == [effect.id for effect in EFFECTS]
    assert evidence.tables[1].columns == (
        "objective",
        *(f"backbone, layer {i}" for i in (1, 2, 3)),
        "z",
        "head, layer 1",
        "h",
    )
    (check,) = (check for check in e8.CHECKS if check.id == "E8.objectives")
    assert set(objectives.FORMS) == set(CONFIGS)
    smoke = Context(seed=0, profile="smoke", device="cpu", cache="", rooms={})
    assert missing_capability(check, smoke) == "It is not run in the shortest profile, smoke."
