"""Proposition 5.2: metric singularity along augmentations.

Read in this order: `statement` (the quoted text, its readings, the repaired parts), `derivation`,
`derivation_spread`, `properties` (invariant heads), `curves`, `refutations`, `scale`,
`trained`.
"""

from __future__ import annotations

from functools import partial

from theorems.prop52 import (
    bounds,
    curves,
    derivation,
    derivation_spread,
    properties,
    proved,
    refutations,
    scale,
    trained,
)
from theorems.prop52.statement import STATEMENT as STATEMENT
from verify.claims.check import Arithmetic
from verify.claims.declare import (
    at_scale,
    fixed_dimensions,
    measurement,
    mutant_check,
    proof,
    property_check,
    refutation,
    refutation_controls,
    section,
)
from verify.claims.derivation import derive
from verify.experiments.networks import DIGITS_NETWORKS

METRIC = section(
    "prop52.metric",
    *proof("derivation", "$J_h v = 0$, and $J^T B J v = 0$ for every $B$", derivation.metric),
    *proof("rank", r"$\operatorname{rank} J_h \leq d - \dim V$", derivation.rank),
    property_check(
        "property", "$J_h v = 0$ for heads invariant by construction", properties.SINGULAR
    ),
    property_check(
        "averaged", "$J_h v = 0$ for heads averaged over the circle", properties.AVERAGED
    ),
    mutant_check("finite", properties.FINITE),
    mutant_check("tilted", properties.TILTED),
    part="metric",
    readings=("metric",),
)

HESSIAN = section(
    "prop52.hessian",
    *proof(
        "curvature",
        r"$v^T H_{\mathrm{eff}} v = v^T M v = -\rho^T J_h \gamma''$",
        derivation.curvature,
        rests_on=("thm41.identity",),
    ),
    *proof(
        "critical",
        r"$v^T H_{\mathrm{eff}} v = 0$ at a critical point",
        derivation.critical_form,
        rests_on=("thm41.identity",),
        readings=("effective-form",),
    ),
    *proof(
        "neighbourhood",
        r"$H_{\mathrm{eff}} v = 0$ at a critical point near which $h$ is invariant",
        derivation.critical_kernel,
        readings=("effective-neighbourhood",),
    ),
    property_check(
        "property", "The form along an orbit, by automatic differentiation", properties.CURVATURE
    ),
    property_check(
        "property.kernel", r"$H_{\mathrm{eff}} v = 0$ at critical points", properties.KERNEL
    ),
    *(mutant_check(name, claim) for name, claim in properties.CURVATURES.items()),
    mutant_check("orbit-only", properties.ORBIT_ONLY),
    refutation(
        "bowl",
        r"$h = |z|^2/2$: $J_h v = 0$ and $H_{\mathrm{eff}} = I$",
        refutations.curved,
        refutations.BOWL,
        reading="effective",
    ),
    refutation(
        "saddle",
        r"$h = z_1 z_2$: invariant, critical, and $H_{\mathrm{eff}} e_1 = e_2$",
        refutations.curved,
        refutations.SADDLE,
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
        refutations.moving,
        refutations.LEDGE,
        reading="collapse",
    ),
    refutation(
        "cube",
        "$h = z^3$ has no slope at $0$ and is constant nowhere",
        refutations.moving,
        refutations.CUBE,
        reading="converse",
    ),
    *(
        refutation_controls(
            f"controls.{reading}", refute, reading=reading, violations=violations, mild=mild
        )
        for reading, (refute, violations, mild) in refutations.CONTROLS.items()
    ),
    part="converse",
)

COLLAPSE = section(
    "prop52.collapse",
    *proof(
        "group",
        "Invariance at every $z$ under one-parameter groups makes $h$ constant on their orbits",
        derivation.group,
    ),
    readings=("collapse-group",),
)

SPREAD = section(
    "prop52.spread",
    *proof(
        "length",
        rf"$|h(\mathrm{{end}}) - h(\mathrm{{start}})| \leq {bounds.ENDS}$",
        derivation_spread.length,
    ),
    *proof(
        "diameter",
        rf"$\operatorname{{diam}} h \leq {bounds.DIAMETER}$ on closed curves",
        derivation_spread.diameter,
    ),
    *proof(
        "variance", rf"$\operatorname{{Var}} h \leq {bounds.VARIANCE}$", derivation_spread.variance
    ),
    *proof("open", f"The constant ${bounds.OPEN}$ of open curves", derivation_spread.open_poincare),
    *proof(
        "closed",
        f"The constant ${bounds.CLOSED}$ of closed curves",
        derivation_spread.closed_poincare,
    ),
    fixed_dimensions(
        "attained",
        "The examples that attain every constant",
        partial(derive, derivation_spread.attained),
    ),
    property_check("property.length", r"The ends are at most $\delta \ell$ apart", curves.LENGTH),
    property_check("property.diameter", "The diameter on closed curves", curves.DIAMETER),
    property_check(
        "property.variance", r"The variance against $\delta^2 \ell^2/12$", curves.STEEPNESS
    ),
    property_check(
        "property.open", "The variance of open curves against the mean square slope", curves.OPEN
    ),
    property_check(
        "property.closed",
        "The variance of closed curves against the mean square slope",
        curves.CLOSED,
    ),
    *(mutant_check(f"constant.{name}", claim) for name, claim in curves.SPREADS.items()),
    at_scale("production", "The bounds along an arc at 512-2048-2048", scale.spread, cost=2.0),
    at_scale(
        "trained",
        "Predicted and measured spread along rotation orbits of digits, trained networks",
        trained.chain,
        artefacts=DIGITS_NETWORKS.artefacts,
        cost=7.0,
    ),
    measurement(
        "semantics",
        "Contraction along rotation orbits against random and between-class directions",
        trained.semantics,
        artefacts=DIGITS_NETWORKS.artefacts,
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
    *proof("landau", rf"$|J \gamma'| \leq {bounds.LANDAU}$", derivation_spread.landau),
    property_check("property.moments", "The second moment and its remainder", curves.SMALL),
    property_check("property.landau", "The slope against the image's diameter", curves.LANDAU),
    mutant_check("remainder", curves.SMALL_REMAINDER),
    *(mutant_check(name, claim) for name, claim in curves.LANDAU_SLOPES.items()),
    part="small",
)

CHECKS = (*proved.CHECKS, *METRIC, *HESSIAN, *CONVERSE, *COLLAPSE, *SPREAD, *SMALL)
