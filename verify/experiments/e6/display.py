"""What E6 shows of its measurements: a table and a plot."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from verify.claims.evidence import Plot, Table
from verify.experiments import report
from verify.experiments.e4.display import mean
from verify.experiments.e6.measure import Depth
from verify.experiments.networks import FRESH, TRAINED, Trained
from verify.ssl.data import Dataset
from verify.ssl.measurements import Protocol


def settings(networks: Sequence[Trained], dataset: Dataset) -> tuple[Table, Table]:
    """What was run, beside what was published, and what the words mean."""
    first = networks[0]
    heads = "; ".join(
        report.describe_mlp(n.config.projector, n.config.representation) for n in networks
    )
    rows = {
        "head": ("1, 2 and 3 layers, no biases", heads),
        "activation": ("Swish", ""),
        "batch and epochs": ("batch 512, 50 epochs", ""),
        "BatchNorm in the head": ("after every layer", ""),
        "the orbits that are measured": (
            "12 rotations; 5 classes x 3 images; nearest pixel; the head is fed normalised z",
            "12 rotations, interpolated; the head is fed raw z, and normalised z",
        ),
        "the bending": (
            "10 angles from 0 to 45 degrees, nearest pixel, 100 images",
            "10 angles 5 degrees apart from 13.75, interpolated",
        ),
        "the probes": (
            "linear; raw features; one random quarter turn of every image; batch 256",
            "linear, and an MLP as wide as z; standardised features; all four turns; batch 128",
        ),
    }
    note = f"{report.thousands(len(dataset.test_images[: first.orbits]))} test images x 12 rotations, second differences of {len(dataset.test_images[: first.bent])} of them; probes see {report.thousands(len(dataset.train_images[: first.probed[0]]))} training images x 4 turns."
    words = ("consistent protocol", "published protocol", "fresh head")
    return (
        report.setting_table(first, dataset, report.PUBLISHED_SIMCLR, rows, note),
        report.words_table(
            first.source.setting(dataset), *words, "compression", "selectivity", "gain"
        ),
    )


def depth_table(form: Trained, dataset: Dataset, depths: Sequence[Depth]) -> Table:
    """A line for each depth, with columns as in E3, E4 and E5."""
    wide = form.config.representation

    def contraction(
        quantity: str, protocol: Protocol, words: str = ".2f", network: str = TRAINED
    ) -> Callable[..., str]:
        return lambda layers, depth: report.over_seeds(
            depth.contraction(quantity, protocol, network), words
        )

    def accuracy(width: int, of: str) -> Callable[..., str]:
        return lambda layers, depth: report.percent(depth.accuracies[width, of])

    return report.table(
        f"Heads of growing depth: {form.source.setting(dataset)}",
        [(depth.layers, depth) for depth in depths],
        ("layers", lambda layers, depth: str(layers)),
        ("compression, published protocol", contraction("compression", Protocol.PUBLISHED, ".1f")),
        ("the same by a fresh head", contraction("compression", Protocol.PUBLISHED, ".1f", FRESH)),
        ("compression, consistent", contraction("compression", Protocol.CONSISTENT)),
        ("selectivity", contraction("selectivity", Protocol.CONSISTENT)),
        ("95 % intervals", lambda layers, depth: report.spans(depth.selectivity)),
        ("gain", contraction("semantic_gain", Protocol.CONSISTENT)),
        ("linear probe of the rotation, z, %", accuracy(0, "z")),
        ("linear probe of the rotation, h, %", accuracy(0, "h")),
        (f"MLP of width {wide}, z, %", accuracy(wide, "z")),
        (f"MLP of width {wide}, h, %", accuracy(wide, "h")),
        (
            "second difference, h / z",
            lambda layers, depth: report.over_seeds([c.ratio("second") for c in depth.bent]),
        ),
        note=f"{report.not_published(dataset)}Mean over training seeds {report.listed(form.seeds)}, each in parentheses. From the released arrays: compression 49.1, 57.2, 78.5; over the ratio of the total variances 0.81, 1.50, 2.03. Columns as in E3, E4 and E5. Intervals over seeds of what is lost hold the noise of training alone.",
    )


def depth_plot(setting: str, depths: Sequence[Depth]) -> Plot:
    """Compression and selectivity against the depth."""
    chosen = (
        ("compression", Protocol.PUBLISHED),
        ("compression", Protocol.CONSISTENT),
        ("selectivity", Protocol.CONSISTENT),
    )
    return Plot(
        title="Compression of orbits against the depth of the head",
        kind="line",
        series=tuple(
            report.band(
                f"{quantity}, {protocol.value} protocol",
                [depth.layers for depth in depths],
                zip(*(depth.contraction(quantity, protocol) for depth in depths), strict=True),
            )
            for quantity, protocol in chosen
        ),
        xlabel="layers of the head",
        ylabel="z over h",
        yscale="log",
        note=f"{setting}; mean and range over seeds.",
    )


def summary(setting: str, depths: Sequence[Depth]) -> str:
    """The figures in a sentence."""
    compression, selectivity = (
        ", ".join(report.over_seeds(depth.contraction(*chosen)) for depth in depths)
        for chosen in (("compression", Protocol.PUBLISHED), ("selectivity", Protocol.CONSISTENT))
    )
    lost = ", ".join(mean(depth.loss) for depth in depths)
    of = report.listed([depth.layers for depth in depths])
    return f"On {setting}, for heads of {of} layers: the published protocol gives compressions of {compression} (the released arrays 49.1, 57.2, 78.5); fed what they were trained on, the heads have selectivities of {selectivity}; a linear probe of the rotation loses {lost} points from z to h."
