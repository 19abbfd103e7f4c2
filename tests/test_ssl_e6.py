"""E6: the criteria on made-up depths. Oracle: what was made."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from verify.claims.evidence import Answer
from verify.experiments.e3 import measure as e3
from verify.experiments.e5 import measure as e5
from verify.experiments.e6.experiment import answers
from verify.experiments.e6.measure import Depth
from verify.experiments.networks import FRESH, TRAINED
from verify.ssl.measurements import Protocol, unit

SEEDS = range(3)
EFFECTS = ("compresses", "selective", "cost", "bends")


def orbits(scale: float) -> list[e3.Cell]:
    """Orbits about class centres under a head that shrinks them by this factor alone, seed by seed."""
    found = []
    for seed in SEEDS:
        generator = torch.Generator().manual_seed(seed)
        classes = torch.arange(60) % 10
        centres = torch.randn(10, 1, 20, generator=generator)[classes]
        noise = 0.1 * torch.randn(60, 12, 20, generator=generator)
        found.append(e3.compare(unit(centres + noise), unit(centres + scale * noise), classes))
    return found


def depth(layers: int, shrinks: float, apart: float, lost: float, bends: float) -> Depth:
    """A depth whose trained head shrinks orbits, apart from their variance, loses accuracy and bends; others do nothing."""
    nothing, draws = orbits(1.0), torch.linspace(0.99, 1.01, 101)
    cells = {(name, protocol): nothing for name in (TRAINED, FRESH) for protocol in Protocol}
    cells[TRAINED, Protocol.PUBLISHED] = orbits(shrinks)
    cells[TRAINED, Protocol.CONSISTENT] = orbits(apart)
    bending = {
        (name, way): [
            e5.Cell(({"second": 2.0},), ({"second": 2.0 * ratio},), {"second": ratio * draws})
            for _ in SEEDS
        ]
        for name in (TRAINED, FRESH)
        for way in e5.Way
        for ratio in [bends if (name, way) == (TRAINED, e5.Way.RAW) else 1.0]
    }
    z = [0.9, 0.91, 0.92]
    accuracies = {(0, "z"): z, (64, "z"): z, (64, "h"): z, (0, "fresh h"): z}
    return Depth(layers, cells, bending, accuracies | {(0, "h"): [x - lost for x in z]})


ONE, TWO, THREE = (
    depth(1, 0.8, 0.8, 0.1, 1.0),
    depth(2, 0.5, 0.8, 0.1, 1.0),
    depth(3, 0.3, 0.4, 0.2, 2.0),
)


@pytest.mark.parametrize(
    ("depths", "expected"),
    [
        ((ONE, TWO, THREE), [Answer.YES] * 4),
        ((ONE, THREE), [Answer.YES] * 4),  # the medium form
        ((THREE, TWO, ONE), [Answer.NO] * 4),
        ((ONE, ONE), [Answer.UNDECIDED] * 4),
        (
            (ONE, depth(3, 0.8, 0.4, 0.1, 1.0)),
            [Answer.UNDECIDED, Answer.YES] + [Answer.UNDECIDED] * 2,
        ),
        ((TWO, ONE, THREE), [Answer.UNDECIDED] + [Answer.YES] * 3),  # it falls, and then grows
    ],
)
def test_criteria(depths: tuple[Depth, ...], expected: list[Answer]) -> None:
    found = answers(depths)
    assert [one.effect for one in found] == list(EFFECTS)
    assert [one.answer for one in found] == expected


def test_seeds_that_agree_but_lie_far_apart_decide_nothing() -> None:
    """In every seed the intervals are apart, one way; over the seeds their quotient is not told from 1."""
    apart = [orbits(scale)[seed] for seed, scale in enumerate((0.7, 0.3, 0.02))]
    mixed = replace(THREE, orbits=THREE.orbits | {(TRAINED, Protocol.CONSISTENT): apart})
    pairs = list(zip(ONE.selectivity, mixed.selectivity, strict=True))
    assert all(b.low > a.high for a, b in pairs)
    for depths in ((ONE, mixed), (mixed, ONE)):
        (found,) = [a for a in answers(depths) if a.effect == "selective"]
        assert found.answer is Answer.UNDECIDED


def test_compressions_that_agree_but_lie_far_apart_decide_nothing() -> None:
    """It grows, or falls, in every seed; over the seeds the quotient is not told from 1."""
    apart = [orbits(scale)[seed] for seed, scale in enumerate((0.7, 0.3, 0.02))]
    mixed = replace(THREE, orbits=THREE.orbits | {(TRAINED, Protocol.PUBLISHED): apart})
    one, three = (d.contraction("compression", Protocol.PUBLISHED) for d in (ONE, mixed))
    assert all(a < b for a, b in zip(one, three, strict=True))
    for depths in ((ONE, mixed), (mixed, ONE)):
        found = answers(depths)[0]
        assert found.answer is Answer.UNDECIDED
        assert "their quotient over seeds [" in found.value


def test_one_seed_does_not_answer_for_all() -> None:
    first, *others = THREE.orbits[TRAINED, Protocol.PUBLISHED]
    stays = ONE.orbits[TRAINED, Protocol.PUBLISHED]
    for cells in ([first, *stays[1:]], [stays[0], *others]):
        mixed = replace(THREE, orbits=THREE.orbits | {(TRAINED, Protocol.PUBLISHED): cells})
        assert answers((ONE, mixed))[0].answer is Answer.UNDECIDED
