"""Theorem 4.1: instability of collapse under smooth activations.

Read in this order.

What is claimed: `statement` (the quoted text and its readings), `parts` (the parts of the repaired
statement), `hypotheses` (the readings' hypotheses at an exact state), `notation`.

The readings: `derivation` (H_eff = G + M and the layer formula), `affine` (linear and ReLU heads),
`direction`, `invariance` and `cross_entropy` (what losses force on their Hessians), `properties` and `outputs` (the same on random
heads and losses), `refutations`, `persistence` (the open set), `descent`, `complete_collapse` (Assumption 6 under the losses that are trained), `counterexample_controls` (what shows that both could have failed), `mutants`
(false claims), `scale` (production heads, with `mechanism`).

The parts on instability, each file with its derivations, claims, false variants and checks, on the
exact states of `states` (see `real_heads`): `inertia`, `kernel`, `saddles` and `genericity` (with
`witnesses`),
`symmetry` (with `many_units`), `initial`, `initial_wide`, `threshold` (with `sweep`), `escape` (with `flow` and `weight_flow`),
`natural_gradient`, `strict_saddles`.
"""

from __future__ import annotations

from functools import partial

from theorems.thm41 import (
    affine,
    complete_collapse,
    counterexample_controls,
    cross_entropy,
    derivation,
    descent,
    direction,
    invariance,
    mutants,
    outputs,
    persistence,
    properties,
    proved,
    refutations,
    scale,
)
from theorems.thm41.own_parts import (
    escape,
    genericity,
    inertia,
    initial,
    initial_wide,
    kernel,
    natural_gradient,
    real_heads,
    saddles,
    strict_saddles,
    sweep,
    symmetry,
    threshold,
)
from theorems.thm41.statement import STATEMENT as STATEMENT
from verify.claims.check import Arithmetic
from verify.claims.declare import (
    at_scale,
    attack,
    example,
    fixed_dimensions,
    mutant_check,
    proof,
    property_check,
    refutation,
    section,
)
from verify.numeric.activations import GELU, RELU, SOFTPLUS, SWISH

EFFECTIVE_HESSIAN = section(
    "thm41.identity",
    *proof(
        "derivation",
        r"$H_{\mathrm{eff}} = G + M$ for undefined $L$ and $h$",
        derivation.effective_hessian,
    ),
    fixed_dimensions(
        "undefined",
        r"$H_{\mathrm{eff}} = G + M$ by SymPy's own differentiation, $d, k \leq 2$",
        derivation.effective_hessian_undefined,
    ),
    property_check(
        "property",
        "$G + M$ against automatic differentiation, random heads and losses",
        properties.EFFECTIVE_HESSIAN,
    ),
    *(mutant_check(name, claim) for name, claim in mutants.EFFECTIVE_HESSIANS.items()),
    property_check(
        "trained", "$G + M$ under squared error and negative cosine", outputs.TRAINED_HEADS
    ),
    mutant_check("trained.pullback", outputs.TRAINED_PULLBACK),
    at_scale(
        "production",
        "Signs and extreme eigenvalues of $G$, $M$, $H_{\\mathrm{eff}}$ in production heads",
        scale.medium,
        cost=10.0,
    ),
    at_scale(
        "production.large",
        "Signs and extreme eigenvalues of $G$, $M$, $H_{\\mathrm{eff}}$ in heads of widths 2048-8192-8192-8192",
        scale.large,
        capabilities=("cuda",),
        cost=60.0,
    ),
    part="identity",
)

LAYER_FORMULA = section(
    "thm41.F",
    *proof(
        "derivation",
        "The layer formula with an abstract activation and symbolic widths",
        derivation.layer_formula,
    ),
    property_check(
        "property",
        "The layer formula against automatic differentiation, depth 2 to 5, every smooth activation",
        properties.FORMULA,
    ),
    property_check(
        "exact",
        "The layer formula against exact polynomial differentiation: equality, no tolerance",
        properties.FORMULA_EXACT,
    ),
    mutant_check("gradient", mutants.GRADIENT),
    *(
        mutant_check(name, properties.FORMULA_EXACT.mutant(text, formula=formula))
        for name, (formula, text) in mutants.FORMULAS.items()
    ),
    *(
        mutant_check(
            f"{name}.float",
            properties.FORMULA.mutant(f"{text}, in floating point", formula=formula),
            cost=4.0,
        )
        for name, (formula, text) in mutants.FORMULAS.items()
        if name == "double"
    ),
    part="F",
)

