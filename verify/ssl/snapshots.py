"""Networks kept while they train, so that what is measured of them can change without training anew."""

from __future__ import annotations

import numpy as np

from verify.ssl.data import Dataset
from verify.ssl.training import Config, Observe, State
from verify.ssl.training.config import weights_to_arrays


def observe_weights(config: Config, dataset: Dataset) -> Observe:
    """Every weight and BatchNorm statistic of the networks, named ``backbone.*`` and so on."""
    del config, dataset

    def observe(state: State) -> dict[str, float | np.ndarray]:
        # The arrays share memory with what goes on being trained.
        return {name: array.copy() for name, array in weights_to_arrays(state.networks).items()}

    return observe
