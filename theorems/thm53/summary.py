"""What became of Theorem 5.3, in words; every clause is tied to the readings or parts that it tells."""

from __future__ import annotations

from verify.claims.summary import Defence, Summary, holds_added, proved, refuted

SUMMARY = Summary(
    headline=(
        refuted(
            "refuted as quoted, also for heads that are exactly invariant",
            "law",
            "invariant",
            "point",
            "models",
        ),
        holds_added(
            "holds where the head tells nothing along the augmentations, and the representation something in every such direction",
            "transversal",
        ),
    ),
    readings=(
        refuted(
            "refuted as quoted, also for heads that are exactly invariant",
            "law",
            "invariant",
            "point",
            "models",
        ),
        holds_added(
            r"holds where the head's law does not change along $V$, or the law of $z$ moves along orbits on which a smooth head is constant, and $V$ meets $\ker I_z$ in 0 only",
            "transversal",
            "moves",
        ),
        holds_added(
            r"and it holds for Fisher matrices of two models at a single point where $I_z$ is nonsingular, or where $I_h \preceq I_z$ and $\mathcal{V}_{\mathrm{aug}}$ meets $\ker I_z$ in 0 only",
            "models-nonsingular",
            "models-ordered",
        ),
    ),
    smallest=r"Independent $z_1 \sim N(\theta_1, 1)$ and $z_2 \sim N(0, 1)$, and $h = z_1$: $I_h$ vanishes along $\theta_2$ and still has rank 1, where the bound is 0.",
    shown_by="thm53.published.overlap",
    instead=(
        proved(
            r"$\operatorname{rank} I_h \leq \operatorname{rank} I_z - \dim V + \dim(\ker I_z \cap V)$ where $I_h$ vanishes on $V$ and $I_h \preceq I_z$, and this is attained",
            "rank",
        ),
        proved(
            r"$I_h \preceq I_z$ for every function of $z$ in a finite model with positive probabilities",
            "processing",
        ),
        proved(
            r"the published bound holds with equality for $z \sim N(\theta, \Sigma)$, $\Sigma \succ 0$, and $h = Pz$ with $P$ onto and $\ker P = V$",
            "gaussian",
            "rank",
        ),
    ),
    defences=(
        Defence(
            of=("law",),
            answer=r"The representation is taken to carry information in every direction of $\mathcal{V}_{\mathrm{aug}}$.",
            reply=(
                holds_added("Granted: then the bound holds", "transversal"),
                proved(
                    r"with equality for $z \sim N(\theta, \Sigma)$, $\Sigma \succ 0$, and $h = Pz$ with $P$ onto and $\ker P = V$",
                    "gaussian",
                    "rank",
                ),
                proved(
                    r"but for information on a label that augmentations preserve, $\mathcal{V}_{\mathrm{aug}}$ lies in $\ker I_z$, and invariance need cost nothing",
                    "free",
                ),
            ),
        ),
        Defence(
            of=("invariant", "point"),
            answer="The parameter is what the augmentation changes, so that the law of the representation moves along the orbits.",
            reply=(
                holds_added(
                    r"Granted: with that, for a smooth head constant on the orbits and with $\ker I_z \cap V = 0$, the bound holds",
                    "moves",
                ),
                proved(
                    r"and where augmentations shift $z \sim N(\theta, \Sigma)$, $\Sigma \succ 0$, along the kernel $V$ of a head $h = Pz$ that is onto, it holds with equality",
                    "gaussian",
                    "rank",
                ),
                refuted(
                    r"but one point is not enough even then: behind $z \sim N(\theta, 1)$ the head $z^3$ has no slope at 0 and is a bijection, which loses no information",
                    "point",
                ),
            ),
        ),
        Defence(
            of=("models",),
            answer="The Fisher information of the representation is taken to be nonsingular, as that of a regular model.",
            reply=(
                holds_added(
                    "Granted: then it holds of two models, already at one point and without data processing",
                    "models-nonsingular",
                ),
                holds_added(
                    r"and where $I_h \preceq I_z$ also with a singular $I_z$, if not along $\mathcal{V}_{\mathrm{aug}}$",
                    "models-ordered",
                ),
                proved(
                    r"but it is singular where augmentations preserve the label, and then invariance need cost nothing",
                    "free",
                ),
            ),
        ),
    ),
    titles={
        "law": "The rank bound: head uninformed along augmentations",
        "transversal": "The rank bound: representation informed there, head not",
        "invariant": "The rank bound: head constant on every orbit",
        "moves": "The rank bound: law moves along orbits, informed on them",
        "point": "The rank bound: head flat along augmentations at one point",
        "models": "The rank bound for Fisher matrices of two models",
        "models-nonsingular": "The rank bound for two models, the first one nonsingular",
        "models-ordered": "The rank bound for two models, the second no more informed",
    },
)
