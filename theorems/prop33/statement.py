"""Proposition 3.3 as quoted, its readings, and the parts of the repaired statement."""

from __future__ import annotations

import sympy as sp

from theorems.prop33.bounds import RATE
from verify.claims.statement import Hypothesis, Origin, Part, Reading, Statement, Verdict

STATEMENT = Statement(
    id="prop33",
    label="Proposition 3.3",
    title="The curvature barrier for linear heads",
    source="public summary of arXiv 2605.17180 (key design 1); the paper (PMLR 306, pp. 13184-13212) was not at hand in full",
    quoted="However, a linear head is a global fixed transformation and cannot adapt to the changing geometry along a curved optimization trajectory. [..] Explains why linear heads are better than no-head solutions (accelerating convergence) but why non-linearity is essential—Proposition 3.3: when the intrinsic geometry of the loss has non-zero Riemann curvature, no global constant linear transformation can make the effective Hessian non-degenerate and isotropic everywhere.",
    unseen=r"That the geometry is the Hessian metric $g_L = \nabla^2 L$ and that the transformation is $W \in \mathbb{R}^{k \times d}$ with $H_{\mathrm{eff}}(z) = W^T g_L(Wz) W$ are taken from other public accounts. Isotropic is not defined in what we have: it is read as $H_{\mathrm{eff}} = c I$ with a constant $c > 0$, and as $H_{\mathrm{eff}} = c(z) I$ with a factor that may vary. Where the curvature is not zero is not said either: it is read as somewhere, and as at every point. No relation between $k$ and $d$ is quoted; the paper's heads on ResNet-18 have $d = 512$, $k = 2048$. That non-linearity is essential in practice is an empirical claim; it is not decided here.",
    hypotheses=(
        Hypothesis(
            id="metric",
            text=r"$g_L = \nabla^2 L$ is positive definite everywhere",
            source="the intrinsic geometry of the loss",
        ),
        Hypothesis(
            id="curved",
            text="the Riemann tensor of $g_L$ does not vanish identically",
            source="has non-zero Riemann curvature",
        ),
        Hypothesis(
            id="curved-everywhere",
            text="the Riemann tensor of $g_L$ vanishes at no point",
            source="has non-zero Riemann curvature",
        ),
        Hypothesis(
            id="constant",
            text="the head is $h(z) = Wz$ with constant $W$",
            source="global constant linear transformation",
        ),
        Hypothesis(id="square", text="$k = d$", origin=Origin.ADDED),
        Hypothesis(
            id="plane", text="$d \\geq 2$; $L$ is $C^2$, as its metric assumes", origin=Origin.ADDED
        ),
        Hypothesis(
            id="induced",
            text="on every $d$-dimensional linear subspace the metric that $g_L$ induces is not flat",
            origin=Origin.ADDED,
        ),
        Hypothesis(
            id="third",
            text=r"$L$ is $C^3$, and the cubic form $v \mapsto D^3 L(0)[v, v, v]$ vanishes on no $d$-dimensional linear subspace",
            origin=Origin.ADDED,
        ),
        Hypothesis(id="narrow", text="$k < d$", origin=Origin.ADDED),
    ),
    readings=(
        Reading(
            id="constant-factor",
            text=r"No $W$ has $H_{\mathrm{eff}}(z) = c I$ for all $z$ with a constant $c > 0$.",
            hypotheses=("metric", "curved", "constant"),
            predicted=Verdict.REFUTED,
            rescued_by="square",
        ),
        Reading(
            id="varying-factor",
            text=r"No $W$ has $H_{\mathrm{eff}}(z) = c(z) I$ for all $z$ with $c(z) > 0$.",
            hypotheses=("metric", "curved", "constant"),
            predicted=Verdict.REFUTED,
            rescued_by="curved-subspaces",
        ),
        Reading(
            id="curved-everywhere",
            text=r"If $g_L$ is curved at every point, no $W$ has $H_{\mathrm{eff}}(z) = c I$ for all $z$ with a constant $c > 0$.",
            hypotheses=("metric", "curved-everywhere", "constant"),
            predicted=Verdict.REFUTED,
            rescued_by="curved-subspaces",
        ),
        Reading(
            id="some-loss",
            text=r"For some such losses no $W$ has $H_{\mathrm{eff}}(z) = c I$ for all $z$ with a constant $c > 0$.",
            hypotheses=("metric", "curved", "constant"),
            predicted=Verdict.HOLDS,
            existential=True,
        ),
        Reading(
            id="square",
            text=r"If $k = d$, no $W$ has $H_{\mathrm{eff}}(z) = c I$ for all $z$ with a constant $c > 0$.",
            hypotheses=("metric", "curved", "constant", "square"),
            predicted=Verdict.HOLDS_ADDED,
        ),
        Reading(
            id="square-varying",
            text=r"If $k = d \geq 2$, no $W$ has $H_{\mathrm{eff}}(z) = c(z) I$ for all $z$ with $c(z) > 0$.",
            hypotheses=("metric", "curved", "constant", "square", "plane"),
            predicted=Verdict.HOLDS_ADDED,
        ),
        Reading(
            id="curved-subspaces",
            text=r"If $d \geq 2$ and $g_L$ induces a metric that is not flat on every $d$-dimensional subspace, no $W$ has $H_{\mathrm{eff}}(z) = c(z) I$ for all $z$ with $c(z) > 0$, whatever $k \geq d$.",
            hypotheses=("metric", "constant", "plane", "induced"),
            predicted=Verdict.HOLDS_ADDED,
        ),
        Reading(
            id="third",
            text=r"If $D^3 L(0)$ vanishes on no $d$-dimensional linear subspace, no $W$ has $H_{\mathrm{eff}}(z) = c I$ for all $z$ with a constant $c > 0$, whatever $k$.",
            hypotheses=("metric", "constant", "third"),
            predicted=Verdict.HOLDS_ADDED,
        ),
        Reading(
            id="narrow",
            text=r"If $k < d$, $H_{\mathrm{eff}}$ is degenerate for every $W$.",
            hypotheses=("metric", "curved", "constant", "narrow"),
            predicted=Verdict.HOLDS_ADDED,
        ),
    ),
    parts=(
        Part(
            id="iff",
            title="When a constant head is isotropic everywhere",
            text=r"Let $L \in C^2(\mathbb{R}^k)$ and $k \geq d \geq 1$. There are $W$ and $c > 0$ with $W^T \nabla^2 L(Wz) W = c I$ for all $z$ if and only if $L$, restricted to some $d$-dimensional linear subspace, is a quadratic polynomial with positive definite Hessian. The geometry of $L$ off that subspace does not matter. For heads $h(z) = Wz + b$ the same is true with an affine subspace.",
            predicted=Verdict.PROVED,
        ),
        Part(
            id="factor",
            title="The factor is constant",
            text=r"If $d \geq 2$, $L \in C^2$ and $W^T \nabla^2 L(Wz) W = c(z) I$ with $c(z) > 0$ on a connected open set $U$, then $c$ is constant there, and $L$ a quadratic polynomial on $W(U)$, though not always beyond it. Neither $d \geq 2$ nor the Hessian structure of the metric can be dropped.",
            predicted=Verdict.PROVED,
        ),
        Part(
            id="square",
            title="Square heads",
            text="For $L \\in C^2$ and $k = d$ some constant head is isotropic everywhere with one factor $c > 0$ if and only if $L$ is a quadratic polynomial with positive definite Hessian: the barrier to one factor holds for every other loss, curved or flat. For $k < d$ the effective Hessian is degenerate.",
            predicted=Verdict.PROVED,
        ),
        Part(
            id="general",
            title="Heads of any width",
            text=r"Let $L \in C^2$ and $k \geq d \geq 2$. By the first part, no constant head is isotropic everywhere with one factor $c > 0$ if and only if $L$ is a quadratic polynomial with positive definite Hessian on no $d$-dimensional subspace. This is so if $\nabla^2 L$ induces a metric on each of them that is not flat; it may be so although one of them is flat.",
            predicted=Verdict.PROVED,
        ),
        Part(
            id="almost-every",
            title="The barrier for almost every third derivative",
            text=r"Let $k \geq d \geq 1$ and $\binom{d + 2}{3} > d (k - d)$. Then the cubic forms on $\mathbb{R}^k$ that vanish on some $d$-dimensional linear subspace have measure zero among all. So almost every one is the third derivative at $0$ of no $C^3$ loss that some constant head $h(z) = Wz$ makes isotropic everywhere with one factor $c > 0$. For $d = 512$ and $k = 2048$, 22500864 is compared with 786432.",
        ),
        Part(
            id="curvature",
            title="The curvature of a Hessian metric",
            text=r"For $L \in C^4$ with an invertible $g = \nabla^2 L$, $R_{ijkl} = \frac{1}{4} g^{pq} (L_{ilp} L_{jkq} - L_{ikp} L_{jlq})$, with signs such that $R_{1212} = K \det g$ in two dimensions: a metric with constant coefficients is flat. Non-zero curvature is neither sufficient for the barrier (where $k > d$) nor necessary.",
            predicted=Verdict.PROVED,
        ),
        Part(
            id="robust",
            title="The barrier is not robust",
            text=rf"If $\nabla^2 L$ is continuous and $\nabla^2 L(0)$ has $d$ positive eigenvalues, some $W_0$ has $W_0^T \nabla^2 L(0) W_0 = I$, and on every compact set the head $W = \sqrt{{c}} \, W_0$ has $H_{{\mathrm{{eff}}}} / c \to I$ uniformly as $c \to 0$: a constant head comes as close to isotropy as one likes. For $L = \log(1 + e^{{u_1}} + e^{{u_2}})$, $\kappa(W^T g(u') W) \leq e^{{{sp.latex(RATE)} |u' - u|}} \kappa(W^T g(u) W)$ for every invertible $W$; $1.4$ in the place of ${sp.latex(RATE)}$ is too small.",
            predicted=Verdict.PROVED,
        ),
        Part(
            id="scope",
            title="Losses without a metric",
            text=r"If $L(tu) = L(u)$ for $t > 0$, as for every loss on normalised outputs, then $u^T \nabla^2 L(u) \, u = 0$ at every $u \neq 0$ near which $L$ is $C^2$: $\nabla^2 L$ is positive definite at none, and the statement says nothing about such a loss.",
            predicted=Verdict.PROVED,
        ),
    ),
)
