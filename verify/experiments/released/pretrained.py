"""E8 of the release: what its notebook printed of four released networks. No arrays were released.

The printed variance ratio is of raw outputs and changes with their units. The printed cosines to the
original image do not: 1 - cosine is half of the squared distance between unit vectors.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from verify.experiments.released.intervals import answer
from verify.experiments.released.reader import Release
from verify.experiments.released.rows import About, Claim, Estimate, Part

LINE = re.compile(
    r"(?P<network>[\w /-]+?) +\| (?P<kind>\w+) +\|\| +[\d.]+ +[\d.]+ +\|\| +[\d.]+ +[\d.]+ +\| (?P<ratio>[\d.]+)±(?P<half>[\d.]+) +\|\| +[\d.]+ +[\d.]+ +(?P<bends>[\d.]+) +\|\| +(?P<z>[\d.]+) +(?P<h>[\d.]+)"
)
"""A line of the printed table: ranks, variances and their ratio, curvatures and theirs, cosines."""

ABOUT = About("E8", "CIFAR-10 test images at 224 pixels, released networks")

EXPANDING = ("VICReg", "Barlow")
"""How the names of the networks begin whose heads expand orbits by the published cosines."""


class Printed(NamedTuple):
    """One line: the variance ratio z / h with half its interval, the curvature ratio, the cosines."""

    network: str
    kind: str
    ratio: float
    half: float
    bends: float
    z: float
    h: float

    @property
    def closer(self) -> float:
        """How many times smaller 1 - cosine is for h than for z."""
        return (1 - self.z) / (1 - self.h)


def table(printed: str) -> list[Printed]:
    """The lines of the printed table."""
    return [
        Printed(
            m["network"].strip(),
            m["kind"],
            *(float(m[n]) for n in ("ratio", "half", "bends", "z", "h")),
        )
        for m in map(LINE.match, printed.splitlines())
        if m
    ]


def spread(release: Release) -> Part:
    """E8: the variance ratio as printed, and the distance from the original image's direction."""
    lines = table(release.printed)
    rows = tuple(
        ABOUT.row(
            quantity=f"orbit of z over that of h: {line.network}, {line.kind}",
            published=f"{line.ratio:.2f}",
            as_published=Estimate(
                value=line.ratio,
                interval=(line.ratio - line.half, line.ratio + line.half),
                method="variance ratio of raw outputs, normal over images, as printed",
            ),
            ours=Estimate(
                value=line.closer,
                method="ratio of the mean 1 - cosine to the original image, from the printed means",
            ),
            form=".3g",
            remark=f"cosine {line.z:.3f} and {line.h:.5f}; second differences h over z {line.bends:.2f}",
        )
        for line in lines
    )
    expanding = [line for line in lines if line.network.startswith(EXPANDING)]
    others = [line for line in lines if not line.network.startswith(EXPANDING)]
    if not expanding or not others:
        return Part(rows=rows, claims=())
    return Part(rows=rows, claims=_claims(expanding, others))


def _claims(expanding: list[Printed], others: list[Printed]) -> tuple[Claim, ...]:
    both = (
        ("compress", "The heads of DINO compress orbits", others, 1),
        ("expand", "The heads of VICReg and Barlow Twins expand orbits", expanding, -1),
    )
    claims = []
    for id, text, lines, sign in both:
        for measure, values, intervals, remark in (
            (
                "raw",
                [line.ratio for line in lines],
                [(line.ratio - line.half, line.ratio + line.half) for line in lines],
                "The ratio changes with the units and lengths of the two outputs.",
            ),
            (
                "unit",
                [line.closer for line in lines],
                [(line.closer, line.closer) for line in lines],
                "Not divided by what the head does to all directions alike; no interval was printed.",
            ),
        ):
            above = [low > 1 for low, _ in intervals]
            below = [high < 1 for _, high in intervals]
            yes, no = (above, below) if sign > 0 else (below, above)
            raw = measure == "raw"
            name = "the printed variance ratio" if raw else "distances of unit vectors"
            whole = f", with its interval in {sum(above)}" if raw else ""
            claims.append(
                ABOUT.claim(
                    id=f"{id}-{measure}",
                    text=f"{text}, by {name}.",
                    criterion=f"z over h. Yes: {'above' if sign > 0 else 'below'} 1 for every network and kind of orbit, with its interval if there is one. No: the other way round for every one. Undecided otherwise.",
                    answer=answer(all(yes), all(no)),
                    value=f"{min(values):.3g} to {max(values):.3g}; above 1 in {sum(v > 1 for v in values)} of {len(values)}{whole}",
                    remark=remark,
                )
            )
    return tuple(claims)
