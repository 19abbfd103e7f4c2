"""What became of Theorem 3.1, in words; every clause is tied to the readings or parts that it tells."""

from __future__ import annotations

from verify.claims.summary import Defence, Summary, holds, holds_added, proved, refuted

SUMMARY = Summary(
    headline=(
        holds(
            "holds for heads with a bias behind a positive semidefinite loss Hessian",
            "affine-psd",
        ),
        refuted(
            "refuted behind an indefinite one, for heads without a bias, and that the whitened point can always stay a fixed point",
            "affine-rank",
            "linear-metric",
            "stays-fixed",
        ),
    ),
    readings=(
        holds(
            "holds for the metric of a linear head and, where the loss Hessian is positive semidefinite, for whitening by affine heads",
            "similarity",
            "affine-psd",
        ),
        refuted("refuted for an indefinite loss Hessian, whose rank is not enough", "affine-rank"),
        holds_added(
            "where it has as many positive eigenvalues as the subspace has dimensions, it holds",
            "affine-positive",
        ),
        refuted(
            "refuted for strictly linear heads, even where the loss Hessian is positive definite",
            "linear-metric",
        ),
        holds_added(
            "for these it holds if that has so many somewhere and the point lies outside the subspace",
            "linear-outside",
        ),
        refuted("refuted that the whitened point can always stay a fixed point", "stays-fixed"),
    ),
    smallest=r"$L = \sqrt{1 + u^2}$ at $z^* = 1$: no head $h = Wz$ has $H_{\mathrm{eff}} = 1$, since the most is $\frac{2}{3 \sqrt{3}}$.",
    shown_by="thm31.linear.bowl",
    instead=(
        proved(
            "Some affine head whitens a subspace of dimension $s$ if and only if the loss Hessian has $s$ positive eigenvalues; to keep a fixed point too, a positive semidefinite one needs one more where the residual gradient is not zero and lies in its range",
            "affine",
            "fixed-point",
        ),
    ),
    defences=(
        Defence(
            of=("affine-rank",),
            answer="Positive semidefinite loss Hessians are meant, as the section remarks of squared error, and their rank is the number of their positive eigenvalues.",
            reply=(
                holds("Granted: behind them it holds, for every subspace", "affine-psd"),
                proved(
                    "behind an indefinite one, as losses on normalised outputs have wherever their gradient is not zero (thm41, fact0), as many dimensions can be whitened as it has positive eigenvalues, which are fewer than its rank",
                    "affine",
                ),
            ),
        ),
        Defence(
            of=("linear-metric",),
            answer=r"A linear layer has a bias; and even without one a point $z^*$ in general position lies outside the subspace.",
            reply=(
                holds("Granted: with a bias it holds", "affine-psd"),
                holds_added("and so it does without one, outside the subspace", "linear-outside"),
                proved(
                    r"but the quote writes $h(z) = Wz$, the released linear head has no biases (experiments.py:176-181), and for $k = d$ and a definite loss Hessian the subspace is the whole space, so that no $z^*$ is outside; there it takes $u^T \nabla^2 L(u) \, u = |z^*|^2$ at some $u$, unless $z^* = 0$",
                    "linear",
                ),
            ),
        ),
        Defence(
            of=("stays-fixed",),
            answer=r"The theorem is on the Hessian at $z^*$; that $z^*$ is a critical point of the new head as well is not claimed.",
            reply=(
                holds(
                    "Granted: read so it holds behind positive semidefinite loss Hessians",
                    "affine-psd",
                ),
                proved(
                    r"and where $\rho = 0$, as at a minimum of the loss, or $\rho \notin \operatorname{ran} \nabla^2 L$, with $\nabla^2 L \succeq 0$, some such head keeps $z^*$ critical as well",
                    "fixed-point",
                ),
                proved(
                    r"but where $0 \neq \rho$ lies in the range of $\nabla^2 L \succeq 0$, no affine head with that output that whitens a subspace of dimension $r$ keeps $z^*$ critical, and so gradient flow leaves the point at which the Hessian is whitened",
                    "fixed-point",
                ),
            ),
        ),
        Defence(
            of=("stays-fixed",),
            answer=r"The bias is free: choose $b$ so that the output at $z^*$ is a minimum of $L$, where $\rho = 0$.",
            reply=(
                proved(
                    r"Granted where $L$ has a minimum at which $\nabla^2 L$ has $\dim S$ positive eigenvalues: some head with that output whitens $S$ and keeps $z^*$ critical",
                    "fixed-point",
                ),
                proved(
                    "but $L = e^u$ has no critical output, so that behind it no affine head, whatever its output, whitens a line and keeps $z^*$ critical",
                    "fixed-point",
                ),
            ),
        ),
    ),
    titles={
        "similarity": "Similarity behind a linear head, as a semidefinite form",
        "affine-rank": "Whitening by an affine head, behind any loss Hessian",
        "affine-psd": "Whitening by an affine head, behind a PSD loss Hessian",
        "affine-positive": "Affine whitening, given enough positive eigenvalues",
        "linear-metric": "Strictly linear whitening, behind a definite loss Hessian",
        "linear-outside": "Linear whitening, point outside, enough positive eigenvalues",
        "stays-fixed": "Affine whitening that keeps the critical point",
    },
    part_titles={
        "affine": "Which subspaces an affine head can whiten",
        "linear": "Which subspaces a strictly linear head can whiten",
        "fixed-point": "When whitening can keep the fixed point",
    },
)
