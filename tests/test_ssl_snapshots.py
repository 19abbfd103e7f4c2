"""Networks that are kept after every epoch are those that a run of so many epochs ends with."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from verify.experiments.networks import DIGITS_SIMCLR
from verify.ssl.data.dataset import load_digits
from verify.ssl.snapshots import observe_weights, snapshot
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
