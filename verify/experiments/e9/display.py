"""What E9 shows of its measurements: a table and a plot. Accuracies are shown in %."""

from __future__ import annotations

from collections.abc import Callable
from statistics import fmean

from verify.claims.evidence import Plot, Table
from verify.experiments import report
from verify.experiments.e9.measure import HEADS, LABELLED, NONE, Curves, at, epochs_to, mean
from verify.experiments.networks import Runs
from verify.ssl.data import Dataset


def settings(form: Runs[tuple[str]], dataset: Dataset) -> Table:
    """What was run, beside what was published."""
    mlp = report.describe_mlp(form.config.projector, form.config.representation)
    probe = f"a linear probe in closed form (ridge): of the class, from all labels and from {LABELLED} of each; of quarter turns"
    rows = {
        "head": ("", f"none, or {mlp}"),
        "activation": ("", "linear, relu, swish"),
        "probes": ("not an experiment of the paper", probe),
    }
    return report.setting_table(form, dataset, report.PUBLISHED_SIMCLR, rows)


def probe_table(form: Runs[tuple[str]], dataset: Dataset, curves: Curves) -> Table:
    """Every head's accuracies."""
    goal = fmean(at(curves, NONE, "class_z"))

    def accuracy(name: str) -> Callable[[str], str]:
        return lambda head: report.percent(at(curves, head, name))

    first, few, bare = (
        report.percent(at(curves, NONE, name, 0)) for name in ("class_z", "few_z", "bare_z")
    )
    return report.table(
        f"Linear probes under every head, accuracy in %: {form.source.setting(dataset)}",
        ((head,) for head in HEADS),
        ("head", lambda head: head),
        ("class, z", accuracy("class_z")),
        ("class, h", accuracy("class_h")),
        (f"class from {LABELLED} labels of each, z", accuracy("few_z")),
        (f"class from {LABELLED} labels of each, h", accuracy("few_h")),
        ("rotation, z", accuracy("rotation_z")),
        ("rotation, h", accuracy("rotation_h")),
        ("class, z, mean over epochs", lambda head: report.percent(mean(curves, head))),
        (
            f"epochs to {100 * goal:.1f} %",
            lambda head: ", ".join(epochs_to(runs[head]["class_z"], goal) for runs in curves),
        ),
        above=(
            ("untrained", first, "none", few, *["none"] * 5),
            ("untrained, BatchNorm as built", bare, *["none"] * 7),
        ),
        note=f"{report.not_published(dataset)}Mean over training seeds {report.listed(form.seeds)}, each in parentheses; probes see all {report.thousands(len(dataset.train_images))} training images, or {LABELLED * dataset.classes}, and are tested on {report.thousands(len(dataset.test_images))} others, the same for every seed, so that intervals over seeds hold the noise of training alone. Without a head h is z. The last column is of class, z; its goal is what training without a head ends at. The untrained network has the BatchNorm statistics of the training images, or as built those of none: means 0, variances 1. Where it says none, nothing was measured.",
    )


def probe_plot(form: Runs[tuple[str]], setting: str, curves: Curves) -> Plot:
    """Class accuracy while training."""
    return Plot(
        title="A linear probe of the class while SimCLR trains",
        kind="line",
        series=tuple(
            report.band(
                f"{of}, {head}",
                range(form.config.epochs + 1),
                (100 * runs[head][f"class_{of}"] for runs in curves),
            )
            for head in HEADS
            for of in ("z", "h")[: 1 if head == NONE else 2]
        ),
        xlabel="epoch",
        ylabel="accuracy in %",
        note=f"{setting}; {report.drawn(form.seeds)}.",
    )
