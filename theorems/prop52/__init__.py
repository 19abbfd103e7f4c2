"""Proposition 5.2: metric singularity along augmentations.

Read in this order: `statement` (the quoted text, its readings, the repaired parts), `derivation`,
`properties`, `refutations`, `siblings`, `scale`.
"""

from __future__ import annotations

from functools import partial

from theorems.prop52 import derivation, properties, refutations, scale, siblings
from theorems.prop52.statement import STATEMENT
from verify.checks import (
    at_scale,
    attack,
    false,
    fixed_dimensions,
    proof,
    refutation,
    section,
    true,
)
from verify.statement import Arithmetic

METRIC = section(
    "prop52.metric",
    *proof("derivation", "$J_h v = 0$, and every form $J^T B J$ at $v$", derivation.metric),
    *proof("rank", r"$\operatorname{rank} J_h \leq d - \dim V$", derivation.rank),
    true("property", "$J_h v = 0$ for heads invariant by construction", properties.SINGULAR),
    true("averaged", "$J_h v = 0$ for heads averaged over the circle", properties.AVERAGED),
    false("finite", siblings.FINITE),
    part="metric",
    readings=("metric",),
)

HESSIAN = section(
    "prop52.hessian",
    *proof(
        "curvature",
        r"$v^T H_{\mathrm{eff}} v = v^T M v = -\rho^T J_h \gamma''$",
        derivation.curvature,
    ),
    *proof(
        "critical",
        r"$v^T H_{\mathrm{eff}} v = 0$ at a critical point",
        derivation.critical_form,
        readings=("effective-form",),
    ),
    *proof(
        "neighbourhood",
        r"$H_{\mathrm{eff}} v = 0$ at a critical point near which $h$ is invariant",
        derivation.critical_kernel,
        readings=("effective-neighbourhood",),
    ),
    true("property", "The form along an orbit, by automatic differentiation", properties.CURVATURE),
    *(false(name, claim) for name, claim in siblings.CURVATURES.items()),
    refutation(
        "bowl",
        r"$h = |z|^2/2$: $J_h v = 0$ and $H_{\mathrm{eff}} = I$",
        partial(refutations.curved, refutations.BOWL, "effective"),
        reading="effective",
    ),
    refutation(
        "saddle",
        r"$h = z_1 z_2$: invariant, critical, and $H_{\mathrm{eff}} e_1 = e_2$",
        partial(refutations.curved, refutations.SADDLE, "effective-kernel"),
        reading="effective-kernel",
    ),
    part="hessian",
)

CONVERSE = section(
    "prop52.converse",
    *proof(
        "derivation",
        "$J_h v = 0$ along the whole orbit makes $h$ constant on it",
        derivation.converse,
        readings=("collapse-everywhere",),
    ),
    refutation(
        "ledge",
        "A head that is constant near $z$ and not on the orbit",
        partial(refutations.moving, refutations.LEDGE, "collapse", 2),
        reading="collapse",
    ),
    refutation(
        "cube",
        "$h = z^3$ has no slope at $0$ and is constant nowhere",
        partial(refutations.moving, refutations.CUBE, "converse", refutations.SOON),
        reading="converse",
    ),
    attack(
        "void",
        "Every hypothesis fails at a model made to violate it",
        refutations.hypotheses_can_fail,
        readings=("effective", "effective-kernel", "collapse", "converse"),
        arithmetic=Arithmetic.EXACT,
    ),
    part="converse",
)

SPREAD = section(
    "prop52.spread",
    *proof(
        "length", r"$|h(\mathrm{end}) - h(\mathrm{start})| \leq \delta \ell$", derivation.length
    ),
    *proof("variance", r"$\operatorname{Var} h \leq \delta^2 \ell^2 / 12$", derivation.variance),
    *proof("open", r"The constant $(\ell/\pi)^2$ of open curves", derivation.open_poincare),
    *proof("closed", r"The constant $(\ell/2\pi)^2$ of closed curves", derivation.closed_poincare),
    fixed_dimensions("attained", "The examples that attain every constant", refutations.attained),
    true("property.length", r"The ends are at most $\delta \ell$ apart", properties.LENGTH),
    true("property.variance", r"The variance against $\delta^2 \ell^2/12$", properties.STEEPNESS),
    true("property.open", "The variance of open curves against the mean slope", properties.OPEN),
    true("property.closed", "The variance of closed curves against it", properties.CLOSED),
    *(false(f"constant.{name}", claim) for name, claim in siblings.SPREADS.items()),
    at_scale("production", "The bounds along an arc at 512-2048-2048", scale.spread, cost=2.0),
    part="spread",
)

SMALL = section(
    "prop52.small",
    *proof(
        "moments",
        r"$E|h(T_\theta z) - h(z)|^2 = \operatorname{tr}(J P \Sigma P^T J^T) + O(E|\eta|^3)$",
        derivation.small_augmentations,
    ),
    *proof("landau", r"$|J \gamma'| \leq D/\ell + B \ell/2$", derivation.landau),
    true("property.moments", "The second moment and its remainder", properties.SMALL),
    true("property.landau", "The slope against the image's diameter", properties.LANDAU),
    false("remainder", siblings.SMALL_REMAINDER),
    false("slope", siblings.LANDAU_SLOPE),
    part="small",
)

CHECKS = (*METRIC, *HESSIAN, *CONVERSE, *SPREAD, *SMALL)

__all__ = ["CHECKS", "STATEMENT"]
