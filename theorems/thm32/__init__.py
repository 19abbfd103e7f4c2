"""Theorem 3.2: a head that makes the effective Hessian isotropic along a trajectory.

Read in this order: `statement` (the quoted text, its readings, the repaired parts), `bounds`;
`derivation`, `derivation_identity`, `derivation_curve` (affine heads, and what is forced),
`derivation_pullback` and `derivation_flow`; `examples`; `heads`, `properties`, `properties_identity`, `properties_affine`,
`properties_curve` and `properties_flow`; `refutations`, `mutants`, `scale`, `fitting`.
"""

from __future__ import annotations

from functools import partial

from theorems.thm32 import (
    derivation,
    derivation_curve,
    derivation_flow,
    derivation_identity,
    derivation_pullback,
    examples,
    fitting,
    mutants,
    properties,
    properties_affine,
    properties_curve,
    properties_flow,
    properties_identity,
    proved,
    refutations,
    scale,
)
from theorems.thm32.statement import STATEMENT as STATEMENT
from verify.claims.check import Arithmetic
from verify.claims.declare import (
    at_scale,
    attack,
    fixed_dimensions,
    mutant_check,
    proof,
    property_check,
    refutation,
    refutation_controls,
    section,
)
from verify.claims.derivation import derive

UP_TO_A_FACTOR = ("constant-factor", "varying-factor")

on_identity = partial(proof, rests_on=("thm41.identity",))
"""A derivation that takes $H_{\\mathrm{eff}} = G + M$ from 4.1."""

EXACT = section(
    "thm32.exact",
    *on_identity(
        "derivation",
        r"For every nonconstant loss a head has $H_{\mathrm{eff}} = c I$ near a compact set",
        derivation.exact,
        readings=UP_TO_A_FACTOR,
    ),
    *on_identity("split", r"$\operatorname{rank} G \leq 1$, and $M$ is the rest", derivation.split),
    *on_identity(
        "constant-loss",
        r"Where $\rho = 0$ and $\nabla^2 L = 0$, $H_{\mathrm{eff}} = 0$ for every head",
        derivation.constant_loss,
    ),
    *proof(
        "piecewise-linear",
        r"Where $\nabla^2 L = 0$, $H_{\mathrm{eff}} = 0$ for every ReLU head, off its kinks",
        derivation.piecewise_linear,
        rests_on=("thm41.identity", "thm41.relu-interaction"),
    ),
    property_check(
        "property",
        r"$H_{\mathrm{eff}} = c I$ along random curves that meet themselves, random losses",
        properties.EXACT,
        readings=UP_TO_A_FACTOR,
        cost=3.0,
    ),
    *(mutant_check(name, claim) for name, claim in mutants.EXACTS.items()),
    property_check(
        "linear-loss",
        "A network of $d$ quadratic units is isotropic behind a linear loss that is not constant",
        properties.STRAIGHT,
    ),
    *(mutant_check(name, claim) for name, claim in mutants.STRAIGHTS.items()),
    at_scale(
        "production", "The exact head at $d = 512$, $k = 2048$, eight losses", scale.exact, cost=1.0
    ),
    at_scale(
        "networks",
        "Fitted networks of width 20 to 2000, at points they have not seen",
        fitting.networks,
        cost=3.0,
    ),
    part="exact",
)

IDENTITY = section(
    "thm32.identity",
    *on_identity(
        "convex",
        r"For every convex nonconstant loss a head has $H_{\mathrm{eff}} = I$",
        derivation_identity.convex,
        readings=("identity-convex",),
    ),
    *on_identity(
        "metric",
        r"Where $\nabla^2 L \succ 0$ everywhere a head has $H_{\mathrm{eff}} = I$",
        derivation_identity.metric,
        readings=("identity-metric",),
    ),
    *proof(
        "necessary",
        r"For $c > 0$, $H_{\mathrm{eff}} = c I$ along $\gamma$ makes $L(h(\gamma))$ a parabola",
        derivation_identity.necessary,
    ),
    *proof(
        "oscillation",
        r"$(1 - \epsilon) c l^2 / 8 \leq \sup L - \inf L$ on a segment",
        derivation_identity.oscillation,
    ),
    fixed_dimensions(
        "hyperbola",
        r"$L = \sqrt{1 + u^2}$, $h = \sqrt{(2 + |z|^2 / 2)^2 - 1}$: $H_{\mathrm{eff}} = I$",
        partial(derive, examples.hyperbola),
    ),
    *on_identity(
        "sine",
        r"$L = \sin$ attains the bound on the oscillation in the limit",
        derivation_identity.sine,
    ),
    property_check(
        "property",
        r"$H_{\mathrm{eff}} = I$ behind random convex losses",
        properties_identity.IDENTITY,
        readings=("identity-convex", "identity-metric"),
    ),
    property_check(
        "value", r"$L(h(\gamma))$ is a parabola about one centre", properties_identity.VALUE
    ),
    property_check(
        "segments",
        r"The bound on random segments behind $L = \sin$",
        properties_identity.OSCILLATION,
    ),
    *(
        mutant_check(name, claim)
        for claims in (mutants.IDENTITIES, mutants.VALUES, mutants.OSCILLATIONS)
        for name, claim in claims.items()
    ),
    refutation(
        "sine-wave",
        r"$L = \sin$ along a segment of length 10",
        refutations.bounded,
        refutations.WAVE,
        reading="identity",
    ),
    part="identity",
)

