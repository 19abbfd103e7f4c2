"""The parts of the repaired Theorem 4.1, each judged by its own checks. Literals only."""

from __future__ import annotations

from verify.claims.statement import Part, Verdict

PARTS = (
    Part(
        id="identity",
        title="The effective Hessian",
        text=r"For $C^2$ maps $h: \mathbb{R}^d \to \mathbb{R}^k$ and $L: \mathbb{R}^k \to \mathbb{R}$, $\nabla^2 (L \circ h) = J_h^T (\nabla^2 L) J_h + \sum_i \rho_i \nabla^2 h_i = G + M$.",
        predicted=Verdict.PROVED,
    ),
    Part(
        id="F",
        title="The layer formula",
        text=r"For a head $x_0 = z$, $a_l = W_l x_{l-1} + b_l$, $x_l = s(a_l)$, $h = W_N x_{N-1} + b_N$ with $s \in C^2$: $M = \sum_{l=1}^{N-1} A_l^T \operatorname{diag}(\delta_l \circ s''(a_l)) A_l$ with $A_l = \partial a_l / \partial z$ and $\delta_l = \partial (\rho \cdot h) / \partial x_l$; and $J_h^T \rho = \delta_0$.",
        predicted=Verdict.PROVED,
    ),
    Part(
        id="affine",
        title="Affine heads",
        text=r"For an affine head $M = 0$. If $\nabla^2 L \succeq 0$ at $h(z^*)$ then $H_{\mathrm{eff}}(z^*) \succeq 0$. If $L(u)$ is $-\cos(u, t)$ or $2 - 2 \cos(u, t)$ with a unit vector $t$, $h(z^*) \neq 0$ and $z^*$ is critical, then $H_{\mathrm{eff}}(z^*) \succeq 0$ where $\cos(h(z^*), t) \geq 0$ and $H_{\mathrm{eff}}(z^*) \preceq 0$ where $\cos(h(z^*), t) \leq 0$. If $z^*$ is critical and $L$ is $C^2$ near $h(z^*)$ and convex on a convex neighbourhood of it, gradient flow near $z^*$ does not move away from it.",
        predicted=Verdict.PROVED,
    ),
    Part(
        id="direction",
        title="A negative direction in the kernel",
        text=r"For $C^2$ maps $L$ and $h$: if $v \in \ker(\nabla^2 L \, J_h)$ has $v^T M v < 0$, then $\lambda_{\min}(H_{\mathrm{eff}}) < 0$.",
        predicted=Verdict.PROVED,
    ),
    Part(
        id="relu",
        title="ReLU heads",
        text=r"For a ReLU head (or any continuous piecewise linear activation with finitely many pieces) $M = 0$ and $H_{\mathrm{eff}} = G$ off a closed set of measure zero. Inside a cell a critical collapse does not repel if $L$ is $C^2$ near $h(z^*)$ and convex on a convex neighbourhood of it. Nothing is said at the kinks.",
    ),
    Part(
        id="fact0",
        title="Scale-invariant losses, and cross-entropy",
        text=r"If $L$ is $C^2$ near $u \neq 0$ and $L(tx) = L(x)$ for all $t > 0$ and all $x \neq 0$ (negative cosine; and, which is no part of the theorem, InfoNCE on normalised outputs, and BYOL and SimSiam as functions of the vector that is normalised) then $\nabla^2 L(u) \, u = -\rho$ and $u^T \nabla^2 L(u) \, u = 0$. Hence wherever $\rho \neq 0$ the loss Hessian is strictly indefinite: for these losses Assumption 6 and a PSD loss Hessian exclude each other. For $2 - 2 \cos(u, t)$ with a unit vector $t$, $k \geq 2$, with $c = \cos(u, t)$ the eigenvalues of the loss Hessian times $|u|^2$ are $2c$ ($k - 2$ times) and $c \pm \sqrt{4 - 3c^2}$. Softmax cross-entropy, with probabilities $p$ and labels $y$ that sum to $1$, has a semidefinite Hessian: $\nabla^2 L = \operatorname{diag}(p) - p p^T \succeq 0$ has rank $k - 1$ and the kernel $\operatorname{span}(1, .., 1)$, and $\rho = p - y$ lies in its range.",
        predicted=Verdict.PROVED,
    ),
    Part(
        id="inertia",
        title="How many negative eigenvalues there must be",
        text=r"For any $C^2$ loss and any head as in part F with at least one hidden layer, with $D$ the diagonal matrix of all $\delta_j s''(a_j)$ and $m_{tot}$ hidden units in all: $n_-(H_{\mathrm{eff}}) \geq n_-(D) - n_+(\nabla^2 L) - (m_{tot} - \operatorname{rank} W_1)$. It is attained at every $d$.",
        predicted=Verdict.PROVED,
    ),
    Part(
        id="kernel",
        title="The kernel criterion",
        text=r"For symmetric $G \succeq 0$ and $M$, $K = \ker G$: $\lambda_{\min}(G + tM) < 0$ for all small $t > 0$ if and only if some $v \in K$ has $v^T M v < 0$, or $v^T M v = 0$ and $Mv \neq 0$; the two conditions suffice for every $t > 0$. If $M|_K \succ 0$ then $G + tM \succ 0$ for small $t > 0$, and not for every $t$. (In a head $t$ scales $\rho$ at frozen $\nabla^2 L$ and $J_h$.)",
        predicted=Verdict.PROVED,
    ),
    Part(
        id="genericity",
        title="When M acts on the kernel at all",
        text=r"Two layers, $s$ analytic and not affine, $h(z^*)$ held fixed by $b_2$, so that $\rho \neq 0$ and $\nabla^2 L \succeq 0$ of rank $r$ are fixed: for almost every $(W_1, b_1, W_2)$, $M \neq 0$ on $K = \ker(\nabla^2 L \, J_h)$ if and only if $r < \min(d, m)$.",
    ),
    Part(
        id="genericity-deep",
        title="When M acts on the kernel at all, in deeper heads",
        text=r"For $N \geq 3$ layers, generically $M \neq 0$ on $K$ if and only if $\min(r, m_2, .., m_{N-1}) < \min(d, m_1)$. Seen at random sizes up to 4 and three to five layers; not derived here.",
        predicted=Verdict.SUPPORTED,
    ),
    Part(
        id="symmetry",
        title="Instability is at least a coin toss",
        text=r"$W_N \to -W_N$, with $b_N$ readjusted to keep $h(z^*)$, keeps $\rho$, $\nabla^2 L$, $G$, $K = \ker(\nabla^2 L \, J_h)$ and criticality, and turns $M$ into $-M$. So if $s$ and $L$ are $C^2$ and the law of the weights and of $z^*$ does not change under this map, $P(\lambda_{\min}(H_{\mathrm{eff}}) < 0) \geq \frac{1}{2} P(M|_K \neq 0) + P(M|_K = 0, M K \neq \{0\})$, which is at least one half if $M K \neq \{0\}$ almost surely. It is one half in sign-coherent softplus heads, at every $\dim K \geq 1$: two layers, $W_2 = \sigma B$ with a fair sign $\sigma$, $B$ and $\rho$ positive in every entry, $\nabla^2 L \succeq 0$ and $W_1 K \neq \{0\}$.",
        predicted=Verdict.PROVED,
    ),
    Part(
        id="initial",
        title="Instability at random initialisation",
        text=r"Two layers of $m \geq 1$ units behind a $C^2$ loss, and a law of the weights and of $z^*$ that does not change when columns of $W_2$ change sign, with $b_2$ readjusted to keep $h(z^*)$ (columns that are symmetric, and independent of each other, of the first layer, of $z^*$ and of $h(z^*)$): if almost surely no $\delta_j s''(a_j)$ is zero and $n_+(\nabla^2 L) + m - \operatorname{rank} W_1 \leq r$, then $P(H_{\mathrm{eff}} \succeq 0) \leq P(\mathrm{Bin}(m, \frac{1}{2}) \leq r)$. It is attained at $r = 0$. Where $\operatorname{rank} W_1 = m \leq d$ and $s'$ is zero nowhere (softplus and tanh; not Swish or GELU) no such $z^*$ is critical. (Not part of the theorem: behind $b_2 = 0$ the columns are in general not independent of $h(z^*)$; they are at $z^* = 0$ behind Swish or GELU units without biases, where $h(z^*) = 0$ whatever they are.)",
        predicted=Verdict.PROVED,
    ),
    Part(
        id="initial-wide",
        title="Instability at random initialisation, at any width",
        text=r"Two layers of any number $m$ of units behind a $C^2$ loss, and a law of the weights and of $z^*$ as in part initial: if almost surely $M = W_1^T D W_1$, $D = \operatorname{diag}(\delta_j s''(a_j))$, has the rank $q$ at least whichever columns of $W_2$ change sign, and $n_+(\nabla^2 L) \leq n < \frac{1}{2} q$, then $P(H_{\mathrm{eff}} \succeq 0) \leq \min(\frac{1}{2}, e^{-(q - 2n)^2 / (2m)})$. One half is attained at $d = 1$, for every odd $m$. For every $D$ without zeros some $W_1$ has $\operatorname{rank} W_1^T D W_1 = \min(d, m)$. (Not part of the theorem: so almost every $W_1$ has, since minors are polynomials. With $d = 512$, $m = 2048$, $q = d$ and $n = 9$ the bound is below $e^{-59}$.)",
        predicted=Verdict.PROVED,
    ),
    Part(
        id="complete-collapse",
        title="Where the residual gradient is zero at complete collapse",
        text=r"If all outputs of both views are one vector, so that targets, keys and queue are it too, then $\rho = 0$ for negative cosine, BYOL, SimSiam, InfoNCE, NT-Xent, MoCo, VICReg and squared error between the views. At the output of a predictor that is not parallel to the target the gradient is not zero for BYOL and SimSiam. $\rho \neq 0$ for DINO, with the teacher's mean as centre, unless all entries of the output are equal.",
        predicted=Verdict.SUPPORTED,
    ),
    Part(
        id="critical",
        title="Critical collapses behind tapering heads",
        text=r"If the widths of a head as in part F do not increase, $d \geq m_1 \geq .. \geq m_{N-1}$, all of $W_1, .., W_{N-1}$ have full rank and $s'$ is zero nowhere (softplus and tanh; not Swish or GELU), then behind a $C^2$ loss every $\delta_l = 0$ at a critical $z^*$, so that $M = 0$ and $H_{\mathrm{eff}} = G$.",
        predicted=Verdict.PROVED,
    ),
    Part(
        id="saddles",
        title="Critical collapses behind wide heads",
        text=r"Two layers, $s$ analytic and not affine, $W_1$ of full rank and no $s'(a_j)$ zero, critical, $\rho \neq 0$, $\nabla^2 L \succeq 0$ of rank $r$: for almost every such head $M \neq 0$ on $K$ if and only if $m > d$ and $r' < d$, where $r' = r - 1$ if $\rho$ lies in the range of $\nabla^2 L$ and $r' = r$ otherwise. Then $W_2$ or $-W_2$, with $b_2$ readjusted to keep $h(z^*)$, is unstable. (At any depth such a state needs $\operatorname{rank} J_h < k$.)",
    ),
    Part(
        id="threshold",
        title="A threshold below which collapse is stable",
        text=r"Two layers, $L$ and $s$ of class $C^2$, $\nabla^2 L \succ 0$, $s'(a_j) \neq 0$, and $\sigma_{\min}(W_2) = \min_{|x| = 1} |W_2 x|$, which is $0$ where $m > k$: $|\rho| \leq \lambda_{\min}(\nabla^2 L) \, \sigma_{\min}(W_2)^2 \min_j s'(a_j)^2 / \max_j |s''(a_j)| |W_2 e_j|$, where that maximum is not $0$, makes $H_{\mathrm{eff}} \succeq 0$. If $W_1$ has full row rank, $H_{\mathrm{eff}} \succeq 0$ if and only if $W_2^T (\nabla^2 L) W_2 + \operatorname{diag}(\delta_j s''_j / s'_j{}^2) \succeq 0$. The threshold is attained at $d = m = k = 1$. (Not part of the theorem: where the maximum is $0$, $M = 0$ and nothing is asked of $\rho$.)",
        predicted=Verdict.PROVED,
    ),
    Part(
        id="escape",
        title="Escape by gradient flow in z",
        text=r"Under squared error, at a critical collapse with $\rho \neq 0$ behind a smooth head, gradient flow in $z$ from random starts nearby leaves along the least eigenvectors (those within a tenth of $|\lambda_{\min}(H_{\mathrm{eff}})|$ of the least eigenvalue) at the rate $|\lambda_{\min}(H_{\mathrm{eff}})|$ if that eigenvalue is negative, and stays if all eigenvalues are positive; seen at random heads of two layers, of widths 4, 12 and 6, with GELU and Swish units. Linear heads of these widths stay, and ReLU heads inside a cell. From $W_1 = W_2 = 0$, where no $z$ moves, both leave in the weights; seen at widths 6, 64 and 4.",
        predicted=Verdict.SUPPORTED,
    ),
    Part(
        id="natural",
        title="The step in z that a head's output asks for",
        text=r"Of a gradient step $-\eta \rho$ in head coordinates the step $dz = -\eta (J^T J)^+ \nabla (L \circ h)$ reaches, to first order, all that a step in $z$ can: $J \, dz$ is $-\eta \rho$ projected on the range of $J$, and equal to it if $\rho$ lies in that range.",
        predicted=Verdict.PROVED,
    ),
    Part(
        id="strict-saddles",
        title="Gradient descent beside a strict saddle",
        text=r"For a $C^2$ function whose gradient is Lipschitz, gradient descent with a constant step below the inverse of the Lipschitz constant converges to a strict saddle from a set of starts of measure zero only (Lee et al., 2016). Seen at constructed saddles of $L \circ h$; self-supervised training meets few of the hypotheses.",
        predicted=Verdict.SUPPORTED,
    ),
)
