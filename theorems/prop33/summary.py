"""What became of Proposition 3.3, in words; every clause is tied to the readings or parts that it tells."""

from __future__ import annotations

from verify.claims.summary import Defence, Summary, derived, holds, holds_added, proved, refuted

SUMMARY = Summary(
    headline=(
        refuted(
            "refuted for some losses if $k > d$, even curved everywhere",
            "constant-factor",
            "varying-factor",
            "curved-everywhere",
        ),
        holds_added(
            "from $d = 2$ on holds for $k = d$, $k < d$, and $k > d$ if all $d$-dimensional subspaces have a curved metric, or all a cubic term",
            "square",
            "square-varying",
            "narrow",
            "curved-subspaces",
            "third",
        ),
    ),
    readings=(
        refuted(
            r"refuted for every $k > d$, whether the factor is constant or not, and, already at $k = d + 1$ (tried for $d = 1$ and $2$), also where the metric is curved at every point",
            "constant-factor",
            "varying-factor",
            "curved-everywhere",
        ),
        holds("that there are such losses holds", "some-loss"),
        holds_added(
            r"the barrier holds for $k = d$ (for every loss that is not quadratic, with a varying factor from $d = 2$ on), for $k < d$, where the metric is curved on every $d$-dimensional subspace, $d \geq 2$, and for one factor where $D^3 L(0)$ vanishes on none of them",
            "square",
            "square-varying",
            "curved-subspaces",
            "third",
            "narrow",
        ),
    ),
    smallest=r"$L = \frac{1}{2} |u|^2 + \frac{1}{8} (1 - \cos u_3) \cos u_1$ is curved, and yet $W = [I; 0]$ has $H_{\mathrm{eff}} = I$ everywhere ($d = 2$, $k = 3$).",
    shown_by="prop33.iff.whitened.constant-factor",
    instead=(
        proved(
            r"Some constant head is isotropic everywhere, with one factor $c > 0$, if and only if the loss is a positive definite quadratic on some $d$-dimensional subspace; and the barrier is not robust, since small heads come as close to isotropy as one likes on a compact set wherever the loss Hessian at 0 has $d$ positive eigenvalues",
            "iff",
            "robust",
        ),
        derived(
            r"behind a loss in general the barrier to one factor holds: where $\binom{d + 2}{3} > d (k - d)$, almost every third derivative at 0 excludes isotropic heads $Wz$",
            "almost-every",
        ),
        proved(
            "for scale-invariant losses, whose Hessian is no metric, the statement says nothing",
            "scope",
        ),
    ),
    defences=(
        Defence(
            of=("constant-factor", "varying-factor"),
            answer="The head's input and output are meant to have one dimension, $k = d$.",
            reply=(
                holds_added(
                    "Granted: for $k = d$ the barrier holds, with a varying factor from $d = 2$ on",
                    "square",
                    "square-varying",
                ),
                proved(
                    "there it holds, for one factor $c > 0$, of every loss that is not a positive definite quadratic, curved or flat, so that curvature is not what decides; and the paper's heads on ResNet-18 have $d = 512$, $k = 2048$",
                    "square",
                ),
            ),
        ),
        Defence(
            of=("constant-factor", "varying-factor", "curved-everywhere"),
            answer="The losses of the counterexamples, quadratic on a subspace, are special; a loss in general has a curved metric on every subspace.",
            reply=(
                holds_added(
                    r"Granted: a loss whose metric is curved on every $d$-dimensional subspace, as that of $\sqrt{1 + |u|^2}$ is, has the barrier, whatever $k \geq d \geq 2$",
                    "curved-subspaces",
                ),
                holds_added(
                    "and for one factor so has every loss whose third derivative at 0 vanishes on no $d$-dimensional subspace",
                    "third",
                ),
                derived(
                    r"which almost every cubic form does, where $\binom{d + 2}{3} > d (k - d)$, as at the paper's $d = 512$, $k = 2048$",
                    "almost-every",
                ),
                proved(
                    "but curvature somewhere, as we read the quote, is neither sufficient, where $k > d$, nor necessary",
                    "curvature",
                ),
                proved(
                    r"and what remains is a barrier to isotropy everywhere and exactly: where $\nabla^2 L(0)$ has $d$ positive eigenvalues, small constant heads come as close to it as one likes on every compact set",
                    "robust",
                ),
            ),
        ),
        Defence(
            of=("constant-factor", "varying-factor"),
            answer="Non-zero means at every point, and the rippled losses of the counterexamples are flat at some, as at $u = 0$.",
            reply=(
                refuted(
                    r"Granted that these are; but the metric of $\log(1 + e^{u_2} (2 e^{u_1^2 / 2} - 1))$ has curvature $\frac{1}{4}$ at every point, and behind $W = [1; 0]$ it is isotropic everywhere",
                    "curved-everywhere",
                ),
                proved(
                    "what decides is a subspace on which the loss is quadratic, however the metric is curved off it",
                    "iff",
                ),
            ),
        ),
    ),
    titles={
        "constant-factor": "The barrier to isotropy, with a constant factor",
        "varying-factor": "The barrier to isotropy, with a varying factor",
        "curved-everywhere": "The barrier, for a metric curved at every point",
        "some-loss": "The barrier to isotropy, for some losses",
        "square": "The barrier for square heads, with a constant factor",
        "square-varying": "The barrier for square heads, varying factor, d at least 2",
        "curved-subspaces": "The barrier, for a metric curved on all d-dim. subspaces",
        "third": "The barrier where the cubic term vanishes on no subspace",
        "narrow": "Degeneracy behind heads narrower than their input",
    },
    part_titles={
        "factor": "When the factor has to be constant",
        "square": "When a square head is isotropic everywhere",
        "general": "When heads that are wide enough have the barrier",
        "robust": "How near to isotropy small constant heads come",
        "scope": "Scale-invariant losses, whose Hessian is no metric",
    },
)
