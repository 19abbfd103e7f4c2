"""What E3 shows of its measurements: tables and plots."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import fmean

import torch
from torch import Tensor

from verify.claims.evidence import Plot, Series, Table
from verify.experiments import report
from verify.experiments.e3.measure import (
    ANGLES,
    BOTH_WAYS,
    COMPRESSION,
    COURSE_LABELLED,
    COURSE_ORBITS,
    DRAWS,
    SAMPLE_CLASSES,
    SELECTIVITY,
    TREND,
    Cells,
    Course,
    Points,
    direction,
    intervals,
    moved,
    pooled,
    trends,
    values,
)
from verify.experiments.networks import FRESH, TRAINED, Trained
from verify.ssl.data import Dataset
from verify.ssl.measurements import Protocol, principal_coordinates

ORBITS = "the orbits that are measured"
"""The row of the setting that no training configuration holds."""

Column = tuple[str, Callable[..., str]]
"""A heading, and what stands below for a network, a protocol and its cells."""


def column(
    heading: str, quantity: str, form: str = ".2f", scale: float = 1, part: str = "plain"
) -> Column:
    """A quantity as `verify.experiments.e3.measure.values` has it, times a scale."""
    return heading, lambda *row: report.over_seeds(values(row[-1], quantity, part), form, scale)


def interval_column(heading: str, quantity: str) -> Column:
    """The intervals of a quantity."""
    return heading, lambda *row: report.spans(intervals(row[-1], quantity))


def rows(cells: Cells) -> list[tuple[object, ...]]:
    """A row for each network and protocol."""
    return [(*key, row) for key, row in cells.items()]


def settings(form: Trained, dataset: Dataset) -> tuple[Table, Table]:
    """What was run, beside what was published, and what the words mean."""
    twelve = "12 rotations over [0, 360) degrees"
    images = len(dataset.test_images[: form.orbits])
    reach = getattr(form.config.augmentation, "rotation", 0)
    setting = report.setting_table(
        form,
        dataset,
        report.PUBLISHED_SIMCLR,
        {
            ORBITS: (
                f"{twelve}; 5 classes (0, 2, 4, 6, 9) x 3 images drawn at random; nearest pixel; the head is fed normalised z",
                f"{twelve}; {dataset.classes} classes, {report.thousands(images)} test images, interpolated; of the first {BOTH_WAYS}, and of 5 x 3, nearest pixel too; the head is fed raw z, and normalised z",
            )
        },
        "The published training rotations cover a quarter of the measured orbit, ours all of it: no answer here is about orbits that training never showed."
        if reach >= 180
        else "The training rotations cover a quarter of the measured orbit, as published.",
    )
    words = ("consistent protocol", "published protocol", "fresh head", "untrained network")
    more = ("spread", "total variance", "compression", "selectivity", "share", "gain")
    return setting, report.words_table(form.source.setting(dataset), *words, *more)


def tables(form: Trained, dataset: Dataset, cells: Cells) -> tuple[Table, ...]:
    """Spreads, distances, and compression of as many orbits as were published."""
    setting, published = form.source.setting(dataset), (report.PUBLISHED_SETTING, "published")
    before = cells[TRAINED, Protocol.CONSISTENT]
    spread, variance = (fmean(values(before, f"z.{name}")) for name in ("spread", "variance"))
    return (
        report.table(
            f"Mean-square spread along rotation orbits: {setting}",
            rows(cells),
            *report.NETWORK,
            column("spread of z, x1e-2", "z.spread", ".1f", 100),
            column("spread of h, x1e-2", "h.spread", ".2f", 100),
            column("compression z / h", "compression"),
            column("total variance z / h", "shrinkage"),
            column("selectivity", "selectivity"),
            interval_column("95 % intervals", "selectivity"),
            ("over seeds and orbits", lambda *row: report.spans([pooled(row[-1], "selectivity")])),
            above=(
                (
                    *published,
                    "2.25",
                    "0.10",
                    "21.85 (22.5 printed)",
                    "14.93",
                    "1.46",
                    "none",
                    "none",
                ),
                (
                    "published: CIFAR-10, ViT-Tiny",
                    "published",
                    "1.09",
                    "0.00027",
                    "4015",
                    "2930",
                    "1.37",
                    "none",
                    "none",
                ),
            ),
            note=f"{report.not_published(dataset)}Mean over training seeds {report.listed(form.seeds)}, each in parentheses; {report.thousands(len(dataset.test_images[: form.orbits]))} test images x 12 rotations; one interval for each seed, from {DRAWS} bootstrap draws of orbits within their class, rid of their bias, which say nothing of training; over seeds and orbits: of the mean of the logarithms, give or take the Student quantile of the training seeds times the root of their variance over their number plus that of the draws. The published total variance and selectivity were computed from the released arrays. There the spread of z is 0.0225 and its total variance 0.244, so that orbits make up 9 % of it; here the spread is {spread / 0.0225:.0f} times as large, and orbits make up {100 * spread / variance:.0f} % of a total variance of {variance:.2f}. Backbone and images differ, so that ratios compare and absolute spreads do not.",
        ),
        report.table(
            f"Distances within orbits and between classes: {setting}",
            rows(cells),
            *report.NETWORK,
            column("D_intra of z", "z.intra"),
            column("D_intra of h", "h.intra"),
            column("D_inter of z", "z.inter"),
            column("D_inter of h", "h.inter"),
            column("D_inter / D_intra of z", "z.contrast"),
            column("D_inter / D_intra of h", "h.contrast"),
            column("gain", "semantic_gain"),
            interval_column("95 % intervals of the gain", "semantic_gain"),
            above=(
                (*published, "0.211", "0.044", "0.432", "0.111", "2.04", "2.50", "1.22", "none"),
            ),
            note=f"D_intra: mean distance between two points of an orbit. D_inter: mean distance between two class centroids ({dataset.classes} classes here, 5 published). Means, seeds and intervals as above; of the bias of the draws, which drive centroids apart, the gain itself is not rid.",
        ),
        report.table(
            f"The same with as many orbits as were published, 5 x 3: {setting}",
            rows(cells),
            *report.NETWORK,
            column("compression z / h", "compression", part="sample"),
            column("selectivity", "selectivity", part="sample"),
            note="The first 3 test images of each of classes 0 to 4 (published: of 0, 2, 4, 6 and 9, drawn at random); no answer rests on these rows.",
        ),
    )


def turning_table(form: Trained, dataset: Dataset, both: tuple[Cells, Cells]) -> Table:
    """The same images interpolated and turned to the nearest pixel, as published."""
    interpolated, nearest = both

    def of(cells: Cells, quantity: str, part: str) -> Column:
        way = "nearest pixel" if cells is nearest else "interpolated"
        return (
            f"{quantity}, {way}",
            lambda *key: report.over_seeds(values(cells[key], quantity, part)),
        )

    def changed(quantity: str) -> Column:
        return (
            "moves by %",
            lambda name, protocol: report.percent(moved(both, name, protocol, quantity)),
        )

    return report.table(
        f"Interpolated, and turned to the nearest pixel as published: {form.source.setting(dataset)}",
        interpolated,
        *(
            (heading, lambda name, protocol, at=at: (name, str(protocol))[at])
            for at, heading in enumerate(("network", "protocol"))
        ),
        of(interpolated, "compression", "plain"),
        of(nearest, "compression", "plain"),
        changed("compression"),
        of(interpolated, "selectivity", "plain"),
        of(nearest, "selectivity", "plain"),
        changed("selectivity"),
        ("compression of 5 x 3 orbits, nearest pixel", of(nearest, "compression", "sample")[1]),
        ("selectivity of 5 x 3 orbits, nearest pixel", of(nearest, "selectivity", "sample")[1]),
        note=f"The first {len(dataset.test_images[:BOTH_WAYS])} test images x 12 rotations. The published protocol at the nearest pixel on 5 x 3 orbits is what was published, but for the classes and images: 21.85, and 1.46 from its arrays. Seeds {report.listed(form.seeds)}.",
    )


def course_tables(form: Trained, setting: str, courses: Sequence[Course]) -> tuple[Table, ...]:
    """Every figure before the first step, after the first epoch, half of them and all, and its trend."""
    if not courses:
        return ()
    shown = sorted({0, 1, form.config.epochs // 2, form.config.epochs})
    return (
        report.table(
            f"What changes as training goes on: {setting}",
            [(name, [c[name] for c in courses]) for name in courses[0]],
            ("", lambda name, curves: name),
            *(
                (f"epoch {e}", lambda name, curves, e=e: report.over_seeds([c[e] for c in curves]))
                for e in shown
            ),
            ("Spearman with the epoch", lambda name, curves: report.over_seeds(trends(curves))),
            ("as training goes on", lambda name, curves: direction(curves)),
            note=f"Mean over training seeds {report.listed(form.seeds)}, each in parentheses; {COURSE_ORBITS} test images x 12 rotations, probe of {COURSE_LABELLED} training images. Rises: a rank correlation of at least {TREND:g} from the first epoch on, in every seed; falls: of at most -{TREND:g}. Where the selectivity rises or falls, the answers here are about the last epoch and not about the end of a longer training.",
        ),
    )


def course_plots(form: Trained, setting: str, courses: Sequence[Course]) -> tuple[Plot, ...]:
    """Selectivity and published compression after every epoch, with a fresh head's beside them."""
    return tuple(
        Plot(
            title=f"{figure.capitalize()}, as training goes on",
            kind="line",
            series=tuple(
                report.band(name, range(len(courses[0][f"{figure}, {name}"])), curves)
                for name in (TRAINED, FRESH)
                for curves in [[c[f"{figure}, {name}"] for c in courses]]
            ),
            xlabel="epoch",
            ylabel="z over h",
            yscale="log",
            note=f"{setting}; {report.drawn(form.seeds)}.",
        )
        for figure in (SELECTIVITY, COMPRESSION)
        if courses
    )


