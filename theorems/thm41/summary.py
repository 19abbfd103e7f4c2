"""What became of Theorem 4.1, in words; every clause is tied to the readings or parts that it tells."""

from __future__ import annotations

from verify.claims.summary import Summary, holds, holds_added, proved, refuted

SUMMARY = Summary(
    readings=(
        holds(
            "holds that linear heads, and ReLU heads almost everywhere, have no interaction term, that a linear head is stable to second order where the loss Hessian is positive semidefinite, and that smooth heads can be unstable",
            "1-interaction",
            "1-psd-premise",
            "2-mechanism",
            "relu-interaction",
        ),
        refuted(
            "refuted that every smooth head is unstable, and that almost every one is",
            "2-every",
            "2-generic",
        ),
        holds_added(
            "it holds for those whose interaction term is negative somewhere on the kernel",
            "2-direction",
        ),
        holds_added(
            "it holds, but for a binomial tail, of heads at random initialisation whose units are independent of each other and of the output",
            "2-initial",
        ),
        refuted(
            "refuted that gradient descent with any constant step almost surely escapes strict saddles",
            "2-escape",
        ),
        holds_added(
            "which holds with a step below the inverse of the gradient's Lipschitz constant",
            "2-escape-small-step",
        ),
        refuted(
            "refuted that a linear head always has a positive semidefinite effective Hessian, and that linear and ReLU heads never repel",
            "1-psd",
            "1-non-repelling",
            "relu-non-repelling",
        ),
        holds_added(
            "the latter holds, off the kinks, if the loss is convex nearby",
            "1-non-repelling-convex",
            "relu-non-repelling-convex",
        ),
    ),
    smallest=r"$h = s(z_1) + s(-z_1) + s(z_2) + s(-z_2)$ less its value at $z = 0$, with softplus $s$, under the squared error $L = \frac{1}{2} (u + 1)^2$: the collapse at $z = 0$ is stable, with both eigenvalues $\frac{1}{2}$.",
    shown_by="thm41.2.squared-error.softplus",
    instead=(
        proved(
            r"With $G \succeq 0$, $G + tM$ has a negative eigenvalue for all small $t > 0$ if and only if some $v \in \ker G$ has $v^T M v < 0$, or $v^T M v = 0$ and $M v \neq 0$; for scale-invariant losses a positive semidefinite loss Hessian and $\rho \neq 0$ exclude each other",
            "kernel",
            "fact0",
        ),
    ),
)
