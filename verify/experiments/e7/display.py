"""What E7 shows of its measurements: a table and a plot."""

from __future__ import annotations

import numpy as np

from verify.claims.evidence import Plot, Series, Table
from verify.experiments.e7.measure import ACTIVATIONS, Updates, ratios
from verify.experiments.networks import Runs, label
from verify.experiments.report import PUBLISHED_SIMSIAM, over_seeds, setting_table, table
from verify.ssl.data import Dataset


def settings(form: Runs[tuple[str, str]], dataset: Dataset) -> Table:
    """What was run, beside what was published."""
    rows = {
        "activation": ("", ", ".join(ACTIVATIONS)),
        "BatchNorm in the heads": ("", "none, or after every layer"),
    }
    return setting_table(form, dataset, PUBLISHED_SIMSIAM, rows)


def update_table(form: Runs[tuple[str, str]], setting: str, updates: Updates) -> Table:
    """Every head's updates over the backbone's."""
    published = "published: CIFAR-10, ResNet-18"
    return table(
        f"Relative updates over the backbone's: {setting}",
        updates.items(),
        ("head", lambda cell, parts: cell[0]),
        ("BatchNorm, start", lambda cell, parts: cell[1]),
        ("projector / backbone", lambda cell, parts: over_seeds(ratios(parts))),
        ("predictor / backbone", lambda cell, parts: over_seeds(ratios(parts, "predictor"))),
        above=(
            (published, "none", "31 to 653", "none"),
            (published, "BatchNorm", "0.4 to 2.7", "none"),
        ),
        note=f"Geometric mean over {form.config.epochs} epochs of the last step's; mean over training seeds, each in parentheses. Whether the published head includes the predictor is not known here: both are shown.",
    )


def update_plot(form: Runs[tuple[str, str]], setting: str, updates: Updates) -> Plot:
    """The projector's update over the backbone's while training."""

    def series(cell: tuple[str, str], ratio: np.ndarray) -> Series:
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
        series=tuple(series(c, p["projector"] / p["backbone"]) for c, p in updates.items()),
        xlabel="epoch",
        ylabel="ratio",
        yscale="log",
        note=f"{setting}; geometric mean and range of {len(form.seeds)} seeds.",
    )
