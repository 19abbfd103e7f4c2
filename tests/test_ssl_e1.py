"""E1: its criteria on made-up tracks, and the room on runs of one epoch."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
import torch
from scipy import stats
from ssl_fixture import short_context, tables_are_whole

from verify.claims.check import Context
from verify.claims.evidence import Answer, Outcome
from verify.engine.worker import run_check
from verify.experiments.e1 import display as e1_display
from verify.experiments.e1 import experiment as e1
from verify.experiments.e1 import invariants as e1_invariants
from verify.experiments.e1 import measure as e1_measure
from verify.experiments.e1.estimator_audit import CellAudit
from verify.experiments.e1.experiment import setup
from verify.experiments.e1.measure import ACTIVATIONS, CELLS, SMOOTH, Cell
from verify.experiments.forms import LIVE
from verify.experiments.released.collapse import ENOUGH
from verify.ssl.data import floating, load_digits
from verify.ssl.measurements import head_outputs, represent
from verify.ssl.training import Start, State, untrained
from verify.ssl.variances import with_statistics

pytestmark = pytest.mark.slow  # it trains networks


@pytest.mark.parametrize("check", [c.id for c in e1.CHECKS if c.gates])
def test_gates(check: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    ctx = short_context(tmp_path_factory.mktemp("cache"), ())
    evidence = run_check(check, ctx)
    assert evidence.outcome is Outcome.AS_STATED, evidence.summary + evidence.detail


def test_tracks(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    ctx: Context = short_context(tmp_path_factory.mktemp("cache"), (e1,), epochs=2)
    for module in (e1, e1_display):
        monkeypatch.setattr(module, "SIGNIFICANT", {2: 1.0})
    evidence = run_check("E1.tracks", ctx)
    tables_are_whole(evidence)
    assert [a.effect for a in evidence.answers] == [e.id for e in e1.EXPERIMENT.effects]
    assert [len(table.rows) for table in evidence.tables[1:]] == [5, len(CELLS), 24, len(CELLS)]


DIGITS_TRACKS = setup(LIVE)
EPOCHS = DIGITS_TRACKS.config.epochs


def track(lowest: float, pullback: float, variance: tuple[float, float]) -> e1_measure.Track:
    """Curvature that never changes and a variance that goes evenly from one value to another."""
    shape = (EPOCHS + 1, 32)
    variances = np.geomspace(*variance, EPOCHS + 1)
    return {
        "effective": np.stack([np.full(shape, lowest), np.ones(shape)], -1),
        "pullback": np.stack([np.full(shape, pullback), np.ones(shape)], -1),
        "residuals": np.full(shape, 1e-15),
        "estimate": np.full(EPOCHS + 1, -1e-3 if lowest < -1e-9 else 1e-3),
        "variance_z": variances,
        "variance_h": variances,
        "condition_published": variances * 1e6,
        "condition": 1 / variances,
        "effective_rank": variances,
        "rankme": variances,
        "von_neumann_rank": variances,
        "dimensions": np.full(EPOCHS + 1, 64),
        "length": np.ones(shape),
        "cosine": np.full(shape, 0.6),
    }


def made_up(smooth: float, swish_ends: tuple[float, float]) -> e1_measure.Tracks:
    """As published, with this much negative curvature and this course of the Swish head."""
    tracks = {}
    for cell in CELLS:
        is_smooth = cell.activation in SMOOTH
        ends = (1.0, 2.0) if cell.start is Start.NORMAL else (1e-3, 1e-2)
        if cell.activation == "swish" and cell.start is not Start.NORMAL:
            ends = swish_ends
        tracks[cell] = track(smooth if is_smooth else 0.0, 0.0, ends)
    return tracks


def answers(tracks: e1_measure.Tracks, time: float = ENOUGH) -> dict[str, Answer]:
    return {a.effect: a.answer for a in e1.answers(tracks, time)}


def test_as_published() -> None:
    found = answers(made_up(-0.5, (1e-3, 1.5)))
    expected = dict.fromkeys(found, Answer.YES) | {
        "condition": Answer.UNDECIDED,  # they all rise, which is the pattern of two rows of five
        "spearman-honest": Answer.UNDECIDED,  # -1, of fewer epochs than a published figure needs
    }
    assert found == expected


def test_few_epochs_decide_no_correlation_of_the_published_size(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same falling condition number says no once so many epochs would resolve 0.669."""
    tracks = made_up(-0.5, (1e-3, 1.5))
    few = {a.effect: a for a in e1.answers(tracks, ENOUGH)}["spearman-honest"]
    assert "epochs resolve nothing below 0.886" in few.value
    monkeypatch.setattr(e1, "SIGNIFICANT", {EPOCHS: 0.669})
    enough = {a.effect: a for a in e1.answers(tracks, ENOUGH)}["spearman-honest"]
    assert enough.answer is Answer.NO
    assert "resolve" not in enough.value
    monkeypatch.setattr(e1, "SIGNIFICANT", {EPOCHS: 0.67})
    assert answers(tracks)["spearman-honest"] is Answer.UNDECIDED


