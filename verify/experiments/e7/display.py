"""What E7 shows of its measurements: a table and a plot."""

from __future__ import annotations

import numpy as np

from verify.claims.evidence import Plot, Series, Table
from verify.experiments.collapse import NORMED, PLAIN, Cell
from verify.experiments.e2.display import settings as settings
from verify.experiments.e7.measure import Updates, arithmetic, epochs_geometric, geometric
from verify.experiments.networks import Runs, label
from verify.experiments.report import drawn, over_seeds, table


def update_table(form: Runs[Cell], setting: str, updates: Updates) -> Table:
    """Every head's updates over the backbone's."""
    published, none = "published: CIFAR-10, ResNet-18, x 0.1", ("none",) * 3
    return table(
        f"Relative updates over the backbone's: {setting}",
        updates.items(),
        ("head, BatchNorm, learning rate, start", lambda cell, parts: label(cell)),
        ("projector / backbone, as published", lambda c, p: over_seeds(arithmetic(p), ".3g")),
        ("geometric mean over epochs", lambda c, p: over_seeds(epochs_geometric(p), ".3g")),
        ("geometric mean over all steps", lambda c, p: over_seeds(geometric(p), ".3g")),
        ("predictor / backbone", lambda c, p: over_seeds(arithmetic(p, "predictor"), ".3g")),
        above=(
            (f"{published}, {PLAIN}", "31 to 653", *none),
            (f"{published}, {NORMED}", "0.4 to 2.7", *none),
        ),
        note=f"As published: means over the steps of each of {form.config.epochs} epochs, their ratio, and its mean over epochs; the predictor's likewise. The geometric mean over epochs is what is also computed from the released arrays. {'Mean over training seeds, each in parentheses' if len(form.seeds) > 1 else 'Of one training seed'}.",
    )


def update_plot(form: Runs[Cell], setting: str, updates: Updates) -> Plot:
    """The projector's update over the backbone's while training, at the rate 0.05."""

    def series(cell: Cell, ratio: np.ndarray) -> Series:
        return Series(
            label=label(cell),
            x=tuple(float(epoch) for epoch in range(1, ratio.shape[1] + 1)),
            y=tuple(np.exp(np.log(ratio).mean(0)).tolist()),
            low=tuple(ratio.min(0).tolist()),
            high=tuple(ratio.max(0).tolist()),
        )

    return Plot(
        title="Relative update of the projector over the backbone's",
        kind="line",
        series=tuple(
            series(cell, parts["update_projector"] / parts["update_backbone"])
            for cell, parts in updates.items()
            if cell.rate == 0.05 and cell.activation in ("swish", "relu")
        ),
        xlabel="epoch",
        ylabel="ratio of the means over its steps",
        yscale="log",
        note=f"{setting}; {drawn(form.seeds, 'geometric mean')}.",
    )