LINEAR_HEADS = section(
    "thm41.1",
    *proof(
        "interaction",
        "$M = 0$ for an affine head",
        affine.affine_interaction,
        readings=("1-interaction",),
    ),
    *proof(
        "psd",
        r"$H_{\mathrm{eff}} \succeq 0$ for an affine head where $\nabla^2 L \succeq 0$",
        affine.affine_psd,
        rests_on=("thm41.identity",),
        readings=("1-psd-premise",),
    ),
    *proof(
        "non-repelling",
        "A critical collapse behind an affine head and a convex loss does not repel",
        affine.affine_non_repelling,
        readings=("1-non-repelling-convex",),
    ),
    property_check(
        "property",
        "$M = 0$ for linear heads of any depth, by automatic differentiation",
        properties.LINEAR_IS_FLAT,
        readings=("1-interaction",),
    ),
    *proof(
        "cosine",
        "Negative cosine behind an affine head: the sign of the cosine at a critical point",
        affine.affine_cosine,
        rests_on=("thm41.identity",),
        readings=("1-psd-cosine",),
    ),
    property_check(
        "cosine.property",
        "The effective Hessian of a negative cosine behind affine heads at critical points",
        outputs.AFFINE_COSINE,
        readings=("1-psd-cosine",),
    ),
    *(
        mutant_check(f"cosine.{name}", claim, readings=("1-psd-cosine",))
        for name, claim in outputs.AFFINE_COSINES.items()
    ),
    mutant_check(
        "smooth", mutants.SMOOTH_IS_FLAT, readings=("1-interaction", "relu-interaction"), cost=3.0
    ),
    refutation(
        "saddle",
        r"A linear head with $\lambda_{\min}(H_{\mathrm{eff}}) = -2$ at a critical collapse",
        refutations.linear_saddle,
        refutations.LINEAR_SADDLE,
        reading="1-psd",
    ),
    refutation(
        "obtuse",
        r"Negative cosine at an obtuse angle: $\lambda_{\min}(H_{\mathrm{eff}}) < 0$ behind a linear head",
        refutations.linear_saddle,
        refutations.OBTUSE,
        reading="1-psd",
    ),
    refutation(
        "quartic",
        r"A linear head, $\nabla^2 L \succeq 0$ at the point, and a repelling collapse",
        refutations.falling_quartic,
        refutations.flat(refutations.FLAT_LINEAR),
        reading="1-non-repelling",
    ),
    part="affine",
)

SMOOTH_HEADS = section(
    "thm41.2",
    *(
        refutation(
            f"stable.{s.name}",
            f"A stable collapse with a {s.name} head, every hypothesis satisfied",
            refutations.stable_collapse,
            refutations.two_output_state(s),
            reading="2-every",
        )
        for s in (SOFTPLUS, SWISH, GELU)
    ),
    *(
        refutation(
            f"squared-error.{s.name}",
            f"A stable collapse under the squared error with a {s.name} head, every hypothesis satisfied",
            refutations.stable_collapse,
            refutations.squared_error_state(s),
            reading="2-every",
        )
        for s in (SOFTPLUS, SWISH, GELU)
    ),
    *(
        refutation(
            f"persistence.squared-error.{s.name}",
            f"It persists on a box of weights ({s.name})",
            persistence.persistence,
            persistence.Box(refutations.one_output_head(s), loss=refutations.SQUARED_ERROR),
            reading="2-generic",
            arithmetic=Arithmetic.BALL,
        )
        for s in (SOFTPLUS, SWISH, GELU)
    ),
    *(
        refutation(
            f"persistence.{s.name}",
            f"The stable collapse persists on a box of weights ({s.name})",
            persistence.persistence,
            persistence.Box(refutations.two_output_head(s)),
            reading="2-generic",
            arithmetic=Arithmetic.BALL,
        )
        for s in (SOFTPLUS, SWISH, GELU)
    ),
    attack(
        "persistence.void",
        "The certificate refuses too large a box, and heads it must refuse",
        counterexample_controls.persistence_can_fail,
        readings=("2-generic",),
        arithmetic=Arithmetic.BALL,
    ),
    *(
        example(
            f"mechanism.{s.name}",
            rf"A {s.name} head with $M$ negative on $\ker G$",
            partial(refutations.unstable_collapse, s),
            readings=("2-mechanism",),
        )
        for s in (SOFTPLUS, SWISH, GELU)
    ),
)

