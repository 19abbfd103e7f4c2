"""Networks that are kept after every epoch are those that a run of so many epochs ends with."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from ssl_fixture import short_context

from verify.claims.evidence import Table
from verify.experiments.e3 import measure as e3
from verify.experiments.forms import LIVE
from verify.experiments.networks import DIGITS_SIMCLR, FRESH, TRAINED, UNTRAINED, snapshot, trained
from verify.experiments.report import shown
from verify.ssl.data.dataset import load_digits
from verify.ssl.measurements import Protocol
from verify.ssl.snapshots import observe_weights
from verify.ssl.training import to_arrays, train, untrained
from verify.ssl.training.config import weights_to_arrays

CONFIG = replace(DIGITS_SIMCLR, epochs=2)


@pytest.fixture(scope="module")
def digits():
    return load_digits()


def test_every_epoch_has_its_networks(digits) -> None:
    """The oracle trains anew for as many epochs; the run has a constant rate, so they agree."""
    run = train(CONFIG, digits, observe=observe_weights(CONFIG, digits))
    kept = {"losses": np.array(run.losses), **run.curves}
    expected = [
        weights_to_arrays(untrained(CONFIG, digits)),
        *(to_arrays(train(replace(CONFIG, epochs=n), digits)) for n in (1, 2)),
    ]
    for epoch, arrays in enumerate(expected):
        arrays.pop("losses", None)
        found = snapshot(kept, epoch)
        assert found.keys() == arrays.keys()
        for name, values in arrays.items():
            np.testing.assert_array_equal(found[name], values, err_msg=f"{name}, epoch {epoch}")
    weights = "projector.layers.0.weight"
    assert not np.array_equal(snapshot(kept, 1)[weights], snapshot(kept, 2)[weights])


def test_the_course_ends_where_the_measurement_is(digits, tmp_path) -> None:
    """The oracle is E3 itself, on the same networks and orbits, and the probe that E3 shows first."""
    few = replace(digits, test_images=digits.test_images[:60], test_labels=digits.test_labels[:60])
    kept = trained(LIVE, config=CONFIG)
    form = replace(kept, seeds=(0,), orbits=None, observing=observe_weights)
    ctx = short_context(tmp_path, [], 1)
    (found,) = e3.course(form, ctx, few)
    runs = list(form.runs(ctx, few))
    cells, _ = e3.measure(form, runs, few)
    for name in (TRAINED, FRESH):
        for protocol, figure, quantity in (
            (Protocol.CONSISTENT, e3.SELECTIVITY, "selectivity"),
            (Protocol.PUBLISHED, e3.COMPRESSION, "compression"),
        ):
            curve = found[f"{figure}, {name}"]
            assert len(curve) == CONFIG.epochs + 1
            assert curve[-1] == pytest.approx(*e3.values(cells[name, protocol], quantity), rel=1e-6)
    assert found[e3.CLASS][-1] == runs[0].class_probe(few, e3.COURSE_LABELLED)
    before = e3.values(cells[UNTRAINED, Protocol.CONSISTENT], "selectivity")
    assert found[f"{e3.SELECTIVITY}, {TRAINED}"][0] == pytest.approx(*before, rel=1e-6)


@pytest.mark.parametrize(
    ("curves", "said"),
    [
        ([[9, 1, 2, 3, 4], [0, 1, 3, 2, 4]], "rises"),
        ([[0, 4, 3, 2, 1], [0, 4, 2, 3, 1]], "falls"),
        ([[0, 1, 2, 3, 4], [0, 4, 3, 2, 1]], "does neither"),
        ([[0, 1, 2, 3, 4], [0, 2, 4, 1, 3]], "does neither"),
    ],
)
def test_a_trend_is_one_of_every_seed_from_the_first_epoch_on(curves, said) -> None:
    assert e3.direction(curves) == said


def test_networks_that_are_not_trained_are_said_to_be_first() -> None:
    setting = Table(title="Setting", columns=("", "published", "here"), rows=(("a", "b", "c"),))
    low, high = (
        shown([], "Found.", cases=1, tables=[setting], probes=[0.6, last]) for last in (0.5, 0.56)
    )
    assert low.summary.startswith("These networks do not count as trained: a linear probe")
    assert high.summary == "Found."
    assert low.tables[0].rows[0][2] == "55.0 (60.0, 50.0)"
    assert low.tables[0].rows[1:] == setting.rows
