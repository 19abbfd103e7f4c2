"""E3 of the release, and the orbits of E6: 15 images x 12 rotations, unit vectors before and after the head.

The head was fed the normalised z (the published protocol); what it does to the raw z cannot be
computed from the arrays, nor what a head that was never trained would do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from scipy.special import stdtrit
from torch import Tensor

from verify.claims.evidence import Answer
from verify.experiments.released.collapse import SETTINGS
from verify.experiments.released.intervals import answer
from verify.experiments.released.reader import Release, ReleaseError
from verify.experiments.released.rows import About, Claim, Estimate, Part, Row
from verify.ssl.measurements import (
    Contraction,
    Orbits,
    bootstrap_weights,
    contraction,
    equal_weights,
    percentile_interval,
    summarise,
)
from verify.ssl.orbit_curvature import bending

DRAWS = 4000

MAIN, VIT = "cifar10/resnet18", "cifar10/vit_tiny"

DEPTHS = (1, 2, 3)

ACROSS, WITHIN = (
    "bootstrap over the {}, widened to Student's quantile",
    "bootstrap over the orbits within their classes, rid of its bias and widened for so few of a class, to Student's quantile",
)

NORMAL = float(stdtrit(1e12, 0.975))
"""What draws of many have at the end of a 95 % interval, in deviations."""


def widened(drawn: Tensor, each: int, groups: int = 1) -> Tensor:
    """Draws of a figure of `each` of every group, spread from their mean to what Student's t has at that many.

    Draws of n from n have 1 - 1/n of the variance, and percentiles the quantile of the normal distribution.
    """
    student = float(stdtrit(groups * (each - 1), 0.975))
    wider = (each / (each - 1)) ** 0.5 * student / NORMAL
    return drawn.mean() + wider * (drawn - drawn.mean())


@dataclass(frozen=True)
class Measured:
    """One head's orbits.

    Attributes:
        z, h: unit vectors (n, A, d) and (n, A, k).
        plain: the contraction of all orbits.
        across: of each draw of orbits, a class may be missing.
        within: of each draw of orbits within their classes, as in E3.
        each: orbits of a class, at least 2.
    """

    z: Tensor
    h: Tensor
    plain: Contraction
    across: Contraction
    within: Contraction
    each: int

    def estimate(self, quantity: str, *, within: bool = True) -> Estimate:
        """A property of `Contraction`, with a bootstrap interval."""
        return self.ratio(lambda c: getattr(c, quantity), within=within)

    def ratio(self, of: Callable[[Contraction], Tensor], *, within: bool = True) -> Estimate:
        """Any figure of a contraction, with a bootstrap interval.

        Draws within classes lie about their mean, which exceeds the figure by the bias that the figure itself has.
        """
        value, drawn = of(self.plain), of(self.within if within else self.across)
        count = len(self.z)
        if within:
            drawn = widened(drawn, self.each, count // self.each) + 2 * (value - drawn.mean())
        else:
            drawn = widened(drawn, count)
        low, high = percentile_interval(drawn)
        return Estimate(
            value=value.item(),
            interval=(low, high),
            method=WITHIN if within else ACROSS.format("orbits"),
        )


def measure(release: Release, prefix: str) -> Measured:
    """Read the orbits below a prefix.

    Raises:
        ReleaseError: if they are not orbits of equally many points, one after the other, or a class has one alone.
    """
    z, h, labels, ids = (
        release[f"{prefix}/{name}"]
        for name in ("orbits_z", "orbits_h", "orbit_labels", "orbit_ids")
    )
    count = len(np.unique(ids))
    if len(ids) % count or not np.array_equal(ids, np.repeat(np.unique(ids), len(ids) // count)):
        raise ReleaseError(
            f"The orbits of {prefix} must be of equally many points and follow one another, and they do not."
        )
    of_z, of_h = (torch.from_numpy(points).unflatten(0, (count, -1)) for points in (z, h))
    classes = torch.from_numpy(labels).unflatten(0, (count, -1))[:, 0]
    each = int(classes.unique(return_counts=True)[1].min())
    if each < 2:
        raise ReleaseError(
            f"The orbits of {prefix} must be at least two of each class, and of one there is one alone."
        )
    one = torch.zeros_like(classes)
    before, after = (_in_their_span(summarise(points, classes)) for points in (of_z, of_h))
    across, within = (
        contraction(
            before,
            after,
            bootstrap_weights(groups, DRAWS, torch.Generator().manual_seed(0)),
        )
        for groups in (one, classes)
    )
    plain = contraction(before, after, equal_weights(classes))
    return Measured(of_z, of_h, plain, across, within, each)


def _in_their_span(orbits: Orbits) -> Orbits:
    """The same with n coordinates of each centre: distances and products of centres are unchanged."""
    return replace(orbits, centres=torch.linalg.qr(orbits.centres.T).R.T)


def compress(release: Release) -> Part:
    """E3: spread and distances along rotation orbits, before and after the head."""
    rows: list[Row] = []
    claims: list[Claim] = []
    for folder in (MAIN, VIT):
        found = measure(release, f"{folder}/orbit_visualization")
        rows += _rows(folder, found)
        claims += _claims(folder, found)
    return Part(rows=tuple(rows), claims=tuple(claims))


QUOTED = {
    MAIN: {
        "spread of z": "2.25 ± 1.07 (x 0.01)",
        "spread of h": "0.10 ± 0.06 (x 0.01)",
        "compression": "22.5",
        "intra of z": "0.211",
        "intra of h": "0.044",
        "inter of z": "0.432",
        "inter of h": "0.111",
        "intra": "4.76",
        "inter": "3.89",
        "ratio of z": "2.04",
        "ratio of h": "2.50",
        "gain": "1.22",
    },
    VIT: {},
}


BIASED = ("inter of z", "inter of h", "ratio of z", "ratio of h")

UNBOUNDED = "no interval: redrawing three orbits of a class drives the classes' centroids apart"
"""D_inter of a draw is above that of the orbits drawn from; in the ratio of two of them most of this cancels: the median of draws of a gain is up to 2.5 % above its value, and its interval is rid of that."""


def _rows(folder: str, found: Measured) -> list[Row]:
    about, quoted = About("E3", SETTINGS[folder]), QUOTED[folder]

    def plain(of: Callable[[Contraction], Tensor]) -> Estimate:
        return Estimate(value=of(found.plain).item())

    figures: list[tuple[str, str, Callable[[Contraction], Tensor]]] = [
        ("intra of z", "D_intra of z", lambda c: c.z.intra),
        ("intra of h", "D_intra of h", lambda c: c.h.intra),
        ("inter of z", "D_inter of z", lambda c: c.z.inter),
        ("inter of h", "D_inter of h", lambda c: c.h.inter),
        ("intra", "D_intra, z over h", lambda c: c.z.intra / c.h.intra),
        ("inter", "D_inter, z over h", lambda c: c.z.inter / c.h.inter),
        ("ratio of z", "D_inter over D_intra of z", lambda c: c.z.inter / c.z.intra),
        ("ratio of h", "D_inter over D_intra of h", lambda c: c.h.inter / c.h.intra),
        ("gain", "that of h over that of z", lambda c: c.semantic_gain),
    ]
    norm = float(found.h.double().mean((0, 1)).norm())
    return [
        *(
            about.row(
                f"mean-square spread of {name} along orbits",
                published=quoted.get(f"spread of {name}", ""),
                as_published=plain(lambda c, n=name: getattr(c, n).spread),  # type: ignore[misc]
                ours=found.ratio(lambda c, n=name: getattr(c, n).spread),  # type: ignore[misc]
                remark=f"standard deviation over the orbits {_deviation(points):.3g}",
            )
            for name, points in (("z", found.z), ("h", found.h))
        ),
        about.row(
            "compression: spread of z over spread of h",
            published=quoted.get("compression", ""),
            as_published=found.estimate("compression", within=False),
            ours=found.estimate("compression"),
            form=".4g",
            remark="under the published protocol, as everything here",
        ),
        about.row(
            "total variance, z over h",
            ours=found.estimate("shrinkage"),
            form=".4g",
            remark=f"mean of the unit h has norm {norm:.5f}",
        ),
        about.row(
            "selectivity: compression over that",
            ours=found.estimate("selectivity"),
            form=".2f",
            remark=f"drawn without regard to classes {_interval(found, 'selectivity')}",
        ),
        about.row(
            "share of the compression, in logarithms, that is total variance",
            ours=found.estimate("shrinkage_share"),
            form=".2f",
        ),
        *(
            about.row(
                name,
                published=quoted.get(id, ""),
                as_published=plain(of),
                ours=None if id in BIASED else found.ratio(of),
                form=".4g",
                remark=UNBOUNDED if id in BIASED else "",
            )
            for id, name, of in figures
        ),
        *(
            about.row(
                f"{name} at steps of 30 degrees, h over z",
                ours=ratio,
                remark="fed the normalised z; in E5 the head is fed the raw z, at steps of 5 degrees",
            )
            for name, ratio in _bends(found)
        ),
    ]


def _interval(found: Measured, quantity: str) -> str:
    low, high = found.estimate(quantity, within=False).interval or (0, 0)
    return f"[{low:.2f}, {high:.2f}]"


def _deviation(points: Tensor) -> float:
    """Standard deviation of the spread over orbits (n, A, d), as published: divided by n."""
    spreads = summarise(points, torch.zeros(len(points), dtype=torch.int64)).spreads
    return float(spreads.std(correction=0))


def _bends(found: Measured) -> list[tuple[str, Estimate]]:
    """Second difference and turning angle, h over z, with a bootstrap over orbits."""
    z, h = bending(found.z), bending(found.h)
    groups = torch.zeros(len(found.z), dtype=torch.int64)
    weights = bootstrap_weights(groups, DRAWS, torch.Generator().manual_seed(0))
    named = (("second difference", z.second, h.second), ("turning angle", z.turning, h.turning))
    return [(name, bootstrapped_ratio(before, after, weights)) for name, before, after in named]


def bootstrapped_ratio(
    before: Tensor, after: Tensor, weights: Tensor, over: str = "orbits"
) -> Estimate:
    """Ratio of the means of two figures (n,), the second over the first, under weights (B, n) of draws over n of these."""
    low, high = percentile_interval(widened((weights @ after) / (weights @ before), len(before)))
    value = float(after.mean() / before.mean())
    return Estimate(value=value, interval=(low, high), method=ACROSS.format(over))


def _claims(folder: str, found: Measured) -> list[Claim]:
    about = About("E3", SETTINGS[folder])
    selectivity, gain, share = (
        found.estimate("selectivity", within=False),
        found.estimate("semantic_gain"),
        found.estimate("shrinkage_share", within=False),
    )
    return [
        about.claim(
            id="selective",
            text="The head compresses orbits, beyond the total variance, under the published protocol.",
            criterion="Selectivity. Yes: its bootstrap interval over the orbits lies above 1. No: below. Undecided otherwise.",
            answer=above_one(selectivity),
            value=selectivity.text(".2f"),
            remark="One training seed; no head that was never trained was released beside it.",
        ),
        about.claim(
            id="compression",
            text="The published compression is mostly compression of orbits.",
            criterion="Share of the total variance in the logarithm of the compression. Yes: its interval lies below 1/2. No: above. Undecided otherwise.",
            answer=answer((share.interval or (0, 0))[1] < 0.5, (share.interval or (0, 0))[0] > 0.5),
            value=f"compression {found.plain.compression.item():.4g}, share {share.text('.2f')}",
            remark="One training seed.",
        ),
        about.claim(
            id="semantics",
            text="Classes are kept apart more than orbits.",
            criterion="D_inter over D_intra of h, over that of z. Yes: its interval lies above 1. No: below. Undecided otherwise.",
            answer=above_one(gain),
            value=gain.text(".2f"),
            remark="One training seed. The interval was drawn too narrow by a fifth and leaned upwards, and took the normal quantile for so few orbits, until it was seen; by the latter ViT-Tiny's answer was yes.",
        ),
    ]


def above_one(found: Estimate) -> Answer:
    """Yes if an interval lies above 1, no if below, undecided otherwise."""
    low, high = found.interval or (0.0, 2.0)
    return answer(low > 1, high < 1)


def depths(release: Release) -> tuple[Measured, ...]:
    """The orbits of E6, for heads of 1, 2 and 3 layers."""
    return tuple(
        measure(release, f"{MAIN}/head_depth_ablations/geometric_ablation_depth_{depth}")
        for depth in DEPTHS
    )