GRADIENT_DESCENT = section(
    "thm41.2.descent",
    *(
        refutation(
            f"returns.{s.name}",
            f"Gradient descent that ends at a strict saddle from a half-line of starts ({s.name})",
            descent.lands,
            descent.returning(s),
            reading="2-escape",
        )
        for s in (SWISH, GELU)
    ),
    *proof(
        "small-step",
        "With a small step the starts that end at a strict saddle have measure zero",
        descent.small_step,
        readings=("2-escape-small-step",),
    ),
)

NEGATIVE_DIRECTION = section(
    "thm41.2",
    *proof(
        "direction",
        r"A negative direction of $M$ in $\ker(\nabla^2 L \, J_h)$ makes $\lambda_{\min} < 0$",
        direction.negative_direction,
        rests_on=("thm41.identity",),
        readings=("2-direction",),
    ),
    part="direction",
)

RELU_HEADS = section(
    "thm41.relu",
    *proof(
        "interaction",
        "$M = 0$ for a ReLU head inside its cells",
        affine.relu_interaction,
        readings=("relu-interaction",),
    ),
    *proof(
        "non-repelling",
        "Inside a cell a critical collapse under a convex loss does not repel",
        affine.relu_non_repelling,
        readings=("relu-non-repelling-convex",),
    ),
    property_check(
        "property",
        "$M = 0$ for ReLU heads off their kinks, by automatic differentiation",
        properties.RELU_IS_FLAT,
        readings=("relu-interaction",),
    ),
    refutation(
        "kink",
        "A ReLU head that repels at its kink",
        refutations.relu_kink,
        refutations.even(RELU, -1),
        reading="relu-non-repelling",
    ),
    refutation(
        "kink.squared-error",
        "A ReLU head that repels at its kink under the squared error",
        refutations.relu_kink,
        refutations.even(RELU, -1, loss=refutations.SQUARED_ERROR),
        reading="relu-non-repelling-everywhere",
    ),
    refutation(
        "quartic",
        "A ReLU head that repels where it has no kink",
        refutations.falling_quartic,
        refutations.flat(refutations.FLAT_RELU),
        reading="relu-non-repelling",
    ),
    part="relu",
)

SCALE_INVARIANT_LOSSES = section(
    "thm41.fact0",
    *proof(
        "derivation",
        r"$\nabla^2 L \, u = -\rho$ and indefiniteness for scale-invariant losses",
        invariance.scale_invariant_loss,
    ),
    property_check(
        "property",
        "Euler's relations for every scale-invariant objective that is trained",
        outputs.EULER,
    ),
    *proof("spectrum", "The spectrum of a cosine's Hessian", invariance.cosine_spectrum),
    property_check(
        "spectrum.property",
        "The spectrum of the Hessian of the negative cosine that is trained",
        outputs.COSINE_SPECTRUM,
    ),
    mutant_check("spectrum.root", outputs.COSINE_ROOT),
    mutant_check("squared-error", mutants.EULER_SQUARED_ERROR),
    mutant_check("tilted", mutants.EULER_TILTED),
    mutant_check("psd", mutants.COSINE_IS_PSD),
    part="fact0",
)

CHECKS = (
    *proved.CHECKS,
    *section("thm41.controls", *counterexample_controls.CONTROLS),
    *EFFECTIVE_HESSIAN,
    *LAYER_FORMULA,
    *LINEAR_HEADS,
    *SMOOTH_HEADS,
    *GRADIENT_DESCENT,
    *NEGATIVE_DIRECTION,
    *RELU_HEADS,
    *SCALE_INVARIANT_LOSSES,
    *cross_entropy.CHECKS,
    *real_heads.CHECKS,
    *inertia.CHECKS,
    *initial.CHECKS,
    *initial_wide.CHECKS,
    *complete_collapse.CHECKS,
    *kernel.CHECKS,
    *genericity.CHECKS,
    *symmetry.CHECKS,
    *saddles.CHECKS,
    *threshold.CHECKS,
    *sweep.CHECKS,
    *escape.CHECKS,
    *natural_gradient.CHECKS,
    *strict_saddles.CHECKS,
)
