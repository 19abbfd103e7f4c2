"""The rooms of E3 and E4, run as the runner runs them, on networks trained for one epoch.

What the trained networks show is evidence, not a test; tested here is that the criteria decide
made-up cases as they say, and that every check runs and fills the tables it promises.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import pytest
import torch
from hypothesis import Phase, given, settings
from ssl_fixture import PLACES, short_context, tables_are_whole
from torch import Tensor, nn

from verify.claims.check import Context
from verify.claims.evidence import Answer, Outcome
from verify.engine import registry as rooms
from verify.engine.worker import run_check
from verify.experiments.e3 import experiment as e3
from verify.experiments.e3 import measure as e3_orbits
from verify.experiments.e3.invariants import HeadCase, Shrinking, isometries
from verify.experiments.e4 import experiment as e4
from verify.experiments.e4 import invariants as e4_invariants
from verify.experiments.e4 import measure as e4_probes
from verify.experiments.e4.measure import Accuracies, probe_as_published, turned_once
from verify.experiments.networks import FRESH, TRAINED, UNTRAINED
from verify.ssl.augment import quarter_turns
from verify.ssl.data import Dataset
from verify.ssl.measurements import Protocol, contraction, equal_weights, summarise, unit
from verify.ssl.probes import PROBE, PUBLISHED_PROBE, train_probes

pytestmark = pytest.mark.slow  # it trains networks


@pytest.fixture(scope="module")
def ctx(tmp_path_factory: pytest.TempPathFactory) -> Context:
    return short_context(tmp_path_factory.mktemp("cache"), (e3, e4))


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.entry.id)
def test_rooms_are_consistent(place: rooms.RegistryEntry) -> None:
    room = rooms.load(place.entry.id, place.module)
    assert room.subject.title
    assert rooms.find(PLACES, place.entry.label.upper()) == place


@pytest.mark.parametrize("check", [c.id for c in e3.CHECKS + e4.CHECKS if c.gates])
def test_gates(check: str, ctx: Context) -> None:
    evidence = run_check(check, ctx)
    assert evidence.outcome is Outcome.AS_STATED, evidence.summary + evidence.detail


def test_orbits(ctx: Context) -> None:
    evidence = run_check("E3.orbits", ctx)
    assert evidence.outcome is Outcome.AS_STATED, evidence.detail
    assert evidence.cases == 1080
    tables_are_whole(evidence)
    assert "21.85 (22.5 printed)" in evidence.tables[2].rows[0]
    assert [a.effect for a in evidence.answers] == [e.id for e in e3.EXPERIMENT.effects]
    assert [p.kind for p in evidence.plots] == ["scatter", "scatter", "line"]
    assert all(len(series.x) == 12 for series in evidence.plots[0].series)


def test_rotation_probes(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(e4, "LONGER", replace(e4.LONGER, epochs=1))
    monkeypatch.setattr(e4, "PROBE", replace(e4.PROBE, epochs=1))
    evidence = run_check("E4.rotation", ctx)
    assert evidence.outcome is Outcome.AS_STATED, evidence.detail
    tables_are_whole(evidence)
    assert evidence.tables[2].rows[0][1:3] == ("52.27", "37.55")
    assert [a.effect for a in evidence.answers] == [e.id for e in e4.EXPERIMENT.effects]


# --- the criteria, on made-up cases ---------------------------------------------------------


def made_up(head: str) -> tuple[Tensor, Tensor, Tensor]:
    """Orbits around class centres, and what a head makes of them, as unit vectors."""
    generator = torch.Generator().manual_seed(0)
    classes = torch.arange(60) % 10
    centres = torch.randn(10, 1, 20, generator=generator)[classes]
    noise = 0.3 * torch.randn(60, 12, 20, generator=generator)
    scale = {"nothing": 1.0, "compresses": 0.2, "hardly less": 0.202, "expands": 3.0}[head]
    return unit(centres + noise), unit(centres + scale * noise), classes


@pytest.mark.parametrize(
    ("head", "compresses", "semantics"),
    [
        ("compresses", Answer.YES, Answer.YES),
        ("nothing", Answer.UNDECIDED, Answer.UNDECIDED),
        ("expands", Answer.NO, Answer.NO),
    ],
)
@pytest.mark.parametrize(
    ("protocol", "suffix"), [(Protocol.CONSISTENT, ""), (Protocol.PUBLISHED, "-published")]
)
def test_compression_criteria(
    head: str, compresses: Answer, semantics: Answer, protocol: Protocol, suffix: str
) -> None:
    """Of either protocol, of which the answers of the other one say nothing."""
    cells = {
        (name, protocol): [e3_orbits.compare(*made_up("nothing"))] * 3
        for name in (TRAINED, FRESH, UNTRAINED)
        for protocol in Protocol
    }
    cells[TRAINED, protocol] = [e3_orbits.compare(*made_up(head))] * 3
    answers = {a.effect: a.answer for a in e3.answers(cells)}
    asked = ("compresses", "semantics")
    assert tuple(answers[id + suffix] for id in asked) == (compresses, semantics)
    (other,) = {"", "-published"} - {suffix}
    assert {answers[id + other] for id in asked} == {Answer.UNDECIDED}


@pytest.mark.parametrize("control", [UNTRAINED, FRESH])
@pytest.mark.parametrize("like", ["compresses", "hardly less"])
def test_compression_must_beat_both_controls(control: str, like: str) -> None:
    """One that is less by little, orbit by orbit, has a quotient above 1, and an interval that is not clear of it."""
    heads = {TRAINED: "compresses", control: like}
    cells = {
        (name, protocol): [e3_orbits.compare(*made_up(heads.get(name, "nothing")))] * 3
        for name in (TRAINED, FRESH, UNTRAINED)
        for protocol in Protocol
    }
    consistent = [cells[name, Protocol.CONSISTENT] for name in (TRAINED, control)]
    quotient = e3_orbits.pooled(consistent[0], "selectivity", consistent[1])
    assert (quotient.low > 1) == (like == "hardly less")
    answers = {a.effect: a.answer for a in e3.answers(cells)}
    assert answers["compresses"] is answers["compresses-published"] is Answer.UNDECIDED


def test_only_a_compressing_head_can_be_an_artefact() -> None:
    cells = {
        (name, protocol): [e3_orbits.compare(*made_up("expands"))] * 3
        for name in (TRAINED, FRESH, UNTRAINED)
        for protocol in Protocol
    }
    assert e3.shrinkage_answer(cells).answer is Answer.NO


def test_one_of_three_conditions_makes_no_artefact() -> None:
    cells = {
        (name, protocol): [e3_orbits.compare(*made_up(head))] * 3
        for name, head in ((TRAINED, "compresses"), (FRESH, "nothing"), (UNTRAINED, "nothing"))
        for protocol in Protocol
    }
    assert e3.shrinkage_answer(cells).answer is not Answer.YES


NARROW, MIDDLE, WIDE = 32, 128, 512


def accuracies(z: list[float], narrow: list[float], wide: list[float], fresh: float) -> Accuracies:
    """Equal accuracies on z for every probe; those on h go from the narrowest to the widest."""
    middle = [(n + w) / 2 for n, w in zip(narrow, wide, strict=True)]
    h = dict(zip((0, NARROW, MIDDLE, WIDE), (narrow, narrow, middle, wide), strict=True))
    return (
        {(w, "z"): z for w in h}
        | {(w, "h"): h[w] for w in h}
        | {(w, "fresh h"): [a + fresh for a in h[w]] for w in h}
    )


def answers(found: Accuracies) -> dict[str, Answer]:
    return {a.effect: a.answer for a in e4.answers(found, NARROW, MIDDLE, WIDE)}


@pytest.mark.parametrize(
    ("narrow", "wide", "cost", "entangled"),
    [
        ([0.50, 0.51, 0.52], [0.88, 0.89, 0.90], Answer.YES, Answer.YES),
        ([0.50, 0.51, 0.52], [0.55, 0.56, 0.57], Answer.YES, Answer.NO),
        ([0.50, 0.51, 0.52], [0.60, 0.71, 0.82], Answer.YES, Answer.UNDECIDED),
        ([0.80, 0.90, 1.00], [0.85, 0.90, 0.95], Answer.UNDECIDED, Answer.NOT_APPLICABLE),
        ([0.95, 0.96, 0.97], [0.95, 0.96, 0.97], Answer.UNDECIDED, Answer.NOT_APPLICABLE),
    ],
)
def test_probe_criteria(
    narrow: list[float], wide: list[float], cost: Answer, entangled: Answer
) -> None:
    found = accuracies([0.90, 0.90, 0.90], narrow, wide, fresh=0.1)
    assert answers(found)["cost"] is cost
    assert answers(found)["entangled"] is entangled


@pytest.mark.parametrize("fresh", [-0.1, 0.0])
def test_a_cost_that_a_fresh_head_has_too_is_not_the_training_s(fresh: float) -> None:
    found = accuracies([0.90, 0.90, 0.90], [0.50, 0.51, 0.52], [0.55, 0.56, 0.57], fresh)
    assert answers(found)["cost"] is Answer.UNDECIDED


@pytest.mark.parametrize(
    ("changed", "cost"),
    [
        ((), Answer.NO),
        (((0, "h"),), Answer.UNDECIDED),  # a linear probe loses what an MLP gains
        (((MIDDLE, "h"),), Answer.UNDECIDED),
        (((0, "fresh h"),), Answer.UNDECIDED),  # a head that was never trained gains more
        (((MIDDLE, "fresh h"),), Answer.UNDECIDED),
    ],
)
def test_no_cost_is_asked_of_both_probes_and_beside_the_fresh_head(
    changed: tuple[tuple[int, str], ...], cost: Answer
) -> None:
    """As a cost is: h above z, and above a fresh head's h."""
    gains = accuracies([0.80] * 3, [0.90, 0.91, 0.92], [0.90, 0.91, 0.92], fresh=-0.05)
    for width, name in changed:
        gains[width, name] = [0.99] * 3 if name == "fresh h" else [0.70] * 3
    assert answers(gains)["cost"] is cost


