"""Theorem 3.1 as quoted, its readings, and the parts of the repaired statement. Literals only."""

from __future__ import annotations

from verify.claims.statement import Hypothesis, Origin, Part, Reading, Statement, Verdict

STATEMENT = Statement(
    id="thm31",
    label="Theorem 3.1",
    title="Local subspace whitening by a linear head",
    source="public summary of arXiv 2605.17180 (key design 1); the paper (PMLR 306, pp. 13184-13212) was not at hand in full",
    quoted=r"Proves that a linear projection head is equivalent to learning a global metric $M = W^\top W$, performing implicit whitening on the loss-relevant subspace. [..] With a linear head $h(z) = W z$, the similarity $\langle h(z_i), h(z_j) \rangle = z_i^\top (W^\top W) z_j$ directly reflects metric learning. Theorem 3.1 shows that a linear head exists such that the effective Hessian is isomorphic to the identity matrix on an $r$-dimensional subspace.",
    unseen=r"That $z^*$ is a fixed point, that $r$ is the rank of the loss Hessian at $h(z^*)$, that the subspace $S$ may be any of dimension $r$, and $k \geq r$ are taken from other public accounts of the paper. Assumption 3, which the theorem uses, is cited by number only. Isomorphic to the identity on $S$ is read as $v^T H_{\mathrm{eff}} v = |v|^2$ for $v$ in $S$: $h$ whitens $S$; for strictly linear heads once more up to one factor $c > 0$, which the step size absorbs. (With a bias a factor changes nothing: $W / \sqrt{c}$, with the bias that keeps the output, has the factor $1$.) The quote says linear and writes $h(z) = Wz$; whether a bias is allowed decides the theorem, so both are judged. Under which head $z^*$ is fixed is not said: we take it to be fixed under the head $h_0$ before whitening. That linear heads train better than none is an empirical claim; it is not decided here.",
    hypotheses=(
        Hypothesis(
            id="A1",
            text="Assumption 1: the loss is $C^2$",
            source="known from other public accounts of the paper",
        ),
        Hypothesis(
            id="fixed",
            text=r"$z^*$ is a critical point of $L \circ h_0$ for the head $h_0$ before whitening",
            source="known from other public accounts of the paper",
        ),
        Hypothesis(
            id="affine",
            text="the head is $h(z) = Wz + b$",
            source="a linear projection head",
        ),
        Hypothesis(
            id="linear",
            text="the head is $h(z) = Wz$, without a bias",
            source="With a linear head $h(z) = W z$",
        ),
        Hypothesis(
            id="rank",
            text=r"$S$ has dimension $r = \operatorname{rank} \nabla^2 L(h_0(z^*))$, and $k, d \geq r$",
            source="an $r$-dimensional subspace",
        ),
        Hypothesis(
            id="psd",
            text=r"$\nabla^2 L(h_0(z^*)) \succeq 0$",
            origin=Origin.REMARKED,
            source="in standard MSE-based objectives the loss Hessian is PSD (Section 4.1)",
        ),
        Hypothesis(
            id="psd-everywhere",
            text=r"$\nabla^2 L(u) \succeq 0$ at every $u \in \mathbb{R}^k$",
            origin=Origin.REMARKED,
            source="in standard MSE-based objectives the loss Hessian is PSD (Section 4.1)",
        ),
        Hypothesis(
            id="metric",
            text=r"$\nabla^2 L \succ 0$ everywhere",
            origin=Origin.REMARKED,
            source="Assumption 1 in other public accounts: the loss Hessian is positive definite where it is to be a metric",
        ),
        Hypothesis(
            id="positive",
            text=r"$\nabla^2 L(u_0)$ has at least $\dim S$ positive eigenvalues",
            origin=Origin.ADDED,
        ),
        Hypothesis(id="outside", text=r"$z^* \notin S$", origin=Origin.ADDED),
        Hypothesis(
            id="smaller", text="$r < d$, so that $S$ is not the whole space", origin=Origin.ADDED
        ),
        Hypothesis(
            id="full",
            text="the weight $W_0$ ($k \\times d$) of $h_0$ has rank $k$",
            origin=Origin.ADDED,
        ),
    ),
    readings=(
        Reading(
            id="similarity",
            text=r"$\langle h(z_i), h(z_j) \rangle = z_i^T (W^T W) z_j$, and $W^T W \succeq 0$.",
            hypotheses=("linear",),
            predicted=Verdict.HOLDS,
        ),
        Reading(
            id="affine-rank",
            text=r"For some $S$, some $h = Wz + b$ with $h(z^*) = h_0(z^*)$ whitens $S$ at $z^*$.",
            hypotheses=("A1", "fixed", "affine", "rank"),
            predicted=Verdict.REFUTED,
            rescued_by="affine-psd",
        ),
        Reading(
            id="affine-psd",
            text=r"With $\nabla^2 L \succeq 0$, for every $S$ some $h = Wz + b$ with $h(z^*) = h_0(z^*)$ whitens $S$ at $z^*$.",
            hypotheses=("A1", "fixed", "affine", "rank", "psd"),
            predicted=Verdict.HOLDS,
        ),
        Reading(
            id="affine-positive",
            text=r"Where $\nabla^2 L(u_0)$ has $\dim S$ positive eigenvalues, some $h = Wz + b$ with $h(z^*) = u_0$ whitens $S$ at $z^*$.",
            hypotheses=("A1", "affine", "positive"),
            predicted=Verdict.HOLDS_ADDED,
        ),
        Reading(
            id="linear-metric",
            text=r"With $\nabla^2 L \succ 0$ everywhere, for some $S$ some $h = Wz$ whitens $S$ at $z^*$.",
            hypotheses=("A1", "fixed", "linear", "rank", "metric"),
            predicted=Verdict.REFUTED,
            rescued_by="linear-factor",
        ),
        Reading(
            id="linear-factor",
            text=r"With $h_0(z) = W_0 z$ and $\nabla^2 L \succeq 0$ everywhere, for every $S$ some $h = Wz$ whitens $S$ at $z^*$ up to some factor $c > 0$: $v^T H_{\mathrm{eff}} v = c |v|^2$ for $v$ in $S$.",
            hypotheses=("A1", "fixed", "linear", "rank", "psd-everywhere"),
            predicted=Verdict.HOLDS,
        ),
        Reading(
            id="linear-smaller",
            text=r"With $h_0(z) = W_0 z$, $r < d$ and $\nabla^2 L(h_0(z^*)) \succeq 0$, for some $S$ some $h = Wz$ with $h(z^*) = h_0(z^*)$ whitens $S$ at $z^*$.",
            hypotheses=("A1", "fixed", "linear", "rank", "psd", "smaller"),
            predicted=Verdict.HOLDS_ADDED,
        ),
        Reading(
            id="linear-outside",
            text=r"If $z^* \notin S$ and $\nabla^2 L(u_0)$ has $\dim S$ positive eigenvalues for some $u_0$, some $h = Wz$ with $h(z^*) = u_0$ whitens $S$ at $z^*$.",
            hypotheses=("A1", "linear", "positive", "outside"),
            predicted=Verdict.HOLDS_ADDED,
        ),
        Reading(
            id="stays-fixed",
            text=r"With $\nabla^2 L \succ 0$ everywhere, for some $S$ some $h = Wz + b$ with $h(z^*) = h_0(z^*)$ whitens $S$ at $z^*$ and leaves $z^*$ a critical point of $L \circ h$.",
            hypotheses=("A1", "fixed", "affine", "rank", "metric"),
            predicted=Verdict.REFUTED,
            rescued_by="stays-fixed-full",
        ),
        Reading(
            id="stays-fixed-full",
            text=r"With $\nabla^2 L(h_0(z^*)) \succeq 0$ and $W_0$ of rank $k$, for every $S$ some $h = Wz + b$ with $h(z^*) = h_0(z^*)$ whitens $S$ at $z^*$ and leaves $z^*$ a critical point of $L \circ h$.",
            hypotheses=("A1", "fixed", "affine", "rank", "psd", "full"),
            predicted=Verdict.HOLDS_ADDED,
        ),
    ),
    parts=(
        Part(
            id="metric",
            title="The learned metric",
            text=r"For $h(z) = Wz$, $\langle h(z_i), h(z_j) \rangle = z_i^T (W^T W) z_j$; $W^T W$ is positive semidefinite, and $|h(z_i) - h(z_j)|^2$ is its squared Mahalanobis distance.",
            predicted=Verdict.PROVED,
        ),
        Part(
            id="affine",
            title="Affine heads",
            text=r"Let $Q$ ($d \times s$) be an orthonormal basis of $S$ and $H = \nabla^2 L(u_0)$. There are $W$, $b$ with $W z^* + b = u_0$ and $Q^T H_{\mathrm{eff}}(z^*) Q = I_s$ if and only if $s \leq n_+(H)$, the number of positive eigenvalues. With $s$ positive eigenpairs $U_+$, $\Lambda_+$, $W = U_+ \Lambda_+^{-1/2} Q^T$ gives $H_{\mathrm{eff}}(z^*) = Q Q^T$.",
            predicted=Verdict.PROVED,
        ),
        Part(
            id="linear",
            title="Strictly linear heads",
            text=r"Let $Q$ ($d \times s$) be an orthonormal basis of $S$. A $W$ with $Q^T W^T \nabla^2 L(W z^*) W Q = I_s$ exists if and only if (a) $z^* = 0$ and $s \leq n_+(\nabla^2 L(0))$, or (b) $z^* \notin S$ and some $u$ has $s \leq n_+(\nabla^2 L(u))$, or (c) $0 \neq z^* \in S$ and some such $u$ also has $u^T \nabla^2 L(u) \, u = |z^*|^2$. With $c I_s$ in place of $I_s$ and some $c > 0$, (c) asks only for $u^T \nabla^2 L(u) \, u > 0$ in its place. For $L = \sqrt{1 + |u|^2}$ the maximum of $u^T \nabla^2 L \, u$ is $2 / (3 \sqrt{3})$; for a scale-invariant loss it is $0$.",
            predicted=Verdict.PROVED,
        ),
        Part(
            id="fixed-point",
            title="Keeping the fixed point",
            text=r"Let $H = \nabla^2 L(u_0) \succeq 0$ have rank $r$ and $\rho = \nabla L(u_0)$. An affine head with $h(z^*) = u_0$ that whitens $S$, of dimension $s$, and has $W^T \rho = 0$ exists if and only if $s \leq r$ where $\rho = 0$ or $\rho \notin \operatorname{ran} H$, and if and only if $s \leq r - 1$ where $0 \neq \rho \in \operatorname{ran} H$.",
            predicted=Verdict.PROVED,
        ),
    ),
)
