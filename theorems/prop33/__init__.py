"""Proposition 3.3: the curvature barrier for linear heads.

Read in this order: `statement` (the quoted text, its readings, the repaired parts), `derivation`,
`derivation_metric`, `properties`, `cubics`, `refutations`, `mutants`, `robust`, `search`, `scale`.
"""

from __future__ import annotations

from functools import partial

from theorems.prop33 import (
    cubics,
    derivation,
    derivation_metric,
    mutants,
    properties,
    proved,
    refutations,
    robust,
    scale,
    search,
)
from theorems.prop33.statement import STATEMENT as STATEMENT
from verify.claims.check import Arithmetic
from verify.claims.declare import (
    at_scale,
    attack,
    example,
    mutant_check,
    proof,
    property_check,
    refutation,
    refutation_controls,
    section,
)
from verify.claims.derivation import derive

LOSSES = (
    refutations.rippled(2),
    refutations.rippled(1),
    refutations.rippled(3),
    refutations.trinomial(2),
)
EVERYWHERE = (refutations.domed(2), refutations.domed(1), refutations.trinomial(2))

LINEAR_HEAD = ("thm41.identity", "thm41.1-interaction")
"""Why the effective Hessian of a linear or affine head is W^T g W."""

on_linear_heads = partial(proof, rests_on=LINEAR_HEAD)
exact_attack = partial(attack, arithmetic=Arithmetic.EXACT)

IFF = section(
    "prop33.iff",
    *on_linear_heads(
        "necessary",
        "A head that is isotropic everywhere: $L$ is a PD quadratic polynomial on its image",
        derivation.necessary,
    ),
    *on_linear_heads(
        "sufficient",
        "A loss that is a PD quadratic polynomial on $V$ is whitened by $W = B X$",
        derivation.sufficient,
    ),
    property_check(
        "exact",
        r"$H_{\mathrm{eff}}(z) = I$ exactly for random cubic losses with $k > d$",
        properties.CONSTRUCTION,
    ),
    *(mutant_check(name, claim) for name, claim in mutants.CONSTRUCTIONS.items()),
    *(
        refutation(
            f"whitened.{reading}",
            "Curved losses with $k = d + 1$ and $k = d + 2$ under the constant head $[I; 0]$",
            refutations.whitened,
            LOSSES,
            reading=reading,
            cost=2.0,
        )
        for reading in refutations.MILD
    ),
    refutation(
        "whitened.curved-everywhere",
        "Losses curved at every point, with $k = d + 1$ and $k = d + 2$, under the constant head $[I; 0]$",
        refutations.whitened,
        EVERYWHERE,
        reading="curved-everywhere",
        cost=4.0,
    ),
    *(
        refutation_controls(
            f"controls.{name}",
            refutations.whitened,
            reading=reading,
            violations=violations,
            mild=mild,
            cost=2.0,
        )
        for name, (reading, violations, mild) in refutations.CONTROLS.items()
    ),
    exact_attack(
        "smooth-head",
        "False: the barrier also stops smooth heads",
        partial(derive, mutants.smooth_head),
    ),
    at_scale("production", "Heads behind a curved loss at $d = 512$, $k = 2048$", scale.production),
    part="iff",
)

FACTOR = section(
    "prop33.factor",
    *on_linear_heads(
        "derivation", r"$c(z)$ is constant for $d \geq 2$", derivation.constant_factor
    ),
    property_check(
        "exact",
        r"From $d = 2$ on no third derivatives of a function allow a varying factor",
        properties.FACTOR,
    ),
    *(mutant_check(name, claim) for name, claim in mutants.FACTORS.items()),
    exact_attack(
        "sphere",
        "False: the factor is constant for every Riemannian metric; the sphere's varies",
        partial(derive, mutants.sphere),
    ),
    exact_attack(
        "d-one",
        r"False: the factor is constant for $d = 1$ too; behind $\cosh$ it varies",
        partial(derive, mutants.one_dimension),
    ),
    exact_attack(
        "disc",
        "False: what is isotropic on an open set is so everywhere",
        partial(derive, mutants.disc),
    ),
    part="factor",
)

