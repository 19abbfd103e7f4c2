"""The networks that the digits experiments share, with the theorems' checks on trained networks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from verify.experiments import trained_networks as _trained
from verify.experiments.trained_networks import Run, Trained
from verify.ssl.data import Dataset
from verify.ssl.digits_configs import DIGITS_SIMCLR, SEEDS
from verify.ssl.image_source import DIGITS_SOURCE

if TYPE_CHECKING:
    from verify.claims.check import Context

__all__ = ["NETWORKS", "SIMCLR", "Run", "runs"]

NETWORKS = Trained(source=DIGITS_SOURCE, name="simclr", config=DIGITS_SIMCLR, seeds=SEEDS, bent=100)
"""SimCLR under the published kind of head."""

SIMCLR = NETWORKS.artefacts
"""One trained backbone and projector for each training seed."""


def runs(ctx: Context, dataset: Dataset) -> Iterator[Run]:
    """Every training seed's run, on the device that the data set is on."""
    return _trained.runs(NETWORKS, ctx, dataset)
