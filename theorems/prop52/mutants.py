"""False variants of 5.2: near-misses that the true claims must refute."""

from __future__ import annotations

from theorems.prop52.curves import (
    CLOSED,
    DIAMETER,
    LANDAU,
    LENGTH,
    OPEN,
    SMALL,
    STEEPNESS,
)
from theorems.prop52.properties import AVERAGED, CURVATURE, KERNEL, product

FINITE = AVERAGED.mutant(
    "invariance to a half turn makes $J_h v = 0$: averaged over two turns only", turns=2
)

CURVATURES = {
    "sign": CURVATURE.mutant(r"$v^T H_{\mathrm{eff}} v = +\rho^T J_h \gamma''$", weight=1.0),
    "form": CURVATURE.mutant(r"$v^T H_{\mathrm{eff}} v = 0$ at every $z$", weight=0.0),
    "kernel": CURVATURE.mutant(
        r"$H_{\mathrm{eff}} v = 0$ on $\mathcal{V}_{\mathrm{aug}}$ at every $z$",
        weight=0.0,
        of=product,
    ),
}
"""Near-misses of the effective Hessian along an orbit."""

ORBIT_ONLY = KERNEL.mutant(
    r"$H_{\mathrm{eff}} v = 0$ at a critical $z$ if $h$ is invariant along its orbit", local=1.0
)

SPREADS = {
    "open": OPEN.mutant(
        r"$\operatorname{Var} \leq (\ell/\pi)^2$ mean$|\varphi'|^2 / 2$", factor=0.5
    ),
    "open-closed": OPEN.mutant(
        r"$\operatorname{Var} \leq (\ell/2\pi)^2$ mean$|\varphi'|^2$ on open curves", factor=0.25
    ),
    "closed": CLOSED.mutant(
        r"$\operatorname{Var} \leq (\ell/2\pi)^2$ mean$|\varphi'|^2 / 2$ on closed curves",
        factor=0.5,
    ),
    "steepness": STEEPNESS.mutant(r"$\operatorname{Var} \leq \delta^2 \ell^2 / 24$", factor=0.5),
    "diameter": DIAMETER.mutant(
        r"the image of a closed curve has a diameter of at most $\delta \ell / 4$", factor=0.5
    ),
    "length": LENGTH.mutant(
        r"the ends of an open curve are mapped at most $\delta \ell / 2$ apart", factor=0.5
    ),
}
"""Near-misses of the spread's constants."""

LANDAU_SLOPE = LANDAU.mutant(r"$|\varphi'| \leq D/\ell$", bending=0.0)

SMALL_REMAINDER = SMALL.mutant("the same with a hundredth of the remainder", remainder=0.01)
