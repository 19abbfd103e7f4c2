"""What became of Theorem 3.1, in words; every clause is tied to the readings or parts that it tells."""

from __future__ import annotations

from verify.claims.summary import Defence, Summary, holds, holds_added, proved, refuted

SUMMARY = Summary(
    headline=(
        holds(
            "holds with bias for PSD loss Hessians, without it up to a factor where they are PSD everywhere",
            "affine-psd",
            "linear-factor",
        ),
        refuted(
            "refuted if indefinite, keeping fixed points unless rank $W_0 = k$, and factor 1 without bias if $r = d$",
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
            "refuted for strictly linear heads and the factor 1 where the subspace is the whole space, even where the loss Hessian is positive definite",
            "linear-metric",
        ),
        holds(
            r"up to a factor it holds for these too where $\nabla^2 L \succeq 0$ everywhere, on every subspace of dimension $r$",
            "linear-factor",
        ),
        holds_added(
            r"with the factor 1 it holds for these, where $\nabla^2 L \succeq 0$, on some subspace of dimension $r < d$, and on each that the point lies outside of, if the loss Hessian has so many positive eigenvalues somewhere",
            "linear-smaller",
            "linear-outside",
        ),
        refuted("refuted that the whitened point can always stay a fixed point", "stays-fixed"),
        holds_added(
            r"it holds where the weight $W_0$ of the head before has rank $k$ and $\nabla^2 L \succeq 0$",
            "stays-fixed-full",
        ),
    ),
    smallest=r"$L = \frac{1}{2} (u_1^2 - u_2^2)$ at $z^* = 0$: no head $h = Wz + b$ whitens the plane even up to a factor, since $\det H_{\mathrm{eff}} = -(\det W)^2$.",
    shown_by="thm31.affine.indefinite",
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
                    "behind an indefinite one, as losses on normalised outputs have wherever their gradient is not zero by the repaired Theorem 4.1 (thm41, fact0), as many dimensions can be whitened as it has positive eigenvalues, which are fewer than its rank",
                    "affine",
                ),
            ),
        ),
        Defence(
            of=("linear-metric",),
            answer=r"A linear layer has a bias; and even without one the subspace may be chosen, and where $r < d$ some $S$ does not contain $z^* \neq 0$.",
            reply=(
                holds("Granted: with a bias it holds", "affine-psd"),
                holds_added(
                    r"and so it does without one, wherever $z^*$ is, for some $S$ where $r < d$ and $\nabla^2 L \succeq 0$",
                    "linear-smaller",
                ),
                holds_added(
                    "and there for every $S$ that does not contain $z^*$", "linear-outside"
                ),
                proved(
                    r"but the quote writes $h(z) = Wz$, the linear head of the released code has no biases (its experiments.py:176-181), and for $k = d$ and a definite loss Hessian the subspace is the whole space, so that no $z^*$ is outside; there the factor $1$ takes $u^T \nabla^2 L(u) \, u = |z^*|^2$ at some $u$, unless $z^* = 0$",
                    "linear",
                ),
            ),
        ),
        Defence(
            of=("linear-metric",),
            answer=r"It is meant up to a factor, which the step size absorbs, and Assumption 1 makes $\nabla^2 L$ a metric.",
            reply=(
                holds(
                    r"Granted, and no metric is needed: where $\nabla^2 L \succeq 0$ everywhere it holds so read without a bias on every subspace of dimension $r$, the whole space too, where only the scale is refuted",
                    "linear-factor",
                ),
                proved(
                    r"but where $\nabla^2 L$ has negative eigenvalues somewhere a factor need not help: behind a scale-invariant loss $u^T \nabla^2 L \, u = 0$, where any factor asks for more if $0 \neq z^* \in S$",
                    "linear",
                ),
                refuted(
                    "nor does one help behind an indefinite loss Hessian, or to keep the fixed point: with a bias what whitens up to a factor whitens, if scaled",
                    "affine-rank",
                    "stays-fixed",
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
            answer=r"The head before whitening is $h_0(z) = W_0 z + b_0$ with $W_0$ of rank $k$, as almost every $W_0$ is for $k \leq d$.",
            reply=(
                holds_added(
                    r"Granted: then $W_0^T \rho = 0$ only where $\rho = 0$, and behind $\nabla^2 L \succeq 0$ for every $S$ some whitening head with that output keeps $z^*$ critical",
                    "stays-fixed-full",
                ),
                refuted(
                    r"but what is quoted does not ask for it; where $W_0$ has a lower rank a fixed point can have $\rho \neq 0$, and then behind a definite loss Hessian it fails",
                    "stays-fixed",
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
        "linear-factor": "Strictly linear whitening up to a factor, PSD everywhere",
        "linear-outside": "Linear whitening, point outside, enough positive eigenvalues",
        "linear-smaller": "Strictly linear whitening of some smaller subspace",
        "stays-fixed": "Affine whitening that keeps the critical point",
        "stays-fixed-full": "Critical point kept, given a head of full row rank",
    },
    part_titles={
        "affine": "Which subspaces an affine head can whiten",
        "linear": "Which subspaces a strictly linear head can whiten",
        "fixed-point": "When whitening can keep the fixed point",
    },
)
