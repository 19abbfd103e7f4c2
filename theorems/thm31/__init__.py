"""Theorem 3.1: local subspace whitening by a linear head.

Read in this order: `statement` (the quoted text, its readings, the repaired parts), `derivation` and
`properties` (the metric and affine heads), `derivation_linear` and `properties_linear` (strictly
linear heads, and the fixed point), `refutations`, `mutants`, `scale`, `trained`.
"""

from __future__ import annotations

from theorems.thm31 import (
    derivation,
    derivation_linear,
    mutants,
    properties,
    properties_convex,
    properties_linear,
    proved,
    refutations,
    scale,
    trained,
)
from theorems.thm31.statement import STATEMENT as STATEMENT
from verify.claims.declare import (
    at_scale,
    measurement,
    mutant_check,
    proof,
    property_check,
    refutation,
    refutation_controls,
    section,
)

METRIC = section(
    "thm31.metric",
    *proof(
        "derivation",
        r"$\langle Wx, Wy \rangle = x^T (W^T W) y$, for any $d$ and $k$",
        derivation.similarity,
    ),
    property_check("exact", "The learned metric on random rational heads", properties.SIMILARITY),
    *(mutant_check(name, claim) for name, claim in mutants.METRICS.items()),
    part="metric",
    readings=("similarity",),
)

AFFINE = section(
    "thm31.affine",
    *proof(
        "psd",
        r"An affine head whitens every $S$ of dimension $r$ where $\nabla^2 L \succeq 0$",
        derivation.affine_psd,
        readings=("affine-psd",),
    ),
    *proof(
        "positive",
        r"An affine head whitens $S$ where $\nabla^2 L$ has $\dim S$ positive eigenvalues",
        derivation.affine_positive,
        readings=("affine-positive",),
    ),
    *proof(
        "necessary",
        r"Where $S$ is whitened, $\nabla^2 L$ has $\dim S$ positive eigenvalues",
        derivation.necessary,
    ),
    property_check(
        "exact",
        r"$H_{\mathrm{eff}} = Q Q^T$ exactly, by second differences of cubic losses",
        properties.WHITENING,
        readings=("affine-psd", "affine-positive"),
    ),
    property_check(
        "dimension",
        r"For $d = k$ the largest $\dim S$ that can be whitened is $n_+$, by exact signatures",
        properties.DIMENSION,
    ),
    *(
        mutant_check(name, claim, readings=("affine-psd", "affine-positive"))
        for name, claim in mutants.WHITENINGS.items()
    ),
    *(mutant_check(f"dimension.{name}", claim) for name, claim in mutants.DIMENSIONS.items()),
    refutation(
        "indefinite",
        r"$\nabla^2 L = \operatorname{diag}(1, -1)$: no head whitens the plane",
        refutations.indefinite,
        refutations.SADDLE,
        reading="affine-rank",
    ),
    at_scale(
        "objectives",
        "Every training objective: its inertia, and which $S$ a head whitens",
        scale.objectives,
    ),
    at_scale("production", "Cross-entropy behind 512-2048 heads", scale.production, cost=3.0),
    measurement(
        "trained",
        "Does training whiten? Linear heads on the digits against no head",
        trained.whitening,
        artefacts=tuple(a for each in trained.ARTEFACTS.values() for a in each),
        cost=5.0,
    ),
    part="affine",
)

