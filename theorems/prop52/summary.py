"""What became of Proposition 5.2, in words; every clause is tied to the readings or parts that it tells."""

from __future__ import annotations

from verify.claims.summary import Defence, Summary, derived, holds, holds_added, proved, refuted

SUMMARY = Summary(
    headline=(
        holds("holds as quoted, for $J^T J$", "metric"),
        refuted(
            "refuted beyond the quote for the effective Hessian and a converse, and for orbits' collapse from invariance at a point",
            "effective",
            "effective-kernel",
            "converse",
            "collapse",
        ),
        holds_added("from that at every point, under a group, it holds", "collapse-group"),
    ),
    readings=(
        holds("holds as quoted, for the pullback metric $J_h^T J_h$", "metric"),
        refuted(
            "refuted beyond the quoted words for the effective Hessian and for the converse at a point, and for the collapse of a whole orbit from invariance at one of its points",
            "effective",
            "effective-kernel",
            "converse",
            "collapse",
        ),
        holds_added(
            r"at critical points it holds for the form of the effective Hessian, and for the Hessian itself where the head is invariant nearby and $D_z T_\theta$ is continuous in $\theta$; and the collapse holds of the orbits of one-parameter groups under which the head is locally invariant at every point, and of a $C^1$-connected orbit where the metric is singular on its tangents at each of its points",
            "effective-form",
            "effective-neighbourhood",
            "collapse-group",
            "collapse-everywhere",
        ),
    ),
    smallest=r"$h = \frac{1}{2} |z|^2$ under rotations with $L = u$: $J_h v = 0$ along the orbit, and $v^T H_{\mathrm{eff}} v = |v|^2$.",
    shown_by="prop52.hessian.bowl",
    instead=(
        proved(
            r"Along an orbit on which the head is constant $v^T H_{\mathrm{eff}} v = -\rho^T J_h \gamma''$, with $\gamma$ the orbit's curve; and a head with $J_h v = 0$ for the orbit's tangents $v$ at every point of a $C^1$-connected orbit is constant on it",
            "hessian",
            "converse",
        ),
    ),
    defences=(
        Defence(
            of=("effective", "effective-kernel"),
            answer=r"The metric is $J_h^T J_h$, as the quote writes it; of the effective Hessian it says nothing.",
            reply=(
                holds("Granted: of that metric it holds", "metric"),
                proved("and of the Gauss–Newton term for every loss", "metric"),
                holds_added(
                    r"and where $z$ is critical it holds of the effective Hessian's form as well, and of the Hessian itself where the head is invariant nearby and $D_z T_\theta$ is continuous in $\theta$",
                    "effective-form",
                    "effective-neighbourhood",
                ),
            ),
        ),
        Defence(
            of=("collapse", "converse"),
            answer="A head that achieves local invariance does so at every point, or its metric is singular all along an orbit, not at one of its points only; or head and orbit are real-analytic, as Swish and GELU heads are, so that what is constant near one point is constant.",
            reply=(
                holds_added(
                    "Granted of a head that is locally invariant at every point under one-parameter groups: each orbit of theirs is mapped to one point",
                    "collapse-group",
                ),
                holds_added(
                    "and of a metric that is singular on the orbit's own tangents: then a $C^1$-connected orbit is mapped to one point; and so is one whose $\\theta \\mapsto h(T_\\theta z)$ is real-analytic on an open connected set of parameters and constant near one of them, by the identity theorem, argued here and not checked",
                    "collapse-everywhere",
                ),
                refuted(
                    "at a single point analyticity does not help: $h = z^3$ at $0$", "converse"
                ),
                derived(
                    "and a metric that is nearly singular along an orbit bounds its spread, by the slope times its length",
                    "spread",
                ),
            ),
        ),
    ),
    beyond=(
        "effective",
        "effective-form",
        "effective-kernel",
        "effective-neighbourhood",
        "converse",
        "collapse-everywhere",
    ),
    titles={
        "metric": "Singularity of the pullback metric, as quoted",
        "effective": "Vanishing of the effective Hessian's form (not quoted)",
        "effective-form": "Vanishing of the effective Hessian's form, critical point",
        "effective-kernel": "Tangents in the effective Hessian's kernel (not quoted)",
        "effective-neighbourhood": "Tangents in the kernel: critical, head invariant nearby",
        "collapse": "Collapse of the whole orbit, from invariance at a point",
        "collapse-group": "Collapse of orbits, from invariance at every point",
        "converse": "Constancy from a metric singular at a point (not quoted)",
        "collapse-everywhere": "Collapse of the orbit, from singularity at all its points",
    },
    part_titles={
        "converse": "Constancy of the head, from singularity along an orbit",
        "spread": "Slope and orbit length bound the spread",
        "small": "The mean spread under small augmentations",
    },
)
