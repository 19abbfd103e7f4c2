"""What became of Proposition 3.3, in words; every clause is tied to the readings or parts that it tells."""

from __future__ import annotations

from verify.claims.summary import Summary, holds, holds_added, proved, refuted

SUMMARY = Summary(
    readings=(
        refuted(
            r"refuted for every $k > d$, already at $k = d + 1$, whether the factor is constant or not",
            "constant-factor",
            "varying-factor",
        ),
        holds("that there are such losses holds", "some-loss"),
        holds_added(
            r"the barrier holds for $k = d$, there for every loss that is not quadratic, for $k < d$, and where the metric is curved on every subspace",
            "square",
            "square-varying",
            "curved-subspaces",
            "narrow",
        ),
    ),
    smallest=r"$L = \frac{1}{2} |u|^2 + \frac{1}{8} (1 - \cos u_3) \cos u_1$ is curved, and yet $W = [I; 0]$ has $H_{\mathrm{eff}} = I$ everywhere ($d = 2$, $k = 3$).",
    shown_by="prop33.iff.whitened.constant-factor",
    instead=(
        proved(
            r"A constant head is isotropic everywhere if and only if the loss is a positive definite quadratic on some $d$-dimensional subspace; and the barrier is not robust, since small heads come as close to isotropy as one likes on a compact set wherever the loss Hessian at 0 has $d$ positive eigenvalues",
            "iff",
            "robust",
        ),
        proved(
            "for scale-invariant losses, whose Hessian is no metric, the statement says nothing",
            "scope",
        ),
    ),
)