def test_a_correlation_that_is_affirmed_asks_for_no_more_epochs() -> None:
    """Fewer epochs than a figure of the published size needs, and yet it stands: nothing is left to decide."""
    found = {a.effect: a for a in e1.answers(made_up(-0.5, (1e-3, 1.5)), ENOUGH)}["spearman"]
    assert found.answer is Answer.YES
    assert "epochs" not in found.value


def test_nothing_as_published() -> None:
    found = answers(made_up(-1e-16, (1e-3, 1e-2)))
    for effect in ("negative", "injected", "injected-mse", "escapes", "escapes-collapsed"):
        assert found[effect] is Answer.NO


@pytest.mark.parametrize(
    ("swish", "shrunk", "relu", "expected"),
    [
        (4, 4, 2, Answer.YES),  # of six
        (3, 4, 2, Answer.UNDECIDED),  # a half is not more than a half
        (4, 3, 2, Answer.UNDECIDED),
        (4, 4, 3, Answer.UNDECIDED),  # nor fewer
        (3, 3, 2, Answer.UNDECIDED),
        (3, 3, 3, Answer.NO),
    ],
)
def test_the_published_estimate_s_signs_are_counted_in_the_published_runs(
    swish: int, shrunk: int, relu: int, expected: Answer
) -> None:
    """Whatever the exact eigenvalues are, and the estimate before the first step."""
    tracks = made_up(-0.5, (1e-3, 1.5))
    for activation, start, below in (
        ("swish", Start.NORMAL, swish),
        ("swish", Start.SHRUNK_PROJECTOR, shrunk),
        ("relu", Start.SHRUNK_PROJECTOR, relu),
    ):
        estimate = np.where(np.arange(EPOCHS + 1) <= below, -1e-9, 0.0)
        cell = Cell("simsiam", activation, start)
        tracks[cell] = tracks[cell] | {"estimate": estimate}
    (found,) = [a for a in e1.answers(tracks, ENOUGH) if a.effect == "signs"]
    assert found.answer is expected
    assert f"swish, normal: {swish} of 6; " in found.value


def test_a_run_too_short_to_have_escaped_says_nothing_of_an_escape() -> None:
    for tracks in (made_up(-0.5, (1e-3, 1.5)), made_up(-1e-16, (1e-3, 1e-2))):
        found = answers(tracks, ENOUGH - 1)
        assert found["escapes"] is found["escapes-collapsed"] is Answer.UNDECIDED
    early = answers(made_up(-0.5, (1.0, 2.0)), ENOUGH - 1)
    assert early["escapes"] is Answer.NOT_APPLICABLE


def test_a_start_that_is_not_collapsed_is_no_escape() -> None:
    found = answers(made_up(-0.5, (1.0, 2.0)))
    assert found["escapes"] is Answer.NOT_APPLICABLE
    (asked,) = (effect for effect in e1.EXPERIMENT.effects if effect.id == "escapes")
    assert "By construction no run decides it" in asked.criterion


def test_negative_curvature_of_the_pullback_is_not_injected() -> None:
    tracks = {cell: track(-0.5, -0.48, (1.0, 2.0)) for cell in CELLS}
    found = answers(tracks)
    assert found["negative"] is Answer.NO
    assert found["injected"] is Answer.NO


def test_wrong_signs_are_counted() -> None:
    tracks = made_up(-0.5, (1e-3, 1.5))
    for cell in tracks:
        tracks[cell] = tracks[cell] | {"estimate": -tracks[cell]["estimate"]}
    assert answers(tracks)["estimator"] is Answer.NO
    assert e1_measure.estimates_wrong(tracks[CELLS[0]]) == EPOCHS


@pytest.mark.parametrize(
    ("more", "tracks_wrong", "expected"),
    [
        (0, 1, Answer.YES),  # one run of twenty is a twentieth
        (1, 1, Answer.UNDECIDED),
        (-1, 5, Answer.UNDECIDED),
        (0, 5, Answer.NO),  # five are a quarter
    ],
)
def test_how_many_wrong_signs_decide(more: int, tracks_wrong: int, expected: Answer) -> None:
    tracks, left = made_up(-0.5, (1e-3, 1.5)), EPOCHS * tracks_wrong + more
    assert len(tracks) == 20
    for cell in tracks:
        flipped, estimate = min(left, EPOCHS), tracks[cell]["estimate"].copy()
        estimate[1 : 1 + flipped] *= -1
        tracks[cell], left = tracks[cell] | {"estimate": estimate}, left - flipped
    assert left == 0
    assert answers(tracks)["estimator"] is expected


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([1, 9, 5, 5, 5, 5, 5, 5, 5, 5], "peak"),
        ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], "drift"),
        ([1, 1.1, 1, 1.1, 1, 1.1, 1, 1.1, 1.1, 1], "static"),
    ],
)
def test_patterns(values: list[float], shown: str) -> None:
    for name in ("peak", "drift", "static"):
        assert e1_measure.shows(np.array(values, float), name) == (name == shown)