SQUARE = section(
    "prop33.square",
    *on_linear_heads(
        "quadratic",
        "Where $k = d$, only a PD quadratic polynomial is isotropic everywhere",
        derivation.quadratic,
    ),
    *proof(
        "constant",
        "The barrier for $k = d$ and a constant factor",
        derivation.square,
        rests_on=(*LINEAR_HEAD, "prop33.curvature"),
        readings=("square",),
    ),
    *proof(
        "varying",
        r"The barrier for $k = d \geq 2$ and a varying factor",
        derivation.square_varying,
        rests_on=(*LINEAR_HEAD, "prop33.curvature"),
        readings=("square-varying",),
    ),
    *on_linear_heads(
        "narrow", "A head with $k < d$ is degenerate", derivation.narrow, readings=("narrow",)
    ),
    example(
        "trinomial",
        "The trinomial loss with $k = d = 2$: no constant head whitens it",
        refutations.square_barrier,
        readings=("some-loss",),
    ),
    part="square",
)

GENERAL = section(
    "prop33.general",
    *proof(
        "derivation",
        "The barrier where every $d$-dimensional subspace is curved",
        derivation.general,
        rests_on=(*LINEAR_HEAD, "prop33.curvature"),
        readings=("curved-subspaces",),
    ),
    exact_attack(
        "flat-plane",
        "False: one flat subspace breaks the barrier",
        partial(derive, mutants.flat_plane),
    ),
    part="general",
)

ALMOST_EVERY = section(
    "prop33.almost-every",
    *on_linear_heads(
        "derivation",
        "The third derivative vanishes on a subspace, and forms that do have fewer free numbers",
        derivation.almost_every,
    ),
    at_scale(
        "search",
        "The least size of random cubic forms on a subspace that a search finds",
        cubics.search,
        cost=2.0,
    ),
    part="almost-every",
)

CURVATURE = section(
    "prop33.curvature",
    *proof("derivation", "The cubic form, for any $k$", derivation_metric.cubic_form),
    property_check(
        "exact",
        "The Riemann tensor by Christoffel symbols and by the cubic form",
        properties.CURVATURE,
        cost=8.0,
    ),
    *(mutant_check(name, claim) for name, claim in mutants.CURVATURES.items()),
    exact_attack(
        "flat-barrier", "False: a flat loss can be whitened", partial(derive, mutants.flat_barrier)
    ),
    part="curvature",
)

ROBUST = section(
    "prop33.robust",
    *on_linear_heads(
        "derivation", "Small constant heads are nearly isotropic", derivation_metric.not_robust
    ),
    *on_linear_heads(
        "growth",
        "Behind a log-partition loss the condition number grows exponentially at most",
        derivation_metric.bounded_change,
    ),
    property_check(
        "growth.property", "The growth of the condition number, trinomial loss", robust.GROWTH
    ),
    mutant_check("growth.slower", robust.SLOWER),
    mutant_check("every-ball", robust.BARRIER),
    at_scale(
        "kappa",
        r"No $\kappa(H_{\mathrm{eff}}) \geq 1 + \delta$ on a ball: the trinomial loss, head scaled down",
        robust.robustness,
        cost=1.0,
    ),
    at_scale(
        "search",
        r"The best constant head on a ball that a search finds, for $k = d$ and $k > d$",
        search.optimised,
        cost=2.5,
    ),
    part="robust",
)

SCOPE = section(
    "prop33.scope",
    *proof(
        "derivation",
        r"Behind a scale-invariant loss $\nabla^2 L$ is no metric",
        derivation_metric.scale_invariant,
    ),
    part="scope",
)

CHECKS = (
    *proved.CHECKS,
    *IFF,
    *FACTOR,
    *SQUARE,
    *GENERAL,
    *ALMOST_EVERY,
    *CURVATURE,
    *ROBUST,
    *SCOPE,
)
