"""5.1 at production width, and the gaps and kinks that the small checks rest on, in figures."""

from __future__ import annotations

import math
from statistics import median

import torch

from theorems.thm51.images import (
    BRIGHTNESS,
    GEOMETRY,
    IDENTITY,
    PARAMETERS,
    RANK_TOLERANCE,
    Backbone,
    Picture,
    backbone,
    base,
    differences,
    orbit,
    scaled,
    tangents,
)
from theorems.thm51.properties import (
    BASE,
    ONE_SIDED_STEP,
    ORDER_TOLERANCE,
    STEP,
    one_sided,
    one_sided_difference,
)
from verify.claims.check import Context
from verify.claims.evidence import Finding, Table, finding
from verify.numeric.decimals import rounded_down, rounded_up

SAMPLE = 50
"""Pictures drawn, a tenth of them waves."""

WIDTHS = (512, 2048)
SIDE = 32


def _pictures(ctx: Context, name: str, count: int) -> list[Picture]:
    """Seeded pictures: tinted digits and, every tenth time, waves."""
    generator = torch.Generator().manual_seed(ctx.seed_for(name))
    digits = torch.randint(1797, (count,), generator=generator).tolist()
    seeds = torch.randint(2**31, (count,), generator=generator).tolist()
    return [Picture(-1 if n % 10 == 9 else digits[n], seeds[n]) for n in range(count)]


def _singular_values(found: torch.Tensor) -> torch.Tensor:
    """Of the tangents and a repeated brightness, over the largest, (9,)."""
    s = torch.linalg.svdvals(scaled(torch.cat([found, found[:, [BRIGHTNESS]]], dim=1)))
    return s / s[0]


def spectrum(ctx: Context) -> Finding:
    """The gap that the numerical rank rests on, with a second brightness parameter."""
    kept, dropped = math.inf, 0.0
    for picture in _pictures(ctx, "thm51.spectrum", SAMPLE):
        s = _singular_values(tangents(picture.image(), BASE))
        kept, dropped = min(kept, float(s[-2])), max(dropped, float(s[-1]))
    clear = dropped < RANK_TOLERANCE < kept
    return finding(
        clear,
        f"Over {SAMPLE} pictures the eighth singular value is at least {rounded_down(kept, 2)} of the first, the ninth, of the repeated parameter, at most {rounded_up(dropped, 2)}; the tolerance {RANK_TOLERANCE:.0e} {'lies' if clear else 'does not lie'} between them.",
        cases=SAMPLE,
        residuals={"eighth / first, least": kept, "ninth / first, largest": dropped},
    )


def kinks(ctx: Context) -> Finding:
    """How far apart the one-sided derivatives at the identity are, and where autodiff lands."""
    gaps: dict[str, list[float]] = {name: [] for name in PARAMETERS[:GEOMETRY]}
    misses: dict[str, list[float]] = {name: [] for name in PARAMETERS[:GEOMETRY]}
    at_identity, off = torch.cat([IDENTITY[:GEOMETRY], BASE[GEOMETRY:]]), 0.0
    for picture in _pictures(ctx, "thm51.kinks", SAMPLE):
        image = picture.image()
        above, below = one_sided(image, 1), one_sided(image, -1)
        direct = tangents(image, at_identity)[:, :GEOMETRY]
        for column, name in enumerate(gaps):
            a, b, c = above[:, column], below[:, column], direct[:, column]
            gaps[name].append(float((a - b).norm() / a.norm()))
            misses[name].append(float(torch.minimum((c - a).norm(), (c - b).norm()) / a.norm()))
        ahead, behind = (one_sided_difference(image, side, ONE_SIDED_STEP) for side in (1, -1))
        size = (ahead - behind).norm(dim=0) / ahead.norm(dim=0)
        shown = torch.tensor([values[-1] for values in gaps.values()], dtype=size.dtype)
        off = max(off, float((shown / size - 1).abs().max()))
    apart = min(min(values) for values in gaps.values())
    return finding(
        # The derivatives agree to 1e-9, the distance from the kink, where there is none.
        apart > 1e-6
        and off <= 0.01
        and all((median(v) < 1e-6) is name.startswith("shift") for name, v in misses.items()),
        (
            f"At the identity the derivatives from above and from below differ in all of {SAMPLE} pictures, by "
            + ", ".join(f"{100 * median(v):.0f} % ({name})" for name, v in gaps.items())
            + " in the median: the orbit is not differentiable there."
        ),
        cases=SAMPLE,
        tables=(
            Table(
                title="One-sided derivatives at the identity, relative to the one from above",
                columns=(
                    "parameter",
                    "above and below differ by: least",
                    "median",
                    "largest",
                    "autodiff misses the nearer one by: median",
                ),
                rows=tuple(
                    (
                        name,
                        f"{min(v):.2f}",
                        f"{median(v):.2f}",
                        f"{max(v):.2f}",
                        f"{median(misses[name]):.1e}",
                    )
                    for name, v in gaps.items()
                ),
                note="Forward mode at the kink reads every pixel's slope towards the next centre, whichever way its sample moves: for a shift that is one of the two derivatives, for a rotation or a scaling it is neither.",
            ),
        ),
    )


def _production(width: int, seed: int) -> Backbone:
    """Five convolutional layers, 3-64-128-256-512 and a 1x1 layer to the width, averaged."""
    return backbone((3, 64, 128, 256, 512), inputs=512, width=width, pool=True, seed=seed)


def production(ctx: Context) -> Finding:
    """Eight Jacobian-vector products at 32x32 through networks with d = 512 and 2048."""
    at, rows, worst, clear = base(SIDE), [], 0.0, True
    for width in WIDTHS:
        encoder = _production(width, ctx.seed_for(f"thm51.production.{width}"))
        for picture in _pictures(ctx, f"thm51.production.pictures.{width}", 2):
            image = picture.image(SIDE)
            found = tangents(image, at, encoder)
            errors = [
                differences(lambda theta: orbit(image, theta, encoder), at, (h, h)) - found  # noqa: B023
                for h in (STEP, STEP / 2)
            ]
            halving = (errors[0] - 4 * errors[1]).norm(dim=0) / errors[0].norm(dim=0)
            s = _singular_values(found)
            clear &= bool(s[-1] < RANK_TOLERANCE < s[-2])
            worst = max(worst, float(halving.max()) / ORDER_TOLERANCE)
            relative = float((errors[1].norm(dim=0) / found.norm(dim=0)).max())
            rows.append(
                (str(width), f"{float(s[-2]):.1e}", f"{float(s[-1]):.1e}", f"{relative:.1e}")
            )
    return finding(
        clear and worst <= 1,
        f"At d = {' and '.join(map(str, WIDTHS))} the eight tangents of {SIDE}x{SIDE} images are {'' if clear else 'not '}independent with a clear gap, and central differences {'approach' if worst <= 1 else 'do not approach'} them at second order.",
        cases=len(rows),
        margin=worst,
        tables=(
            Table(
                title="Tangents at production width: singular values over the first, and differences",
                columns=(
                    "d",
                    "eighth",
                    "ninth, of a repeated parameter",
                    "central difference off by",
                ),
                rows=tuple(rows),
            ),
        ),
    )
