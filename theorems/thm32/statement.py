"""Theorem 3.2 as quoted, its readings, and the parts of the repaired statement."""

from __future__ import annotations

from theorems.thm32.bounds import AFFINE, ARC, CONCLUDES, OSCILLATION, TURNING
from verify.claims.statement import Hypothesis, Origin, Part, Reading, Statement, Verdict

STATEMENT = Statement(
    id="thm32",
    label="Theorem 3.2",
    title="Trajectory linearization",
    source="public summary of arXiv 2605.17180 (key design 2); the paper (PMLR 306, pp. 13184-13212) was not at hand in full",
    quoted=r"Proves that MLP heads can learn state-dependent metrics along the optimization trajectory [..]. Theorem 3.2: for any smooth non-self-intersecting optimization trajectory $\gamma(t)$, there exists an MLP head such that the induced effective Hessian is $\epsilon$-isotropic along the trajectory.",
    unseen=r"What $\epsilon$-isotropic means is not in the quoted text. It is read as $|H_{\mathrm{eff}} / c - I| \leq \epsilon$ with one constant $c > 0$, with a factor $c(t) > 0$, and with $c = 1$; and once more for the Gauss-Newton term $G = J^T (\nabla^2 L) J$ alone. (With an absolute error, $|H_{\mathrm{eff}} - c I| \leq \epsilon$ and $c$ free, the statement would be empty: a head scaled down meets it.) Which relation of $k$ and $d$, and which activation, the theorem assumes is not said; as it says that a head exists, the activation is ours to choose. If Assumption 1 makes $\nabla^2 L$ a metric here, then of the readings with $c = 1$ the one behind a metric is meant. Whether the trajectory is one of the same head's own flow is not said either; that is read by itself, with one factor and with one that varies; the flow may run through $\gamma$ at any speed (at a constant one it runs through no segment, since $z'' = -H_{\mathrm{eff}} z'$). The trajectory is taken over a bounded time, and smooth is taken to mean regular too: along a whole line a bounded loss allows no constant factor, and no gradient flow turns a corner. That such a head is found by training is not claimed, and not decided here.",
    hypotheses=(
        Hypothesis(
            id="trajectory",
            text=r"$\gamma: [0, T] \to \mathbb{R}^d$ is smooth and regular and does not meet itself",
            source="any smooth non-self-intersecting optimization trajectory",
        ),
        Hypothesis(
            id="A1",
            text="Assumption 1: the loss is $C^2$ (and the head, which is to be found)",
            source="known from other public accounts of the paper",
        ),
        Hypothesis(
            id="nonconstant",
            text="the loss is not constant",
            origin=Origin.ADDED,
            source=r"behind a constant loss every effective Hessian is $0$; where Assumption 1 makes $\nabla^2 L$ a metric, the loss is not constant",
        ),
        Hypothesis(
            id="metric",
            text=r"$\nabla^2 L \succ 0$ everywhere",
            origin=Origin.REMARKED,
            source="Assumption 1 in other public accounts: where a metric is needed, it is one",
        ),
        Hypothesis(id="convex", text="the loss is convex", origin=Origin.ADDED),
        Hypothesis(id="wide", text=r"$k \geq d$ and $k \geq 2$", origin=Origin.ADDED),
        Hypothesis(
            id="definite",
            text=r"$\nabla^2 L$ is positive definite at some point, so on an open set",
            origin=Origin.ADDED,
        ),
    ),
    readings=(
        Reading(
            id="constant-factor",
            text=r"For every $\epsilon > 0$ there are an MLP head and a constant $c > 0$ with $|H_{\mathrm{eff}} / c - I| \leq \epsilon$ along $\gamma$.",
            hypotheses=("trajectory", "A1", "nonconstant"),
            predicted=Verdict.HOLDS_ADDED,
        ),
        Reading(
            id="varying-factor",
            text=r"For every $\epsilon > 0$ there are an MLP head and a factor $c(t) > 0$ with $|H_{\mathrm{eff}} / c(t) - I| \leq \epsilon$ along $\gamma$.",
            hypotheses=("trajectory", "A1", "nonconstant"),
            predicted=Verdict.HOLDS_ADDED,
        ),
        Reading(
            id="own-flow",
            text=r"For every $\epsilon > 0$ there are an MLP head and a constant $c > 0$ with $|H_{\mathrm{eff}} / c - I| \leq \epsilon$ along $\gamma$, and $\gamma$ is a path of the gradient flow $z' = -\nabla (L \circ h)(z)$ of that same head.",
            hypotheses=("trajectory", "A1", "nonconstant"),
            predicted=Verdict.REFUTED,
            rescued_by="flow-varying",
        ),
        Reading(
            id="own-flow-varying",
            text=r"For every $\epsilon > 0$ there are an MLP head, whose activation is chosen with it, and a factor $c(t) > 0$ with $|H_{\mathrm{eff}} / c(t) - I| \leq \epsilon$ along $\gamma$, and the gradient flow $z' = -\nabla (L \circ h)(z)$ of that same head runs through $\gamma$, at a speed of its own.",
            hypotheses=("trajectory", "A1", "nonconstant"),
            predicted=Verdict.HOLDS_ADDED,
        ),
        Reading(
            id="identity",
            text=r"For every $\epsilon > 0$ there is an MLP head with $|H_{\mathrm{eff}} - I| \leq \epsilon$ along $\gamma$.",
            hypotheses=("trajectory", "A1", "nonconstant"),
            predicted=Verdict.REFUTED,
            rescued_by="identity-convex",
        ),
        Reading(
            id="identity-convex",
            text=r"If the loss is convex, for every $\epsilon > 0$ there is an MLP head with $|H_{\mathrm{eff}} - I| \leq \epsilon$ along $\gamma$.",
            hypotheses=("trajectory", "A1", "nonconstant", "convex"),
            predicted=Verdict.HOLDS_ADDED,
        ),
        Reading(
            id="identity-metric",
            text=r"If $\nabla^2 L \succ 0$ everywhere, for every $\epsilon > 0$ there is an MLP head with $|H_{\mathrm{eff}} - I| \leq \epsilon$ along $\gamma$.",
            hypotheses=("trajectory", "A1", "metric"),
            predicted=Verdict.HOLDS,
        ),
        Reading(
            id="pullback",
            text=r"For every $\epsilon > 0$ there is an MLP head whose Gauss-Newton term has $|G - I| \leq \epsilon$ along $\gamma$.",
            hypotheses=("trajectory", "A1", "metric"),
            predicted=Verdict.REFUTED,
            rescued_by="pullback-wide",
        ),
        Reading(
            id="pullback-wide",
            text=r"If $k \geq d$, $k \geq 2$ and $\nabla^2 L$ is positive definite somewhere, for every $\epsilon > 0$ there is an MLP head with $|G - I| \leq \epsilon$ along $\gamma$.",
            hypotheses=("trajectory", "A1", "wide", "definite"),
            predicted=Verdict.HOLDS_ADDED,
        ),
    ),
    parts=(
        Part(
            id="exact",
            title="Exact isotropy up to a constant factor",
            text=r"Let $L \in C^2(\mathbb{R}^k)$ be nonconstant, $d, k \geq 1$ and $K \subset \mathbb{R}^d$ compact. There are $c > 0$ and a head that is $C^2$ near $K$, with one-dimensional image there, $h(z) = u_0 + \phi^{-1}(\phi(0) + \frac{c}{2} |z|^2) e$ with $\phi(s) = L(u_0 + s e)$, such that $H_{\mathrm{eff}} = c I$ exactly on a neighbourhood of $K$. It does not depend on a trajectory, which may meet itself; $\operatorname{rank} G \leq 1$, so that for $d \geq 2$ the interaction term $M$ carries the isotropy. Networks with one hidden layer and a $C^2$ activation that is no polynomial come within every $\epsilon$ of it on $K$. Behind a constant loss every head has $H_{\mathrm{eff}} = 0$, and behind a linear one every ReLU head has, off its kinks.",
        ),
        Part(
            id="identity",
            title="The identity itself",
            text=rf"If $L \in C^2$ is convex and not constant, a $C^2$ head has $H_{{\mathrm{{eff}}}} = I$ on all of $\mathbb{{R}}^d$. In general, for $c > 0$, $H_{{\mathrm{{eff}}}} = c I$ along $\gamma$ forces $L(h(\gamma)) = \frac{{c}}{{2}} |\gamma - z_0|^2 + \mathrm{{const}}$ for some $z_0$, and $|H_{{\mathrm{{eff}}}} / c - I| \leq \epsilon$ on a straight segment of length $l$ forces ${OSCILLATION} \leq \sup L - \inf L$. For $L = \sin$ every $c l^2 / 8 < 2$ occurs with $\epsilon = 0$. A cosine loss $2 - 2 \cos$ allows $(1 - \epsilon) c l^2 \leq 32$ at most.",
            predicted=Verdict.PROVED,
            concludes=CONCLUDES["identity"],
        ),
        Part(
            id="pullback",
            title="The Gauss-Newton term alone",
            text=r"Let $\gamma$ be a smooth regular arc that does not meet itself, $k \geq d$, $k \geq 2$, $L \in C^4$ and $\nabla^2 L \succ 0$ somewhere. Then a $C^2$ head has $J^T (\nabla^2 L) J = I$ exactly along $\gamma$. (With $L \in C^2$, $|G - I| \leq \epsilon$.) For $k = d = 1$ it exists if and only if $\gamma$ is shorter than the length of some component of $\{L'' > 0\}$ in the metric $L''$; for $L = \frac{1}{2} u \arctan u$ that is $\pi$. It takes $k \geq d$ and $d$ positive eigenvalues of $\nabla^2 L$. It need not make $H_{\mathrm{eff}}$ isotropic: behind $L = e^{u_1} + \frac{1}{2} u_2^2$ the head $(2 \log(1 + \frac{z_1}{2}), z_2)$ has $G = I$ and $H_{\mathrm{eff}} = \operatorname{diag}(\frac{1}{2}, 1)$ where $z_1 > -2$.",
        ),
        Part(
            id="affine",
            title="Affine heads do it too",
            text=rf"Let $\nabla^2 L(u_0)$ have $d$ eigenvalues $\geq \lambda_s > 0$ with orthonormal eigenvectors $U_+$, and let $\nabla^2 L$ be $T$-Lipschitz near $u_0$. For $c > 0$ the affine head $h(z) = u_0 + \sqrt{{c}} \, U_+ \Lambda_+^{{-1/2}} z$ has $M = 0$ and $|H_{{\mathrm{{eff}}}} / c - I| \leq {AFFINE}$ for $|z| \leq R$ (while $\sqrt{{c / \lambda_s}} R$ stays within the neighbourhood).",
            predicted=Verdict.PROVED,
            concludes=CONCLUDES["affine"],
        ),
        Part(
            id="forced",
            title="What is forced along a trajectory, and what is free",
            text=r"For all $C^2$ heads and losses and every curve, $H_{\mathrm{eff}} \gamma' = \frac{d}{dt} (J^T \rho)$, with $M \gamma' = J'^T \rho$. Conversely, along a smooth regular arc that does not meet itself, and given $C^2$ data $u(t)$, $A(t)$, $B(t)$ with $u' = A \gamma'$, some $C^2$ head has the values $u$, the Jacobian $A$ and the second derivative $B$ in normal directions; where $\rho \neq 0$ the normal block of $M$ is then arbitrary.",
        ),
        Part(
            id="flow",
            title="Along the gradient flow of the same head",
            text=rf"Let head and loss be $C^2$ and $z' = -\nabla (L \circ h)(z)$; then $z'' = -H_{{\mathrm{{eff}}}} z'$. If $|H_{{\mathrm{{eff}}}} / c - I| \leq \epsilon$ along the path with one $c > 0$, its direction turns by at most $\epsilon c$ per unit of time, and $|z'|$ decays at the rate $(1 - \epsilon) c$ at least. So for $\epsilon < 1$ a circular arc of radius $R$ that it runs through is at most ${ARC}$ long. Behind every loss that is not constant, for every $z(0)$ some head and some $c > 0$ have $H_{{\mathrm{{eff}}}} = c I$ along the straight path $z(t) = e^{{-c t}} z(0)$ of its own flow.",
            predicted=Verdict.PROVED,
        ),
        Part(
            id="flow-varying",
            title="The same, with a factor that varies",
            text=rf"Let $\gamma$ be a smooth regular arc that does not meet itself, continued as such a little beyond both ends, $\sigma$ a $C^2$ function near it with $\sigma(\gamma(t)) = t$, and $\omega = \nabla \sigma$ on it. For $a, C > 0$ and $p = C e^{{-a \sigma}}$, $q = z - \gamma(\sigma)$, $F' = -p |\dot\gamma|^2$ the function $F(\sigma) - p \, \dot\gamma(\sigma) \cdot q + \frac{{1}}{{2}} a p |q|^2$ has the gradient $-p \dot\gamma$ on $\gamma$, and the Hessian $a p (I - E)$ with $a E = \omega \ddot\gamma^T + \ddot\gamma \omega^T - (\dot\gamma \cdot \ddot\gamma) \omega \omega^T$. Behind every loss that is not constant, for all small $C$ it is $L \circ h$, up to a constant, near $\gamma$ for some head; a network is such a head exactly, with one $C^2$ activation that is made for $\gamma$, $L$, $a$ and $C$. So $\gamma$ is a path of the head's own flow, and for large $a$ $|H_{{\mathrm{{eff}}}} / c(t) - I| \leq \epsilon$ along it, with $c(t) = a p$, which falls by $e^{{-a t}}$. Conversely, where $C^2$ head and loss have $|H_{{\mathrm{{eff}}}} / c(t) - I| \leq \epsilon < 1$ with any $c(t) > 0$ along a path of their flow, and its direction turns by $\Theta$ in all while $|z'|$ falls by $e^{{-D}}$, $\Theta^2 \leq {TURNING}$. This is attained on a circle.",
            concludes=CONCLUDES["flow-varying"],
        ),
    ),
)
