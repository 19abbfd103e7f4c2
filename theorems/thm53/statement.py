"""Theorem 5.3 as quoted, its readings, and the parts of the repaired statement."""

from __future__ import annotations

from theorems.thm53.bounds import FULL, LETTERS, OF_Z, concludes, printed
from verify.claims.statement import Hypothesis, Origin, Part, Reading, Statement, Verdict

_RANK_Z = r"\operatorname{rank} I_z"
BOUND = r"$\operatorname{rank} I_h \leq " + OF_Z + "$"
BOUND_AUG = (
    r"$\operatorname{rank} I_h \leq " + printed(_RANK_Z, r"\dim \mathcal{V}_{\mathrm{aug}}") + "$"
)
"""The published bound for a subspace V of parameters, and for the augmentations' own."""

SHORTED = "I/V = I - I V (V^T I V)^+ V^T I"

STATEMENT = Statement(
    id="thm53",
    label="Theorem 5.3",
    title="Information hierarchy",
    source="public summary of arXiv 2605.17180; the paper (PMLR 306, pp. 13184-13212) was not at hand in full",
    quoted=r"Theorems 5.1–5.3 quantify 'why discard the head'—the head induces metric degradation in the $\mathcal{V}_{\mathrm{aug}}$ direction, making backbone representations superior for downstream tasks. [Later public summaries:] $\operatorname{rank} I_h(z) \leq \operatorname{rank} I_z - \dim \mathcal{V}_{\mathrm{aug}}$",
    unseen=r"The first summary gives no formula; later ones give the bound, for Fisher information matrices, and no more. Of which parameter and which model they are the Fisher matrices, how the two are related, and in which sense the head is invariant, is not known to us.",
    hypotheses=(
        Hypothesis(
            id="fisher",
            text=r"$I_z$ and $I_h$ are the Fisher information matrices about one parameter $\theta$ of the laws of $z$ and of $h(z)$; so they are symmetric and $\succeq 0$",
            source="Fisher matrices (later public summaries)",
        ),
        Hypothesis(
            id="function",
            text=r"$h(z)$ is a function of $z$; so, the models being regular, $I_h \preceq I_z$ (data processing)",
            source="a head $h$ on the representation $z$",
        ),
        Hypothesis(
            id="invariant",
            text=r"$h(T_t z) = h(z)$ for all $t$ and $z$, and the orbits $t \mapsto T_t z$ span $\mathcal{V}_{\mathrm{aug}}(z)$",
            source=r"metric degradation in the $\mathcal{V}_{\mathrm{aug}}$ direction",
        ),
        Hypothesis(
            id="point",
            text=r"$J_h(z) \, v = 0$ for $v \in \mathcal{V}_{\mathrm{aug}}$ at one point $z$",
            source=r"metric degradation in the $\mathcal{V}_{\mathrm{aug}}$ direction",
        ),
        Hypothesis(
            id="law",
            text=r"$I_h V = 0$: the law of $h(z)$ does not change to first order as $\theta$ moves along $V = \mathcal{V}_{\mathrm{aug}}$",
            source=r"metric degradation in the $\mathcal{V}_{\mathrm{aug}}$ direction, read as a statement on the metric $I_h$",
        ),
        Hypothesis(
            id="models",
            text=r"$I_z$ and $I_h$ are the Fisher matrices about $z$ of a model $p(y \mid z)$ and a model $q(y \mid h(z))$; so $I_h = J_h^T F J_h$ with the Fisher matrix $F$ of $q(y \mid u)$ about $u = h(z)$",
            source="Fisher matrices (later public summaries)",
        ),
        Hypothesis(
            id="moves",
            text=r"$h$ is smooth, and as $\theta$ moves along any $v \in V$, the law of $z$ moves along the orbits of some $T_t$ with $h \circ T_t = h$ to first order: $E \varphi(z)$ changes at the rate $E \frac{d}{dt} \varphi(T_t z)$ for smooth bounded $\varphi$",
            origin=Origin.ADDED,
        ),
        Hypothesis(
            id="nonsingular",
            text=r"$I_z$ is nonsingular: $y$ tells something about every direction of $z$",
            origin=Origin.ADDED,
        ),
        Hypothesis(
            id="ordered",
            text=r"$I_h \preceq I_z$, as data processing has it for one parameter",
            origin=Origin.ADDED,
        ),
        Hypothesis(
            id="transversal",
            text=r"$\ker I_z \cap V = 0$",
            origin=Origin.ADDED,
        ),
    ),
    readings=(
        Reading(
            id="law",
            text=rf"If $I_h$ vanishes on $V$, then {BOUND}.",
            hypotheses=("fisher", "function", "law"),
            predicted=Verdict.REFUTED,
            rescued_by="transversal",
        ),
        Reading(
            id="transversal",
            text=rf"If $I_h$ vanishes on $V$ and $V$ meets $\ker I_z$ in $0$ only, then {BOUND}.",
            hypotheses=("fisher", "function", "law", "transversal"),
            predicted=Verdict.HOLDS_ADDED,
            concludes=concludes(OF_Z, *LETTERS[:2]),
        ),
        Reading(
            id="invariant",
            text=rf"If $h$ is constant on every orbit, then {BOUND_AUG}.",
            hypotheses=("fisher", "function", "invariant"),
            predicted=Verdict.REFUTED,
            rescued_by="moves",
        ),
        Reading(
            id="moves",
            text=rf"If $h$ is smooth and constant on every orbit, the law of $z$ moves along the orbits as $\theta$ moves along $V$, and $V$ meets $\ker I_z$ in $0$ only, then {BOUND}.",
            hypotheses=("fisher", "function", "invariant", "moves", "transversal"),
            predicted=Verdict.HOLDS_ADDED,
            concludes=concludes(OF_Z, *LETTERS[:2]),
        ),
        Reading(
            id="point",
            text=r"If $J_h v = 0$ on $\mathcal{V}_{\mathrm{aug}}$ at $z$, then " + BOUND_AUG + ".",
            hypotheses=("fisher", "function", "point"),
            predicted=Verdict.REFUTED,
            rescued_by="moves",
        ),
        Reading(
            id="models",
            text=r"For Fisher matrices of two models, "
            + BOUND_AUG
            + r" where $J_h$ vanishes on $\mathcal{V}_{\mathrm{aug}}$.",
            hypotheses=("models", "point"),
            predicted=Verdict.REFUTED,
            rescued_by="models-nonsingular",
        ),
        Reading(
            id="models-nonsingular",
            text=r"For Fisher matrices of two models with $I_z$ nonsingular, "
            + BOUND_AUG
            + r" where $J_h$ vanishes on $\mathcal{V}_{\mathrm{aug}}$: at one point $z$, and without data processing.",
            hypotheses=("models", "point", "nonsingular"),
            predicted=Verdict.HOLDS_ADDED,
        ),
        Reading(
            id="models-ordered",
            text=r"For Fisher matrices of two models with $I_h \preceq I_z$, "
            + BOUND_AUG
            + r" where $J_h$ vanishes on $\mathcal{V}_{\mathrm{aug}}$ and $\ker I_z$ meets $\mathcal{V}_{\mathrm{aug}}$ in $0$ only.",
            hypotheses=("models", "point", "ordered", "transversal"),
            predicted=Verdict.HOLDS_ADDED,
        ),
    ),
    parts=(
        Part(
            id="rank",
            title="The rank bound with the intersection term",
            text=r"With $A = I_h$ and $I = I_z$, which is not the identity, or any symmetric matrices: if $0 \preceq A \preceq I$ and $A V = 0$, then $\operatorname{rank} A \leq "
            + FULL
            + rf"$, with equality for $A = {SHORTED}$, where the columns of the matrix $V$ span the subspace $V$. Hence the published bound holds for every such $A$ if and only if $\ker I \cap V = 0$.",
            predicted=Verdict.PROVED,
            concludes=concludes(FULL, *LETTERS),
        ),
        Part(
            id="law",
            title="When invariance costs information",
            text=r"If $h$ is smooth and the law of $z$ moves along orbits on which $h$ is constant as $\theta$ moves along $V$, then $I_h V = 0$, and the bound of the previous part applies. That $h$ is constant on the orbits is not enough where the law does not move along them.",
        ),
        Part(
            id="order",
            title="The shorted operator",
            text=rf"With $A$ and $I$ as before: if $0 \preceq A \preceq I$ and $A V = 0$, then $A \preceq {SHORTED}$, the information that is left when motion along $V$ is unknown; and $A = I/V$ itself is such a matrix.",
            predicted=Verdict.PROVED,
        ),
        Part(
            id="free",
            title="Invariance that costs nothing",
            text=r"With $A$ and $I$ as before: if $V \subseteq \ker I$ (the augmentations preserve the label), the bound is $\operatorname{rank} A \leq \operatorname{rank} I$, and $A = I$ attains it.",
            predicted=Verdict.PROVED,
        ),
        Part(
            id="gaussian",
            title="Gaussian latents",
            text=r"Let $\Sigma \succ 0$, $P$ be onto and $\ker P = V$. The normal law $N(\theta, \Sigma)$ of $z$ has the Fisher information $I_z = \Sigma^{-1}$ about $\theta$, and $N(P \theta, P \Sigma P^T)$, which as is known is the law of $h(z) = Pz$, has $I_h = P^T (P \Sigma P^T)^{-1} P = I_z/V$.",
            predicted=Verdict.PROVED,
        ),
        Part(
            id="processing",
            title="Data processing in finite models",
            text=r"For a finite model with positive probabilities and every function $h$ of its outcome, $I_h \preceq I_z$, with equality if and only if the score is a function of $h(z)$.",
            predicted=Verdict.PROVED,
        ),
    ),
)