@pytest.mark.parametrize(
    ("wide", "answer"),
    [
        ([0.60, 0.61, 0.62], Answer.YES),
        ([0.40, 0.41, 0.42], Answer.NO),
        ([0.40, 0.51, 0.62], Answer.UNDECIDED),
    ],
)
def test_pattern_criterion(wide: list[float], answer: Answer) -> None:
    """On z the MLP has no advantage; on h the middle one has half of the widest one's."""
    found = accuracies([0.90, 0.90, 0.90], [0.50, 0.51, 0.52], wide, fresh=0.0)
    assert answers(found)["pattern"] is answer


# --- as published: turned to the nearest pixel, probes of two widths -------------------------


@pytest.mark.parametrize(
    ("selectivity", "compression", "answer"),
    [
        ([1.0, 1.0], [1.005, 0.995], Answer.YES),
        ([1.02, 0.97], [1.0, 1.0], Answer.NO),
        ([1.0, 1.0], [0.5, 2.0], Answer.NO),
        ([1.02, 1.0], [1.0, 1.02], Answer.UNDECIDED),
    ],
)
def test_interpolation_criterion(
    selectivity: list[float],
    compression: list[float],
    answer: Answer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of two seeds, by what factor the nearest pixel changes either figure."""
    changes = {"selectivity": selectivity, "compression": compression}

    def moved(both: object, name: str, protocol: Protocol, quantity: str) -> list[float]:
        assert name == TRAINED
        assert protocol is {"selectivity": Protocol.CONSISTENT}.get(quantity, Protocol.PUBLISHED)
        return [change - 1 for change in changes[quantity]]

    monkeypatch.setattr(e3, "moved", moved)
    assert e3.turning_answer(({}, {})).answer is answer


def test_moved_compares_seed_by_seed() -> None:
    nothing, more, less = (
        e3_orbits.compare(*made_up(head)) for head in ("nothing", "compresses", "expands")
    )
    before, after = [nothing, less], [more, more]
    key = (TRAINED, Protocol.CONSISTENT)
    found = e3_orbits.moved(({key: before}, {key: after}), *key, "compression")
    ratios = [a.plain.compression / b.plain.compression for a, b in zip(after, before, strict=True)]
    assert found == pytest.approx([ratio.item() - 1 for ratio in ratios])
    assert 1 < found[0] < found[1]


def test_orbits_are_turned_as_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of so many images, interpolated first and then to the nearest pixel."""
    asked = []

    class Looking:
        def compared(self, images: Tensor, orbit: partial[Tensor]) -> list[object]:
            """What is asked of a run."""
            asked.append((len(images), orbit.keywords["nearest"]))
            return []

    images, labels = torch.rand(300, 1, 4, 4), torch.zeros(300, dtype=torch.int64)
    dataset = Dataset("made up", "here", images, labels, images, labels)
    form = SimpleNamespace(orbits=None)
    e3_orbits.both_ways(form, [Looking()], dataset)  # type: ignore[arg-type, list-item]
    e3_orbits.measure(form, [Looking()], dataset)  # type: ignore[arg-type, list-item]
    assert asked == [(200, False), (200, True), (300, False)]


def test_one_turn_of_every_image() -> None:
    """Features that name their image and turn: each is there once, alike in every seed."""
    counts = (200, 40)
    names = [
        torch.stack(
            torch.meshgrid(torch.arange(2), torch.arange(n), torch.arange(4), indexing="ij"), -1
        ).float()
        for n in counts
    ]
    once, turns = turned_once({"z": (names[0], names[1])})
    for features, chosen, count in zip(once["z"], turns, counts, strict=True):
        assert features.shape == (2, count, 1, 3)
        for seed in range(2):
            assert features[seed, :, 0, 0].tolist() == [seed] * count
            assert features[seed, :, 0, 1].tolist() == list(range(count))
            assert features[seed, :, 0, 2].tolist() == chosen.tolist()
        assert chosen.bincount(minlength=4).min() > count / 8


def test_published_probes_find_what_raw_features_hold() -> None:
    """z names its turn, h does not; the probes are of both widths, and not standardised."""
    turns = torch.eye(4).expand(2, 300, 4, 4)
    blank = torch.zeros(2, 300, 4, 4)
    found = {"z": (turns, turns[:, :80]), "h": (blank, blank[:, :80])}
    accuracies = probe_as_published(found, replace(PUBLISHED_PROBE, learning_rate=0.1, epochs=20))
    assert set(accuracies) == {(w, name) for w in (0, 256, 512) for name in ("z", "h")}
    assert all(accuracies[w, "z"] == [1.0, 1.0] for w in (0, 256, 512))
    assert all(max(accuracies[w, "h"]) < 0.5 for w in (0, 256, 512))


def test_features_are_standardised_unless_as_published() -> None:
    features, labels = 5 + 3 * torch.randn(1, 50, 4), torch.zeros(1, 50, dtype=torch.int64)
    raw, standard = (
        train_probes(features, labels, 4, 0, 0, replace(c, epochs=0))
        for c in (PUBLISHED_PROBE, PROBE)
    )
    assert (raw.centre == 0).all()
    assert (raw.scale == 1).all()
    assert standard.centre.mean() == pytest.approx(5, abs=1)
    assert (PUBLISHED_PROBE.epochs, PUBLISHED_PROBE.batch) == (5, 256)


@pytest.mark.parametrize(
    ("wider", "answer"),
    [
        ([0.02, 0.03, 0.02], Answer.YES),
        ([-0.02, -0.03, -0.02], Answer.NO),
        ([-0.02, 0.03, 0], Answer.UNDECIDED),
    ],
)
def test_published_pattern(wider: list[float], answer: Answer) -> None:
    """The MLP of 512 on h beside that of 256 on z; those of equal widths do not decide."""
    flat = [0.5] * 3
    found = dict.fromkeys(((w, n) for w in (0, 256, 512) for n in ("z", "h")), flat)
    found[512, "h"] = [0.5 + more for more in wider]
    found[512, "z"] = [0.9] * 3
    measured, _ = e4.published_answers(found, steps=980)
    assert measured.answer is answer
    short, _ = e4.published_answers(found, steps=200)
    assert short.answer is (Answer.UNDECIDED if answer is Answer.NO else answer)
    assert "after 200 steps where 980 were published, too few for a no" in short.value
    assert "too few" not in measured.value
    assert "256 on both [0.0, 0.0]" in measured.value
    for name in ("z", "h"):  # a linear probe that guesses
        blind = found | {(0, name): [0.27, 0.24, 0.28]}
        assert e4.published_answers(blind, steps=980)[0].answer is Answer.UNDECIDED


@pytest.mark.parametrize(
    ("less", "answer"),
    [
        ([0.02, 0.03, 0.02], Answer.YES),
        ([-0.02, -0.03, -0.02], Answer.NO),
        ([-0.002, 0.005, 0], Answer.UNDECIDED),
    ],
)
def test_published_cost(less: list[float], answer: Answer) -> None:
    """Of the linear probe of raw features alone; a fifth of its steps deny nothing."""
    found = {(w, n): [0.5] * 3 for w in (0, 256, 512) for n in ("z", "h")}
    found[0, "h"] = [0.5 - lost for lost in less]
    _, measured = e4.published_answers(found, steps=980)
    assert measured.answer is answer
    _, short = e4.published_answers(found, steps=200)
    assert short.answer is (Answer.UNDECIDED if answer is Answer.NO else answer)
    assert "after 200 steps where 980 were published, too few for a no" in short.value
    guesses = [0.25, 0.26, 0.25]
    blind = found | {
        (0, "z"): guesses,
        (0, "h"): [a - lost for a, lost in zip(guesses, less, strict=True)],
    }
    assert e4.published_answers(blind, steps=980)[1].answer is Answer.UNDECIDED  # nothing to lose
    all_lost = found | {(0, "h"): guesses}
    assert e4.published_answers(all_lost, steps=200)[1].answer is Answer.YES


class _Times(nn.Module):
    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, z: Tensor) -> Tensor:
        return self.factor * z