def test_loss_hessian_in_both_readings() -> None:
    made = track(0.0, 0.0, (1.0, 2.0)) | {"length": np.full((EPOCHS + 1, 32), 2.0)}
    space, directions = (part[0, 0] for part in e1_measure.loss_hessian(made))
    block = np.array([[0, 0.8], [0.8, 0.6]]) / 4
    assert space == pytest.approx(np.linalg.eigvalsh(block))
    assert directions == pytest.approx([0.15, 0.15])


def test_every_run_is_configured_once() -> None:
    configs = [artefact.arguments[1] for artefact in DIGITS_TRACKS.artefacts]
    assert len(set(configs)) == len(configs) == 20
    normal = Cell("simsiam", ACTIVATIONS[0], Start.NORMAL)
    shrunk = DIGITS_TRACKS.cells[normal._replace(start=Start.SHRUNK_PROJECTOR)]
    assert replace(shrunk, start=Start.NORMAL) == DIGITS_TRACKS.cells[normal]


def test_what_ranks_exceed_by_chance() -> None:
    """Against all orders of 6 and 8 epochs; of more against Student's approximation."""
    for epochs in (6, 8):
        orders = np.array(list(permutations(range(epochs))))
        apart = np.square(orders - np.arange(epochs)).sum(1)
        sizes = np.abs(1 - 6 * apart / (epochs**3 - epochs))
        rare = [size for size in np.unique(sizes) if np.mean(sizes >= size - 1e-9) <= 0.05]
        assert e1_display.SIGNIFICANT[epochs] == pytest.approx(min(rare), abs=5e-4)
    for epochs in (10, 25, 100):
        t = stats.t.ppf(0.975, epochs - 2)
        wanted = t / (epochs - 2 + t**2) ** 0.5
        assert e1_display.SIGNIFICANT[epochs] == pytest.approx(wanted, abs=0.02)


def test_one_sample_below_zero_makes_the_batch_negative() -> None:
    made = track(0.5, 0.0, (1.0, 2.0))
    assert e1_measure.estimates_wrong(made) == 0
    made["effective"][3:, 17, 0] = -0.5
    assert e1_measure.estimates_wrong(made) == EPOCHS - 2
    assert e1_measure.share(e1_measure.negative(made)) == (EPOCHS - 2) / (32 * EPOCHS)
    made["estimate"][:] = -1e-3
    assert e1_measure.estimates_wrong(made) == 2  # what was before the first step does not count


def test_a_pullback_is_semidefinite_where_it_is_not_resolved_negative() -> None:
    assert e1_measure.semidefinite_pullback(track(-0.5, 0.0, (1.0, 2.0))) == 1
    indefinite = track(-0.5, -0.5, (1.0, 2.0))
    assert e1_measure.semidefinite_pullback(indefinite) == 0
    indefinite["pullback"][1:, :8, 0] = 0
    assert e1_measure.semidefinite_pullback(indefinite) == 0.25


def test_the_target_is_the_other_view(monkeypatch: pytest.MonkeyPatch) -> None:
    # Oracle: the views drawn again, and cosines by hand.
    monkeypatch.setattr(e1_measure, "SAMPLES", 3)
    digits = load_digits()
    config = DIGITS_TRACKS.cells[Cell("simsiam", "swish", Start.NORMAL)]
    state = State(0, 0, untrained(config, digits), 0.1)
    found = e1_measure.observe_tracks(config, digits)(state)
    generator = torch.Generator().manual_seed(config.seed)
    both = floating(digits.test_images[:3]).repeat(2, 1, 1, 1)
    first, second = config.augmentation(both, generator).split(3)
    assert not torch.allclose(first, second)
    networks = with_statistics(state, digits)
    outputs = e1_measure.whole_head(networks, config)(represent(networks.backbone, first).double())
    targets = head_outputs(networks.projector, represent(networks.backbone, second)).double()
    lengths = outputs.norm(dim=1) * targets.norm(dim=1)
    assert found["cosine"] == pytest.approx(((outputs * targets).sum(1) / lengths).numpy())


@pytest.mark.parametrize(
    ("negative", "wrong", "upwards", "expected"),
    [
        (8, 4, 1, Outcome.AS_STATED),
        (8, 1, 2, Outcome.AS_STATED),  # an eighth and a quarter
        (7, 4, 1, Outcome.SURPRISE),
        (8, 0, 1, Outcome.SURPRISE),
        (8, 4, 3, Outcome.SURPRISE),
    ],
)
def test_the_audit_stands_on_three_counts(
    negative: int, wrong: int, upwards: int, expected: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of eight states in every cell."""

    def audited(*_: object) -> tuple[CellAudit, ...]:
        rest = {"negative_end": 0, "faded": 0, "zero": 0}
        floats = {"errors": (1.0, 0.0, 2.0), "confidence": 1.0, "beyond": 1.0}
        counts = {"negative": negative, "wrong_sign": wrong, "wrong_upwards": upwards}
        return (CellAudit(cell="made up", states=8, **counts, **rest, **floats),)

    monkeypatch.setattr(e1_invariants, "audit", audited)
    monkeypatch.setattr(e1_invariants, "STATES", {"smoke": 8})
    ctx = Context(seed=1, profile="smoke", device="cpu", cache="", rooms={})
    assert e1_invariants.run_audit(ctx).outcome is expected
