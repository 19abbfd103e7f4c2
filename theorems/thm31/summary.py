"""What became of Theorem 3.1, in words; every clause is tied to the readings or parts that it tells."""

from __future__ import annotations

from verify.claims.summary import Summary, holds, holds_added, proved, refuted

SUMMARY = Summary(
    readings=(
        holds(
            "holds for the metric of a linear head and, where the loss Hessian is positive semidefinite, for whitening by affine heads",
            "similarity",
            "affine-psd",
        ),
        refuted(
            "refuted for an indefinite loss Hessian, whose rank is not enough",
            "affine-rank",
        ),
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
)