def test_features_are_of_the_head_that_names_them() -> None:
    # The trained head doubles z, the fresh one takes it times 3; z is the image, an edge of it twice.
    backbone = nn.Flatten()
    run = SimpleNamespace(
        trained=SimpleNamespace(backbone=backbone, projector=_Times(2.0)),
        fresh=SimpleNamespace(backbone=backbone, projector=_Times(3.0)),
    )
    for network in (run.trained, run.fresh):
        network.backbone.eval()
        network.projector.eval()
    images = torch.rand(7, 1, 2, 2, generator=torch.Generator().manual_seed(0))
    dataset = SimpleNamespace(train_images=images[:4], test_images=images[4:])
    found = e4_probes.features(SimpleNamespace(probed=(3, 2)), [run, run], dataset)  # type: ignore[arg-type, list-item]
    for half, seen in enumerate((images[:3], images[4:6])):
        assert torch.allclose(found["z"][half][:, :, 0], seen.flatten(1).expand(2, -1, -1))
        assert torch.allclose(found["h"][half], 2 * found["z"][half])
        assert torch.allclose(found["fresh h"][half], 3 * found["z"][half])
        assert found["z"][half].shape == (2, len(seen), 4, 4)


def test_the_published_sample_has_three_images_of_five_classes() -> None:
    z, h, classes = made_up("compresses")
    few = [int(i) for c in range(5) for i in (classes == c).nonzero()[:3, 0]]
    assert sorted(few) != list(range(15))
    parts = summarise(z[few], classes[few]), summarise(h[few], classes[few])
    expected = contraction(*parts, equal_weights(classes[few]))
    found = e3_orbits.compare(z, h, classes).sample
    for quantity in ("compression", "selectivity"):
        assert torch.equal(getattr(found, quantity), getattr(expected, quantity))


