"""E9: the closed-form probe against scikit-learn, the criteria on made-up curves, and the room."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.linear_model import Ridge
from ssl_fixture import short_context, tables_are_whole

from verify.claims.evidence import Answer, Outcome
from verify.engine.worker import run_check
from verify.experiments.e9 import experiment as e9
from verify.experiments.e9 import measure as e9_discard
from verify.experiments.e9.experiment import setup
from verify.experiments.e9.measure import features
from verify.experiments.forms import LIVE
from verify.ssl import probes
from verify.ssl.data import load_digits
from verify.ssl.measurements import represent
from verify.ssl.probes import RIDGE, ridge_accuracy, ridge_scores
from verify.ssl.training import State, untrained
from verify.ssl.variances import with_statistics

pytestmark = pytest.mark.slow  # it trains networks

DIGITS_DISCARD = setup(LIVE)


@pytest.mark.parametrize("chunk", [7, probes.CHUNK])
def test_ridge_against_scikit_learn(chunk, monkeypatch) -> None:
    generator = torch.Generator().manual_seed(0)
    x = 3 + torch.randn(50, 4, generator=generator)
    others = 3 + torch.randn(9, 4, generator=generator)
    labels = torch.randint(3, (50,), generator=generator)
    centred = x.double() - x.double().mean(0)
    penalty = RIDGE * (centred.T @ centred).diagonal().mean().item()
    model = Ridge(alpha=penalty).fit(x.double().numpy(), np.eye(3)[labels.numpy()])
    monkeypatch.setattr(probes, "CHUNK", chunk)
    scores = ridge_scores(x, labels, others, 3)
    assert scores.numpy() == pytest.approx(model.predict(others.double().numpy()), abs=1e-10)
    expected = (scores.argmax(1) == 1).double().mean().item()
    ones = torch.ones(9, dtype=torch.int64)
    assert ridge_accuracy(x, labels, others, ones, 3) == expected


def test_ridge_separates_what_is_separable() -> None:
    labels = torch.arange(40) % 4
    x = torch.eye(4)[labels]
    assert ridge_accuracy(x, labels, x, labels, 4) == 1


def test_without_a_head_h_is_z() -> None:
    digits = load_digits()
    found = features(
        untrained(DIGITS_DISCARD.cells[e9_discard.NONE,], digits), digits.test_images[:5]
    )
    assert torch.equal(found["z"], found["h"])


@pytest.mark.parametrize("check", [c.id for c in e9.CHECKS if c.gates])
def test_gates(check: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    evidence = run_check(check, short_context(tmp_path_factory.mktemp("cache"), ()))
    assert evidence.outcome is Outcome.AS_STATED, evidence.summary + evidence.detail


def test_discard(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of one epoch stands for every run; seeds that agree give intervals of no width."""
    ctx = short_context(tmp_path_factory.mktemp("cache"), ())
    artefact = DIGITS_DISCARD.by_seed[0]["swish",]
    source, config, observing = artefact.arguments
    built = artefact.build((source, replace(config, epochs=1), observing), ctx)
    last = DIGITS_DISCARD.config.epochs + 1
    built = {n: np.pad(v, (0, last - len(v)), mode="edge") for n, v in built.items()}
    monkeypatch.setattr(type(artefact), "load", lambda self, ctx: built)
    evidence = run_check("E9.discard", ctx)
    tables_are_whole(evidence)
    assert [row[0] for row in evidence.tables[1].rows] == [
        "untrained",
        "untrained, BatchNorm as built",
        *e9_discard.HEADS,
    ]
    assert [a.effect for a in evidence.answers] == [e.id for e in e9.EXPERIMENT.effects]


def made_up(z: dict[str, float], loss: float) -> e9_discard.Curves:
    """Accuracies on z that each head reaches at once, and lower ones on h; seeds differ a little."""
    curves: e9_discard.Curves = [{} for _ in DIGITS_DISCARD.seeds]
    for seed, runs in enumerate(curves):
        for head in e9_discard.HEADS:
            reached = z[head] + 0.001 * seed * (head != e9_discard.NONE)
            runs[head] = {
                f"{probe}_{of}": np.array([start, level, level])
                for probe, start in (("class", 0.5), ("few", 0.5), ("rotation", math.nan))
                for of, level in (("z", reached), ("h", reached - loss))
            }
    return curves


HELPING = {e9_discard.NONE: 0.7, e9_discard.LINEAR: 0.75, "relu": 0.8, "swish": 0.85}


@pytest.mark.parametrize(
    ("z", "loss", "expected"),
    [
        (HELPING, 0.1, [Answer.YES] * 6),
        (HELPING, -0.1, [*[Answer.NO] * 2, Answer.UNDECIDED, *[Answer.YES] * 3]),  # no control
        (HELPING | {e9_discard.NONE: 0.9}, 0.1, [Answer.YES] * 3 + [Answer.NO] * 3),
        # One head that does worse, or that is not told from none, leaves it undecided: yes and no are asked of both.
        (
            HELPING | {"relu": 0.6},
            0.1,
            [Answer.YES] * 3 + [Answer.UNDECIDED, Answer.YES, Answer.UNDECIDED],
        ),
        (
            HELPING | {"relu": 0.7},
            0.1,
            [Answer.YES] * 3 + [Answer.UNDECIDED, Answer.YES, Answer.UNDECIDED],
        ),
        (dict.fromkeys(HELPING, 0.7), 0.0, [Answer.UNDECIDED] * 6),
    ],
)
def test_criteria(z: dict[str, float], loss: float, expected: list[Answer]) -> None:
    assert [a.answer for a in e9.answers(made_up(z, loss))] == expected


def test_the_start_is_no_epoch_of_the_mean() -> None:
    curves = made_up(HELPING, 0.1)
    expected = [HELPING["relu"] + 0.001 * seed for seed in range(len(curves))]
    assert e9_discard.mean(curves, "relu") == pytest.approx(expected)


def test_epochs_to() -> None:
    curves = made_up(HELPING, 0.1)
    curve = curves[0]["relu"]["class_z"]
    assert e9_discard.epochs_to(curve, 0.79) == "1"
    assert e9_discard.epochs_to(curve, 0.99) == "never"


def test_what_is_called_bare_has_the_statistics_that_it_was_built_with() -> None:
    # Oracle: the probe on representations of the network itself, and of one whose BatchNorms were calibrated.
    digits = load_digits()
    config = DIGITS_DISCARD.cells["swish",]
    state = State(0, 0, untrained(config, digits), 0.0)
    found = e9_discard.observe_probes(config, digits)(state)
    for name, networks in (
        ("bare_z", state.networks),
        ("class_z", with_statistics(state, digits)),
    ):
        seen, judged = (
            represent(networks.backbone, images)
            for images in (digits.train_images, digits.test_images)
        )
        assert found[name] == ridge_accuracy(
            seen, digits.train_labels, judged, digits.test_labels, 10
        )
    assert found["bare_z"] != found["class_z"]
