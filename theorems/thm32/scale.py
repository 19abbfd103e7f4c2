"""3.2 at production size: the properties' own functions on seeded losses, heads and curves."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import torch
from torch import Tensor

from theorems.thm32.heads import Waves
from theorems.thm32.properties import (
    ROUNDING,
    Case,
    Eight,
    exact_error,
    exact_head,
    hessian_products,
)
from theorems.thm32.properties_affine import Affine, affine_bound, exceeds, spectrum, whitened
from theorems.thm32.properties_curve import Moving, derivative, forced_error
from verify.claims.check import Context
from verify.claims.evidence import Finding, Plot, Series, Table, finding
from verify.numeric.activations import GELU, SWISH
from verify.numeric.decimals import rounded_up
from verify.numeric.effective_hessian import EffectiveHessian
from verify.numeric.heads import Head

D, K = 512, 2048
WIDTHS = (D, 2048, K)
SEEDS = 8
WAVES, PROBES = 64, 8


class Seeded:
    """Normal tensors in float64 from one seed."""

    def __init__(self, seed: int) -> None:
        self._generator = torch.Generator().manual_seed(seed)

    def normal(self, *shape: int) -> Tensor:
        """Standard normal entries."""
        return torch.randn(*shape, generator=self._generator, dtype=torch.float64)

    def loss(self, k: int = K) -> Waves:
        """64 waves with |w| about 1 and random squares on R^k."""
        weights = self.normal(WAVES, k) / k**0.5
        return Waves(self.normal(WAVES), weights, self.normal(WAVES), self.normal(k) / 10)


def _case(seeded: Seeded, d: int, k: int) -> Case:
    """A seeded loss, curve and centre; all directions if d is small, else some."""
    loss, u0 = seeded.loss(k), seeded.normal(k)
    curve = Eight(seeded.normal(d), seeded.normal(d), seeded.normal(1))
    probes = torch.eye(d, dtype=u0.dtype) if d <= PROBES else seeded.normal(d, PROBES)
    return Case(loss, u0, curve, seeded.normal(d), probes / probes.norm(dim=0))


def _split(case: Case) -> tuple[float, tuple[float, ...], float]:
    """c; the largest |(H_eff / c) v - v|, |G v| / c and |M v| / c at the curve's last point; G's error / c.

    Oracle of G, which has rank 1: h = u0 + s e with phi(s) = y + (c / 2) |z - z0|^2, so that
    grad s = c (z - z0) / phi' and G = phi'' (grad s) (grad s)^T.
    """
    head, z = exact_head(case), case.curve.points[-1]
    hessian = EffectiveHessian(head, head.loss, z)
    g, m = (part @ case.probes / head.c for part in (hessian.pullback, hessian.interaction))
    u, away = head(z), z - head.centre
    slope = head.e @ case.loss.gradient(u)
    bend = head.e @ hessian_products(case.loss, u, head.e[:, None])[:, 0]
    alone = bend * head.c / slope**2 * torch.outer(away, away @ case.probes)
    whole, *sizes, error = (
        float(x.norm(dim=0).max()) for x in (g + m - case.probes, g, m, g - alone)
    )
    return head.c, (whole, *sizes), error


def exact(ctx: Context) -> Finding:
    """The exact head at d = 512, k = 2048 along curves that meet themselves; what G and M share."""
    ratios, rows = [], []
    for index in range(SEEDS):
        case = _case(Seeded(ctx.seed_for(f"thm32.exact.{index}")), D, K)
        ratios.append(exact_error(case))
        for shown in (case, _case(Seeded(ctx.seed_for(f"thm32.small.{index}")), 5, 3)):
            c, sizes, error = _split(shown)
            ratios += [sizes[0] / ROUNDING, error / ROUNDING]
            rows.append((len(shown.centre), len(shown.u0), c, sizes))
    margin = max(ratios)
    return finding(
        margin <= 1,
        rf"At $d = {D}$, $k = {K}$, behind {SEEDS} seeded losses, $H_{{\mathrm{{eff}}}} v = c v$ along curves that meet themselves, with at most {rounded_up(margin, 2)} times the error allowed.",
        cases=SEEDS * 2 * PROBES,
        margin=margin,
        tables=(
            Table(
                title="What carries the isotropy of the exact head",
                columns=("d, k", "c", "largest |H_eff v / c - v|", "|G v| / c", "|M v| / c"),
                rows=tuple(
                    (f"{d}, {k}", f"{c:.2e}", *(f"{size:.2g}" for size in sizes))
                    for d, k, c, sizes in sorted(rows)
                ),
                note=f"Largest over unit vectors v: all axes at d = 5, {PROBES} random ones at d = {D}; at one point of each curve.",
            ),
        ),
    )


STEPS = (2.0**-4, 2.0**-5)
"""Steps of the central differences; gamma has |gamma'| = |gamma''| = 1."""

RELATIVE = 1e-10
"""Relative difference allowed to products at this size: the signs of 2048 roundings are mixed, so that
sums err by 1e-14; four orders are left for the conditioning of the sums."""

ORDER_TOLERANCE = 0.05
"""Deviation allowed to the observed order 2: the next term of the error is of relative size
step^2 / 20 times a ratio of derivatives of order 1."""


def _moving(seeded: Seeded, index: int) -> Moving:
    weights = [
        seeded.normal(rows, columns) * (2 / columns) ** 0.5 for columns, rows in pairwise(WIDTHS)
    ]
    biases = [seeded.normal(rows) / 10 for rows in WIDTHS[1:]]
    head = Head(weights, biases, (SWISH, GELU)[index % 2])
    v, w = seeded.normal(D), seeded.normal(D)
    return Moving(head, seeded.loss(), seeded.normal(D), v / v.norm(), w / w.norm())


