"""Proposition 5.2: metric singularity along augmentations.

Read in this order: `statement` (the quoted text, its readings, the repaired parts), `derivation`,
`derivation_spread`, `properties` (invariant heads), `curves`, `refutations`, `siblings`, `scale`,
`trained`.
"""

from __future__ import annotations

from functools import partial

from theorems.prop52 import (
    curves,
    derivation,
    derivation_spread,
    properties,
    refutations,
    scale,
    siblings,
    trained,
)
from theorems.prop52.statement import STATEMENT
from verify.claims.check import Arithmetic
from verify.claims.declare import (
    at_scale,
    attack,
    false,
    fixed_dimensions,
    proof,
    refutation,
    section,
    true,
)
from verify.experiments.declare import measurement
from verify.experiments.digits_networks import SIMCLR

METRIC = section(
    "prop52.metric",
    *proof("derivation", "$J_h v = 0$, and $J^T B J v = 0$ for every $B$", derivation.metric),
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
    true("property.kernel", r"$H_{\mathrm{eff}} v = 0$ at critical points", properties.KERNEL),
    *(false(name, claim) for name, claim in siblings.CURVATURES.items()),
    false("orbit-only", siblings.ORBIT_ONLY),
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
        "length",
        r"$|h(\mathrm{end}) - h(\mathrm{start})| \leq \delta \ell$",
        derivation_spread.length,
    ),
    *proof(
        "diameter",
        r"$\operatorname{diam} h \leq \delta \ell / 2$ on closed curves",
        derivation_spread.diameter,
    ),
    *proof(
        "variance", r"$\operatorname{Var} h \leq \delta^2 \ell^2 / 12$", derivation_spread.variance
    ),
    *proof("open", r"The constant $(\ell/\pi)^2$ of open curves", derivation_spread.open_poincare),
    *proof(
        "closed",
        r"The constant $(\ell/2\pi)^2$ of closed curves",
        derivation_spread.closed_poincare,
    ),
    fixed_dimensions("attained", "The examples that attain every constant", refutations.attained),
    true("property.length", r"The ends are at most $\delta \ell$ apart", curves.LENGTH),
    true("property.diameter", "The diameter on closed curves", curves.DIAMETER),
    true("property.variance", r"The variance against $\delta^2 \ell^2/12$", curves.STEEPNESS),
    true("property.open", "The variance of open curves against the mean slope", curves.OPEN),
    true("property.closed", "The variance of closed curves against it", curves.CLOSED),
    *(false(f"constant.{name}", claim) for name, claim in siblings.SPREADS.items()),
    at_scale("production", "The bounds along an arc at 512-2048-2048", scale.spread, cost=2.0),
    at_scale(
        "trained",
        "Predicted and measured spread along rotation orbits of digits, trained networks",
        trained.chain,
        artefacts=SIMCLR,
        cost=7.0,
    ),
    measurement(
        "semantics",
        "Contraction along rotation orbits against random and between-class directions",
        trained.semantics,
        artefacts=SIMCLR,
        arithmetic=Arithmetic.FLOAT64,
        cost=3.0,
    ),
    part="spread",
)

SMALL = section(
    "prop52.small",
    *proof(
        "moments",
        r"$E|h(T_\theta z) - h(z)|^2 = \operatorname{tr}(J P \Sigma P^T J^T) + O(E|\eta|^3)$",
        derivation_spread.small_augmentations,
    ),
    *proof("landau", r"$|J \gamma'| \leq D/\ell + B \ell/2$", derivation_spread.landau),
    true("property.moments", "The second moment and its remainder", curves.SMALL),
    true("property.landau", "The slope against the image's diameter", curves.LANDAU),
    false("remainder", siblings.SMALL_REMAINDER),
    false("slope", siblings.LANDAU_SLOPE),
    part="small",
)

CHECKS = (*METRIC, *HESSIAN, *CONVERSE, *SPREAD, *SMALL)

__all__ = ["CHECKS", "STATEMENT"]