def plots(form: Trained, dataset: Dataset, points: Points) -> tuple[Plot, Plot, Plot]:
    """Five orbits before and after the head, and how far representations move along all of them."""
    setting = form.source.setting(dataset)

    def portrait(where: str, orbits: Tensor) -> Plot:
        """Principal coordinates of one orbit of each of five classes, from unit vectors (n, A, d)."""
        chosen = [int((dataset.test_labels == c).nonzero()[0, 0]) for c in range(SAMPLE_CLASSES)]
        found = principal_coordinates(orbits[chosen].flatten(0, 1))
        return Plot(
            title=f"Five rotation orbits {where}",
            kind="scatter",
            series=tuple(
                Series(label=f"class {c}", x=tuple(x.tolist()), y=tuple(y.tolist()))
                for c, orbit in enumerate(found.unflatten(0, (SAMPLE_CLASSES, len(ANGLES))))
                for x, y in [orbit.T]
            ),
            xlabel="first principal coordinate",
            ylabel="second principal coordinate",
            equal_axes=True,
            note=f"{setting}; seed {form.seeds[0]}, unit vectors, consistent protocol, 12 rotations each.",
        )

    def moved(orbits: Tensor) -> list[float]:
        """Mean distance from the unrotated image's vector, for each angle."""
        return (orbits - orbits[:, :1]).norm(dim=-1).mean(0).tolist()

    return (
        portrait("before the head (z)", points[f"z, {TRAINED}"][0]),
        portrait("after the head (h)", points[f"h, {TRAINED}"][0]),
        Plot(
            title="How far a representation moves as its image turns",
            kind="line",
            series=tuple(
                report.band(name, torch.rad2deg(ANGLES).tolist(), map(moved, seeds))
                for name, seeds in points.items()
            ),
            xlabel="rotation in degrees",
            ylabel="distance of unit vectors",
            note=f"{setting}; mean over {points[f'z, {TRAINED}'][0].shape[0]} test images; {report.drawn(form.seeds)}.",
        ),
    )


def summary(setting: str, cells: Cells) -> str:
    """The figures in a sentence."""
    trained = cells[TRAINED, Protocol.CONSISTENT]
    published, fresh = (
        report.over_seeds(values(cells[name, Protocol.PUBLISHED], "compression"), ".0f")
        for name in (TRAINED, FRESH)
    )
    compression, growth, selectivity = (
        report.over_seeds(values(trained, name))
        for name in ("compression", "growth", "selectivity")
    )
    return f"On {setting}: fed what it was trained on, the compression of orbits by the head, spread of z over spread of h, is {compression}, and the total variance of h is {growth} times that of z: selectivity {selectivity}. The published protocol gives a compression of {published} for the same networks and of {fresh} for a head that was never trained; published, on CIFAR-10, it gave 21.85."