def forced(ctx: Context) -> Finding:
    """H_eff gamma' = d/dt (J^T rho) on 512-2048-2048 heads: by differentiation and by differences."""
    ratios, rows, orders, gaps = [], [], [], []
    for index in range(SEEDS):
        case = _moving(Seeded(ctx.seed_for(f"thm32.forced.{index}")), index)
        ratios.append(forced_error(case))
        hessian = EffectiveHessian(case.head, case.loss, case.z)
        product = hessian @ case.v
        gaps.append(float((product - derivative(case)).norm() / product.norm()))
        bent, fixed = hessian.interaction @ case.v, hessian.rho
        oracle = hessian_products(lambda z: fixed @ case.head(z), case.z, case.v[:, None])[:, 0]  # noqa: B023
        gaps.append(float((bent - oracle).norm() / product.norm()))
        share = float(bent.norm() / product.norm())
        errors = []
        for step in STEPS:
            ahead, behind = (case.gradient(product.new_tensor(s)) for s in (step, -step))
            difference = (ahead - behind) / (2 * step)
            errors.append(float((difference - product).norm() / product.norm()))
        orders.append(math.log2(errors[0] / errors[1]))
        name = case.head.activations[0].name
        rows.append(
            (
                name,
                f"{share:.2g}",
                f"{max(gaps[-2:]):.1e}",
                *(f"{e:.2e}" for e in errors),
                f"{orders[-1]:.3f}",
            )
        )
    off = max(abs(order - 2) for order in orders)
    margin = max(*ratios, max(gaps) / RELATIVE, off / ORDER_TOLERANCE)
    return finding(
        margin <= 1,
        f"On {SEEDS} heads {'-'.join(map(str, WIDTHS))} the products, and those with $M$, agree with automatic differentiation of $J^T \\rho$ along curves, and of $\\rho \\cdot h$, within {rounded_up(max(gaps), 2)}, and central differences approach them at an order within {rounded_up(off, 2)} of 2.",
        cases=SEEDS,
        margin=margin,
        residuals={"largest relative gap": max(gaps), "largest deviation from order 2": off},
        tables=(
            Table(
                title="Products with the effective Hessian against differences along a curve",
                columns=(
                    "activation",
                    "|M v| / |H_eff v|",
                    "automatic differentiation: relative gap",
                    "differences: relative gap, step 1/16",
                    "step 1/32",
                    "order",
                ),
                rows=tuple(rows),
                note="Central differences of $J^T \\rho$ along a curved trajectory, He weights.",
            ),
        ),
    )


SCALES = (1.0, 1e-2, 1e-4, 1e-6)

SLOPE_TOLERANCE = 0.02
"""Deviation allowed to the power 1/2 of c between the two least scales: terms of second order are
smaller by some percent at c = 1e-4, a change of the power of less than 0.01."""


def affine(ctx: Context) -> Finding:
    """kappa of an affine 512-2048 head against its scale c, with its bound."""
    seeded = Seeded(ctx.seed_for("thm32.affine"))
    loss = seeded.loss()
    loss = replace(loss, amplitudes=loss.amplitudes / 64, squares=1 + loss.squares.abs())
    u0, z = seeded.normal(K), seeded.normal(D)
    x, values = whitened(loss.hessian(u0), D)
    least = float(values[0])
    rows, kappas, ratios, kept = [], [], [], True
    for c in SCALES:
        case = Affine(loss, u0, z, c)
        found, bound = spectrum(case, x), affine_bound(case, least)
        ratios.append(exceeds(found, bound))
        kappas.append(float(found[-1] / found[0]))
        most = (1 + bound) / (1 - bound) if bound < 1 else math.inf
        # Eigenvalues in [1 - b, 1 + b]: (kappa - 1) / (kappa + 1) is at most b, and b at the bound.
        kept &= 1 <= kappas[-1] <= most and math.isclose(most - 1, bound * (most + 1))
        seen = (f"{y:.4g}" for y in (kappas[-1], kappas[-1] - 1))
        rows.append((f"{c:g}", *seen, rounded_up(bound), rounded_up(most)))
    slope = math.log10((kappas[2] - 1) / (kappas[3] - 1)) / math.log10(SCALES[2] / SCALES[3])
    off = abs(slope - 0.5) / SLOPE_TOLERANCE
    margin = max(*ratios, off)
    return finding(
        kept and margin <= 1,
        (
            rf"Affine head {D}-{K}: $\kappa(H_{{\mathrm{{eff}}}}) - 1$ is "
            + ", ".join(f"{kappa - 1:.2e}" for kappa in kappas)
            + " for $c$ = "
            + ", ".join(f"{c:g}" for c in SCALES)
            + f", a power {slope:.3f} of $c$ at the end; the error is at most {rounded_up(max(ratios), 2)} of the bound."
        ),
        cases=len(SCALES),
        margin=margin,
        tables=(
            Table(
                title="Condition of the effective Hessian of an affine head against its scale",
                columns=("c", "kappa", "kappa - 1", "bound on |H_eff / c - I|", "bound on kappa"),
                rows=tuple(rows),
                note=f"At one point with |z| = {float(z.norm()):.3g}; the bounds are for all of that ball.",
            ),
        ),
        plots=(
            Plot(
                title="An affine head comes as close to isotropy as one likes",
                kind="line",
                series=(
                    Series(label="kappa - 1", x=SCALES, y=tuple(kappa - 1 for kappa in kappas)),
                ),
                xlabel="scale c",
                ylabel="kappa - 1",
                xscale="log",
                yscale="log",
            ),
        ),
    )
