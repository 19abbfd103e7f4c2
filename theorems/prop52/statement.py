"""Proposition 5.2 as quoted, its readings, and the parts of the repaired statement."""

from __future__ import annotations

from theorems.prop52.bounds import CLOSED, CONCLUDES, DIAMETER, ENDS, LANDAU, OPEN, VARIANCE
from verify.claims.statement import Hypothesis, Origin, Part, Reading, Statement, Verdict

STATEMENT = Statement(
    id="prop52",
    label="Proposition 5.2",
    title="Metric singularity along augmentations",
    source="public summary of arXiv 2605.17180; the paper (PMLR 306, pp. 13184-13212) was not at hand in full",
    quoted=r"The augmentation tangent space $\mathcal{V}_{\mathrm{aug}}(z)$ is the set of directions spanned by infinitesimal changes in continuous augmentation parameters—the projection head must compress orbits in these directions. [..] the metric $G(z) = J_h(z)^\top J_h(z)$ learned by the projection head selectively induces metric singularities in the augmentation tangent space. [A later public summary:] when a smooth head achieves local invariance to continuous augmentations, $v^\top G v = 0$ for all $v \in \mathcal{V}_{\mathrm{aug}}$",
    unseen=r"The first summary does not state the proposition; other public accounts add that orbits collapse. How the paper defines locally invariant is not known to us. The metric is $J_h^T J_h$, as the quoted words define it: they name neither $H_{\mathrm{eff}}$ nor a converse, and the readings of these ask for more than they say.",
    hypotheses=(
        Hypothesis(
            id="smooth",
            text="$h$ is $C^2$ near the orbit, and so is $L$ near $h(z)$",
            source="a smooth head; Assumption 1 (other public accounts)",
        ),
        Hypothesis(
            id="invariant",
            text=r"$h(T_\theta z) = h(z)$ for all $\theta$ near $\theta_0$, where $T_{\theta_0} z = z$",
            source="achieves local invariance to continuous augmentations (a later public summary)",
        ),
        Hypothesis(
            id="singular",
            text=r"$J_h(z) \, v = 0$ for all $v \in \mathcal{V}_{\mathrm{aug}}(z)$",
            source="metric singularities in the augmentation tangent space",
        ),
        Hypothesis(
            id="critical",
            text=r"$z$ is critical: $J_h^T \rho = 0$ with $\rho = \nabla L(h(z))$",
            origin=Origin.ADDED,
        ),
        Hypothesis(
            id="neighbourhood",
            text=r"$h \circ T_\theta = h$ on a neighbourhood of $z$ for $\theta$ near $\theta_0$, $D_z T_\theta$ is continuous at $\theta_0$, and $T_{\theta_0}$ is the identity there",
            origin=Origin.ADDED,
        ),
        Hypothesis(
            id="everywhere",
            text=r"$J_h v = 0$ for the orbit's tangents $v$ at every one of its points",
            origin=Origin.ADDED,
        ),
        Hypothesis(
            id="group",
            text=r"the augmentations $T^i$ are one-parameter groups, $T^i_0 z = z$ and $T^i_{s + t} z = T^i_s T^i_t z$; an orbit is what finitely many of their steps reach",
            origin=Origin.ADDED,
        ),
        Hypothesis(
            id="invariant-everywhere",
            text=r"$h(T^i_t z) = h(z)$ at every $z$, for every $i$ and all $t$ near 0; how near may depend on $z$ and $i$",
            origin=Origin.ADDED,
        ),
    ),
    readings=(
        Reading(
            id="metric",
            text=r"$v^T J_h^T J_h v = 0$ for all $v \in \mathcal{V}_{\mathrm{aug}}(z)$.",
            hypotheses=("smooth", "invariant"),
            predicted=Verdict.HOLDS,
        ),
        Reading(
            id="effective",
            text=r"Beyond the quoted words: $v^T H_{\mathrm{eff}} v = 0$ for all $v \in \mathcal{V}_{\mathrm{aug}}(z)$, as if the metric were the effective Hessian.",
            hypotheses=("smooth", "invariant"),
            predicted=Verdict.REFUTED,
            rescued_by="effective-form",
        ),
        Reading(
            id="effective-form",
            text=r"At a critical $z$, $v^T H_{\mathrm{eff}} v = 0$ for all $v \in \mathcal{V}_{\mathrm{aug}}(z)$.",
            hypotheses=("smooth", "invariant", "critical"),
            predicted=Verdict.HOLDS_ADDED,
        ),
        Reading(
            id="effective-kernel",
            text=r"Beyond the quoted words: at a critical $z$, $H_{\mathrm{eff}} v = 0$ for all $v \in \mathcal{V}_{\mathrm{aug}}(z)$.",
            hypotheses=("smooth", "invariant", "critical"),
            predicted=Verdict.REFUTED,
            rescued_by="effective-neighbourhood",
        ),
        Reading(
            id="effective-neighbourhood",
            text=r"At a critical $z$ near which $h$ is invariant, $H_{\mathrm{eff}} v = 0$ for all $v \in \mathcal{V}_{\mathrm{aug}}(z)$.",
            hypotheses=("smooth", "critical", "neighbourhood"),
            predicted=Verdict.HOLDS_ADDED,
        ),
        Reading(
            id="collapse",
            text="The whole orbit of $z$ is mapped to one point.",
            hypotheses=("smooth", "invariant"),
            predicted=Verdict.REFUTED,
            rescued_by="collapse-group",
        ),
        Reading(
            id="collapse-group",
            text="If $h$ is locally invariant at every $z$ under one-parameter groups, each orbit of theirs is mapped to one point.",
            hypotheses=("group", "invariant-everywhere"),
            predicted=Verdict.HOLDS_ADDED,
        ),
        Reading(
            id="converse",
            text=r"Beyond the quoted words, the converse: a metric that is singular on $\mathcal{V}_{\mathrm{aug}}(z)$ makes $h$ locally constant on the orbit of $z$.",
            hypotheses=("smooth", "singular"),
            predicted=Verdict.REFUTED,
            rescued_by="collapse-everywhere",
        ),
        Reading(
            id="collapse-everywhere",
            text="If the metric is singular along the orbit at each of its points, a $C^1$-connected orbit is mapped to one point.",
            hypotheses=("smooth", "everywhere"),
            predicted=Verdict.HOLDS_ADDED,
        ),
    ),
    parts=(
        Part(
            id="metric",
            title="Singularity of every pullback",
            text=r"If $T_{\theta_0} z = z$ and $h(T_\theta z) = h(z)$ near $\theta_0$ then $J_h v = 0$ on $V = \mathcal{V}_{\mathrm{aug}}(z)$; so $J_h^T B J_h v = 0$ for every $B$, and the ranks of $J_h$ and of every $J_h^T B J_h$, $G$ among them, are at most $d - \dim V$.",
            predicted=Verdict.PROVED,
        ),
        Part(
            id="hessian",
            title="The effective Hessian along an orbit",
            text=r"Let $h$ and $L$ be $C^2$, $T_{\theta_0} z = z$ and $h(T_\theta z) = h(z)$ near $\theta_0$. For a curve $\gamma(t) = T_{\theta(t)} z$ with continuous $\theta$, $\theta(0) = \theta_0$ and $\gamma'(0) = v$: $v^T H_{\mathrm{eff}} v = v^T M v = -\rho^T J_h \gamma''$, which vanishes where $J_h^T \rho = 0$. If $h \circ T_\theta = h$ on a neighbourhood of a critical $z$, on which $T_{\theta_0}$ is the identity, and $D_z T_\theta$ is continuous at $\theta_0$, then $H_{\mathrm{eff}} v = 0$.",
            predicted=Verdict.PROVED,
        ),
        Part(
            id="converse",
            title="The converse along an orbit",
            text="If $J_h v = 0$ for the tangents at every point of a $C^1$-connected orbit near which $h$ is $C^1$, $h$ is constant on it.",
            predicted=Verdict.PROVED,
        ),
        Part(
            id="spread",
            title="Orbit length bounds orbit spread",
            text=rf"If $|J_h v| \leq \delta |v|$ along a curve of length $\ell$, its ends are mapped at most ${ENDS}$ apart, two points of a closed curve at most ${DIAMETER}$, and under uniform arclength the variance of $h$ is at most ${VARIANCE}$. With $\tau$ the unit tangent it is at most ${OPEN}$ times the mean of $|J_h \tau|^2$, and ${CLOSED}$ times for a closed curve. Every constant is attained.",
            concludes=CONCLUDES["spread"],
        ),
        Part(
            id="small",
            title="Small augmentations",
            text=r"For $\theta = \theta_0 + \eta$ with bounded $\eta$ and $\Sigma = E \eta \eta^T$ and $P = D_\theta T$, if $T_{\theta_0} z = z$ and $\theta \mapsto h(T_\theta z)$ is $C^{1,1}$: $E |h(T_\theta z) - h(z)|^2 = \operatorname{tr}(J P \Sigma P^T J^T) + O(E |\eta|^3)$. Conversely, if $|(h \circ \gamma)''| \leq B$ and the image has diameter $D$ on an interval of length $\ell$, then $|J \gamma'| \leq "
            + LANDAU
            + "$ on it.",
            concludes=CONCLUDES["small"],
        ),
    ),
)