def test_an_orbit_is_twelve_even_steps_of_one_turn() -> None:
    assert torch.allclose(e3_orbits.ANGLES.rad2deg(), torch.arange(0.0, 360, 30))


def test_shrinking_is_towards_its_centre() -> None:
    h, centre = torch.randn(2, 3, 4).double(), torch.randn(4).double()
    case = Shrinking(h, h, centre, 2)
    assert torch.allclose(case.shrunk - centre, (h - centre) / 4)


def test_a_turned_training_image_among_the_test_images_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    images, labels = torch.rand(4, 1, 4, 4), torch.zeros(4, dtype=torch.int64)
    turned = quarter_turns(images[:1])[0, 1:2]
    for tested, expected in ((turned, Outcome.SURPRISE), (images[1:], Outcome.AS_STATED)):
        dataset = Dataset("made up", "here", images[:1], labels[:1], tested, labels[: len(tested)])
        monkeypatch.setattr(e4_invariants, "load_digits", lambda dataset=dataset: dataset)
        assert e4_invariants.run_disjoint(None).outcome is expected  # type: ignore[arg-type]


def test_isometries_mix_coordinates() -> None:
    """A head that only rescales would let a measurement pass that depends on the coordinates."""
    mixed = []

    @settings(max_examples=20, derandomize=True, database=None, phases=[Phase.generate])
    @given(isometries())
    def look(case: HeadCase) -> None:
        weight = case.head.weight
        mixed.append(len(weight) > 1 and not torch.equal(weight, weight.diag().diag()))

    look()
    assert any(mixed)