LINEAR = section(
    "thm31.linear",
    *proof(
        "origin", "A strictly linear head whitens $S$ at $z^* = 0$", derivation_linear.linear_origin
    ),
    *proof(
        "outside",
        "A strictly linear head whitens $S$ where $z^*$ is not in it",
        derivation_linear.linear_outside,
        readings=("linear-outside",),
    ),
    *proof(
        "smaller",
        r"A strictly linear head whitens some $S$ of dimension $r < d$ where $\nabla^2 L \succeq 0$",
        derivation_linear.linear_smaller,
        readings=("linear-smaller",),
    ),
    *proof(
        "factor",
        r"Up to a factor a strictly linear head whitens every $S$ where $\nabla^2 L \succeq 0$ everywhere",
        derivation_linear.linear_factor,
        readings=("linear-factor",),
    ),
    *proof(
        "inside",
        r"Where $z^* \in S$, $u^T \nabla^2 L \, u = |z^*|^2$ is needed and suffices",
        derivation_linear.linear_inside,
    ),
    *proof(
        "necessary",
        r"Whatever $z^*$, where $S$ is whitened $\nabla^2 L(W z^*)$ has $\dim S$ positive eigenvalues",
        derivation.necessary,
    ),
    *proof(
        "radial",
        r"For $L = \sqrt{1 + |u|^2}$ the maximum of $u^T \nabla^2 L \, u$ is $2 / (3 \sqrt{3})$",
        derivation_linear.radial,
    ),
    *proof(
        "scale-invariant",
        r"Behind a scale-invariant loss no strictly linear head whitens an $S$ that holds $z^* \neq 0$",
        derivation_linear.scale_invariant,
    ),
    property_check(
        "outside.exact",
        "The head of case (b) whitens exactly and keeps the output",
        properties_linear.OUTSIDE,
        readings=("linear-outside",),
    ),
    property_check(
        "smaller.exact",
        r"Across $z^*$ the head $W = E Q^T + W_0 (I - Q Q^T)$ whitens exactly and keeps the output",
        properties_linear.SMALLER,
        readings=("linear-smaller",),
    ),
    property_check(
        "factor.exact",
        "The head $W = g E Q^T$ whitens exactly up to the factor $g^2$",
        properties_linear.FACTOR,
        readings=("linear-factor",),
    ),
    property_check(
        "reaches.exact",
        r"Behind random convex losses $u^T \nabla^2 L \, u > 0$ at some $u$ near any, of no smaller rank",
        properties_convex.REACHES,
        readings=("linear-factor",),
    ),
    property_check(
        "inside.exact", "The heads of cases (a) and (c) whiten exactly", properties_linear.INSIDE
    ),
    property_check(
        "radial.exact",
        "The bound for the bowl on random rational outputs",
        properties_linear.RADIAL,
    ),
    mutant_check("scalar", mutants.LINEARS["scalar"]),
    mutant_check("uncorrected", mutants.LINEARS["uncorrected"], readings=("linear-outside",)),
    mutant_check("whole-space", mutants.LINEARS["whole-space"], readings=("linear-smaller",)),
    mutant_check("factor-one", mutants.LINEARS["factor-one"], readings=("linear-factor",)),
    mutant_check("factor-root", mutants.LINEARS["factor-root"], readings=("linear-factor",)),
    *(
        mutant_check(name, claim, readings=("linear-factor",))
        for name, claim in properties_convex.FALSE.items()
    ),
    mutant_check("smaller-maximum", mutants.LINEARS["smaller-maximum"]),
    refutation(
        "bowl",
        r"$L = \sqrt{1 + u^2}$, $z^* = 1$: no strictly linear head whitens",
        refutations.short_bowl,
        refutations.BOWL,
        reading="linear-metric",
    ),
    part="linear",
)

FIXED_POINT = section(
    "thm31.fixed-point",
    *proof(
        "derivation",
        r"Keeping $z^*$ critical costs one dimension where $0 \neq \rho \in \operatorname{ran} H$",
        derivation_linear.fixed_point,
        rests_on=("thm31.affine",),
    ),
    *proof(
        "full",
        r"Where $W_0$ has rank $k$, $\rho = 0$ and a whitening head keeps $z^*$ critical",
        derivation.stays_fixed_full,
        readings=("stays-fixed-full",),
    ),
    property_check(
        "exact",
        r"The largest $\dim S$ with $W(S)$ orthogonal to $\rho$, by exact signatures",
        properties_linear.KEPT,
    ),
    *(mutant_check(name, claim) for name, claim in mutants.FIXED_POINTS.items()),
    refutation(
        "lost",
        "$L = |u|^2 / 2$: every whitening head moves the fixed point",
        refutations.lost_fixed_point,
        refutations.PARABOLOID,
        reading="stays-fixed",
    ),
    part="fixed-point",
)

CONTROLS = section(
    "thm31.controls",
    *(
        refutation_controls(reading, refute, reading=reading, violations=violations, mild=mild)
        for reading, (refute, violations, mild) in refutations.CONTROLS.items()
    ),
)

CHECKS = (*proved.CHECKS, *METRIC, *AFFINE, *LINEAR, *FIXED_POINT, *CONTROLS)