PULLBACK = section(
    "thm32.pullback",
    *proof(
        "construction",
        r"$A = \sum_p e_p q_p^T$ along a circle where $\nabla^2 L \succ 0$",
        derivation_pullback.construction,
        readings=("pullback-wide",),
    ),
    *proof("signature", "It takes $d$ positive eigenvalues", derivation_pullback.signature),
    *on_identity("narrow", r"For $k < d$, $|G - I| \geq 1$", derivation_pullback.narrow),
    *proof("line", "$k = d = 1$: lengths in the metric $L''$", derivation_pullback.line),
    property_check(
        "frames",
        "$A^T g A = I$ and $A q_1 = e_1$ exactly, random metrics and frames",
        properties_curve.FRAME,
        readings=("pullback-wide",),
    ),
    property_check(
        "arcs",
        r"$G = I$ on random arcs, a head written out",
        properties_curve.ARC,
        readings=("pullback-wide",),
    ),
    *(mutant_check(name, claim) for name, claim in (mutants.FRAMES | mutants.ARCS).items()),
    attack(
        "exponential",
        r"False: $G = I$ makes $H_{\mathrm{eff}}$ isotropic, by $L = e^{u_1} + \frac{1}{2} u_2^2$",
        partial(derive, examples.exponential),
        arithmetic=Arithmetic.EXACT,
    ),
    attack(
        "blow-up",
        r"False: $u' = G^{-1/2} \gamma'$ has a solution along every curve",
        partial(derive, examples.blow_up),
        arithmetic=Arithmetic.EXACT,
    ),
    refutation(
        "narrow-head",
        "$k = 1 < d = 2$: $G$ is singular",
        refutations.narrow,
        refutations.NARROW,
        reading="pullback",
    ),
    refutation(
        "short-metric",
        r"$k = d = 1$, $L = \frac{1}{2} u \arctan u$: a line of length $\pi$",
        refutations.short,
        refutations.SHORT,
        reading="pullback",
    ),
    part="pullback",
)

AFFINE = section(
    "thm32.affine",
    *proof(
        "derivation",
        r"$|H_{\mathrm{eff}} / c - I| \leq T \lambda_s^{-3/2} \sqrt{c} R$ for an affine head",
        derivation_curve.affine,
        rests_on=("thm41.identity", "thm41.1-interaction"),
    ),
    property_check("property", "The bound on random losses", properties_affine.AFFINE),
    *(mutant_check(name, claim) for name, claim in mutants.AFFINES.items()),
    at_scale(
        "production",
        r"$\kappa(H_{\mathrm{eff}})$ of an affine 512-2048 head against its scale $c$",
        scale.affine,
    ),
    part="affine",
)

FORCED = section(
    "thm32.forced",
    *on_identity(
        "derivation",
        r"$H_{\mathrm{eff}} \gamma' = \frac{d}{dt} (J^T \rho)$ along every curve",
        derivation_curve.forced,
    ),
    *proof("free", "What a head may do beside the curve", derivation_curve.free),
    fixed_dimensions(
        "circle", "Forced and free, on the unit circle", partial(derive, examples.circle)
    ),
    property_check(
        "property",
        "Random smooth heads along random curves, by automatic differentiation",
        properties_curve.FORCED,
        cost=3.0,
    ),
    *(mutant_check(name, claim) for name, claim in mutants.FORCEDS.items()),
    at_scale("production", "Eight heads 512-2048-2048 along random curves", scale.forced, cost=3.0),
    part="forced",
)

FLOW = section(
    "thm32.flow",
    property_check(
        "property",
        "Random smooth heads along their own flow, by automatic differentiation",
        properties_flow.FLOW,
    ),
    *(mutant_check(name, claim) for name, claim in mutants.FLOWS.items()),
    refutation(
        "bow",
        r"A quarter of a circle at $\epsilon = \frac{1}{2}$, behind every loss",
        refutations.bent,
        refutations.BOW,
        reading="own-flow",
    ),
    part="flow",
)

FLOW_VARYING = section(
    "thm32.flow-varying",
    *on_identity(
        "path",
        r"$-\nabla (L \circ h) = p \dot\gamma$ and $H_{\mathrm{eff}} = a p (I - E)$ along $\gamma$",
        derivation_flow.own_path,
        readings=("own-flow-varying",),
    ),
    *proof(
        "turning",
        "By how much the speed falls where the flow turns",
        derivation_flow.turning,
        rests_on=("thm32.flow",),
    ),
    fixed_dimensions(
        "arc",
        r"Round the unit circle at every $0 < \epsilon < 1$, as fast as the bound allows",
        partial(derive, examples.own_arc),
    ),
    property_check(
        "coil",
        "Random losses and helices, by automatic differentiation of the composition",
        properties_flow.COIL,
        readings=("own-flow-varying",),
    ),
    property_check(
        "turn", "The rate of turning, random positive definite matrices", properties_flow.TURN
    ),
    *(mutant_check(name, claim) for name, claim in (mutants.COILS | mutants.TURNS).items()),
    part="flow-varying",
)

CONTROLS = section(
    "thm32.controls",
    *(
        refutation_controls(id, refute, reading=reading, violations=violations, mild=mild)
        for id, (reading, refute, violations, mild) in refutations.CONTROLS.items()
    ),
)

CHECKS = (
    *proved.CHECKS,
    *EXACT,
    *IDENTITY,
    *PULLBACK,
    *AFFINE,
    *FORCED,
    *FLOW,
    *FLOW_VARYING,
    *CONTROLS,
)