def test_a_quotient_of_equals_is_one_in_every_draw() -> None:
    """Numerator and divisor are of the same drawn orbits."""
    cells = [e3_orbits.compare(*made_up("compresses"))] * 2
    assert e3_orbits.pooled(cells, "selectivity", cells) == pytest.approx((1, 1))


def test_intervals_are_rid_of_the_bias_of_their_draws() -> None:
    """Few orbits of a class: a draw drives centroids apart, most behind a head that draws classes together."""
    generator = torch.Generator().manual_seed(0)
    classes = torch.arange(60) % 10
    centres = torch.randn(10, 1, 20, generator=generator)[classes]
    orbits = torch.randn(60, 1, 20, generator=generator)
    orbits = orbits + 0.3 * torch.randn(60, 12, 20, generator=generator)
    cell = e3_orbits.compare(unit(centres + orbits), unit(0.2 * centres + orbits), classes)
    gain, draws = cell.plain.semantic_gain.item(), cell.drawn.semantic_gain
    bias = draws.mean().item() - gain
    assert bias > 0.01 * gain
    (found,) = e3_orbits.intervals([cell], "semantic_gain")
    assert sum(found) / 2 == pytest.approx(gain - bias, abs=0.2 * bias)
    together = e3_orbits.pooled([cell] * 3, "semantic_gain")
    assert math.sqrt(math.prod(together)) == pytest.approx(gain - bias, abs=0.2 * bias)


def test_every_criterion_says_what_counts() -> None:
    """Of yes and no by itself, or as another one does."""
    for place in PLACES:
        for effect in getattr(rooms.load(place.entry.id, place.module).subject, "effects", ()):
            said = effect.criterion
            assert ("Yes" in said and "No:" in said) or re.search(r"\b[Aa]s |The same", said), said
