"""Theorem 4.1 as quoted, its readings, and the parts of the repaired statement. Literals only."""

from __future__ import annotations

from theorems.thm41.parts import PARTS
from verify.claims.statement import Hypothesis, Origin, Reading, Statement, Verdict

STATEMENT = Statement(
    id="thm41",
    label="Theorem 4.1",
    title="Instability of collapse under smooth activations",
    source="public summary of arXiv 2605.17180 (sections 4 and 4.1); the paper (PMLR 306, pp. 13184-13212) was not at hand in full",
    quoted=r"Reveals the geometric mechanism for the stability of non-contrastive SSL (BYOL, SimSiam)—smooth activations induce negative eigenvalues at collapse points, turning stable minima into strict saddles. [..] in a collapsed configuration $z^*$ (where all inputs map to a constant), a linear head yields an interaction term $M(z^*) = 0$ (since $\nabla^2$ linear $= 0$), leaving the effective Hessian PSD and the collapse as a non-repelling critical region. Smooth non-linear heads (Swish, GELU) have non-zero $\nabla^2 h$. The loss Hessian $G(z^*)$ often has a non-trivial null space in high-dimensional representation spaces (intrinsic rank $r < d$), allowing the interaction term $M(z^*)$ to generate negative eigenvalues in these directions. Standard theory for non-convex optimization (Lee et al.) guarantees that gradient descent almost surely escapes strict saddles. [..] ReLU heads ($\nabla^2$ ReLU $= 0$ almost everywhere) provide no such guarantee and must rely on discrete dynamics and BatchNorm. [..] ReLU lacks this mechanism and falls into collapse under continuous gradient flow without BatchNorm.",
    unseen=r"The numbering (1), (2), the words generically and MLP, and Assumption 6 are taken from other public accounts of the paper: (2) a smooth nonlinear MLP head has generically $\lambda_{\min}(H_{\mathrm{eff}}) < 0$. Assumption 5 is cited by number in part (2); its text is not known to us, nor is how the paper defines generic, collapsed and non-repelling. The quote calls $G(z^*)$ the loss Hessian; we read $r$ as the rank of $\nabla^2 L$, which makes $\ker G$ non-trivial whenever $r < d$. What gradient flow of a whole network does with a ReLU head (falls into collapse) is an empirical claim; it is not decided here. Where both views of every input have the same output, Assumption 6 depends on the loss: see part complete-collapse. What the quote says of gradient descent is read for descent in $z$, which moves all inputs of a collapsed encoder alike and so leaves $z^*$, not the collapse.",
    hypotheses=(
        Hypothesis(
            id="A1",
            text="Assumption 1: the loss and the head are $C^2$ near $h(z^*)$ and near $z^*$; for gradient descent, everywhere",
            source="known from other public accounts of the paper",
        ),
        Hypothesis(
            id="collapsed",
            text="the configuration is collapsed: every input maps to the same $z^*$",
            source="where all inputs map to a constant",
        ),
        Hypothesis(
            id="A6",
            text=r"Assumption 6: $\rho = \nabla L(h(z^*)) \neq 0$",
            source="known from other public accounts of the paper",
        ),
        Hypothesis(
            id="critical",
            text=r"$z^*$ is a critical point of $L \circ h$: $J_h^T \rho = 0$",
            source="critical region; strict saddles",
        ),
        Hypothesis(id="linear", text="the head is linear (affine)", source="a linear head"),
        Hypothesis(
            id="smooth",
            text="the head is a multilayer perceptron with a smooth activation, and not affine",
            source="smooth non-linear heads (Swish, GELU)",
        ),
        Hypothesis(
            id="relu",
            text="the head is a multilayer perceptron with ReLU activations",
            source="ReLU heads",
        ),
        Hypothesis(
            id="rank",
            text=r"$r = \operatorname{rank} \nabla^2 L(h(z^*)) < d$",
            source="intrinsic rank $r < d$",
        ),
        Hypothesis(
            id="psd",
            text=r"$\nabla^2 L(h(z^*)) \succeq 0$",
            origin=Origin.REMARKED,
            source="in standard MSE-based objectives the loss Hessian is PSD (Section 4.1)",
        ),
        Hypothesis(
            id="psd-everywhere",
            text=r"$L$ is $C^2$ with $\nabla^2 L(u) \succeq 0$ at every $u \in \mathbb{R}^k$",
            origin=Origin.REMARKED,
            source="in standard MSE-based objectives the loss Hessian is PSD (Section 4.1)",
        ),
        Hypothesis(
            id="stationary",
            text=r"$0$ lies in the Clarke subdifferential of $L \circ h$ at $z^*$",
            source="critical region, where $h$ need not be differentiable",
        ),
        Hypothesis(
            id="convex",
            text="$L$ is $C^2$ near $h(z^*)$, and convex on a convex neighbourhood of it",
            origin=Origin.ADDED,
        ),
        Hypothesis(
            id="cosine",
            text=r"$L(u)$ is $-\cos(u, t)$ or $2 - 2 \cos(u, t)$ with a fixed unit vector $t$, and $h(z^*) \neq 0$",
            origin=Origin.ADDED,
            source="the loss of BYOL and SimSiam, with no predictor behind $h$",
        ),
        Hypothesis(
            id="not-obtuse",
            text=r"$\cos(h(z^*), t) \geq 0$",
            origin=Origin.ADDED,
        ),
        Hypothesis(
            id="off-kinks",
            text="$z^*$ lies inside a cell on which the head is affine",
            origin=Origin.ADDED,
        ),
        Hypothesis(
            id="negative",
            text=r"some $v \in \ker(\nabla^2 L \, J_h)$ has $v^T M(z^*) v < 0$",
            origin=Origin.ADDED,
        ),
        Hypothesis(
            id="initial",
            text=r"the weights are drawn: two layers of $m \leq d$ units, $\operatorname{rank} W_1 = m$ and no $\delta_j s''(a_j)$ is zero, almost surely; and the law of the weights and of $z^*$ does not change when columns of $W_2$ change sign and $b_2$ follows, to keep $h(z^*)$, as where these columns are symmetric, and independent of each other, of $W_1$, $b_1$, $z^*$ and $h(z^*)$",
            origin=Origin.ADDED,
        ),
        Hypothesis(
            id="initial-wide",
            text=r"the weights are drawn: two layers of $m$ units, with $\operatorname{rank} M \geq q > 2r$ whichever columns of $W_2$ change sign, almost surely, as where no $\delta_j s''(a_j)$ is zero, $r < \frac{1}{2} q$ for $q = \min(d, m)$ and $W_1$ has a density given $W_2$, $z^*$, $h(z^*)$ and all $a_j$; and the law of the weights and of $z^*$ does not change when columns of $W_2$ change sign and $b_2$ follows, to keep $h(z^*)$, as where these columns are symmetric, and independent of each other, of $W_1$, $b_1$, $z^*$ and $h(z^*)$",
            origin=Origin.ADDED,
        ),
        Hypothesis(
            id="saddle",
            text=r"$\lambda_{\min}(H_{\mathrm{eff}}(z^*)) < 0$: with `critical`, $z^*$ is a strict saddle",
            source="escapes strict saddles",
        ),
        Hypothesis(
            id="lipschitz",
            text=r"$\nabla (L \circ h)$ is Lipschitz on all of $\mathbb{R}^d$, with a constant $\ell$",
            origin=Origin.ADDED,
            source="Lee et al. (2016) ask for it; the quote does not",
        ),
        Hypothesis(
            id="small-step",
            text=r"the step of gradient descent is smaller than $1 / \ell$",
            origin=Origin.ADDED,
            source="likewise",
        ),
    ),
    readings=(
        Reading(
            id="1-interaction",
            text="With a linear head, $M(z^*) = 0$.",
            hypotheses=("A1", "collapsed", "linear"),
            predicted=Verdict.HOLDS,
        ),
        Reading(
            id="1-psd",
            text=r"With a linear head, $H_{\mathrm{eff}}(z^*) \succeq 0$.",
            hypotheses=("A1", "collapsed", "A6", "critical", "linear"),
            predicted=Verdict.REFUTED,
            rescued_by="1-psd-premise",
        ),
        Reading(
            id="1-psd-premise",
            text=r"With a linear head and $\nabla^2 L(h(z^*)) \succeq 0$, as the section remarks for MSE, $H_{\mathrm{eff}}(z^*) \succeq 0$.",
            hypotheses=("A1", "collapsed", "A6", "linear", "psd"),
            predicted=Verdict.HOLDS,
        ),
        Reading(
            id="1-psd-cosine",
            text=r"At a critical $z^*$, with a linear head behind negative cosine, $H_{\mathrm{eff}}(z^*) \succeq 0$ where output and target make no obtuse angle.",
            hypotheses=(
                "A1",
                "collapsed",
                "A6",
                "critical",
                "linear",
                "cosine",
                "not-obtuse",
            ),
            predicted=Verdict.HOLDS_ADDED,
        ),
        Reading(
            id="1-non-repelling",
            text=r"With a linear head and $\nabla^2 L(h(z^*)) \succeq 0$, gradient flow does not move away from $z^*$.",
            hypotheses=("A1", "collapsed", "A6", "critical", "linear", "psd"),
            predicted=Verdict.REFUTED,
            rescued_by="1-non-repelling-everywhere",
        ),
        Reading(
            id="1-non-repelling-everywhere",
            text=r"With a linear head and $\nabla^2 L \succeq 0$ everywhere, as the section remarks for MSE, gradient flow that starts near $z^*$ does not move away from it.",
            hypotheses=("A1", "collapsed", "A6", "critical", "linear", "psd-everywhere"),
            predicted=Verdict.HOLDS,
        ),
        Reading(
            id="1-non-repelling-convex",
            text="With a linear head and $L$ convex near $h(z^*)$, gradient flow that starts near $z^*$ does not move away from it.",
            hypotheses=("A1", "collapsed", "A6", "critical", "linear", "convex"),
            predicted=Verdict.HOLDS_ADDED,
        ),
        Reading(
            id="2-mechanism",
            text=r"A smooth head can make $M$ negative on $\ker G$ and $\lambda_{\min}(H_{\mathrm{eff}}(z^*)) < 0$: there are such heads.",
            hypotheses=("A1", "collapsed", "A6", "critical", "smooth", "rank", "psd"),
            predicted=Verdict.HOLDS,
            existential=True,
        ),
        Reading(
            id="2-every",
            text=r"With a smooth non-linear head, $\lambda_{\min}(H_{\mathrm{eff}}(z^*)) < 0$: stable minima are turned into strict saddles.",
            hypotheses=("A1", "collapsed", "A6", "critical", "smooth", "rank", "psd"),
            predicted=Verdict.REFUTED,
            rescued_by="2-direction",
        ),
        Reading(
            id="2-generic",
            text=r"With a smooth non-linear head, generically $\lambda_{\min}(H_{\mathrm{eff}}(z^*)) < 0$: for all weights outside a set of measure zero.",
            hypotheses=("A1", "collapsed", "A6", "critical", "smooth", "rank", "psd"),
            predicted=Verdict.REFUTED,
            rescued_by="2-direction",
        ),
        Reading(
            id="2-direction",
            text=r"If some $v \in \ker(\nabla^2 L \, J_h)$ has $v^T M v < 0$, then $\lambda_{\min}(H_{\mathrm{eff}}(z^*)) < 0$.",
            hypotheses=("A1", "collapsed", "A6", "smooth", "negative"),
            predicted=Verdict.HOLDS_ADDED,
        ),
        Reading(
            id="2-initial",
            text=r"At random initialisation with symmetric, independent units, given $h(z^*)$, $\lambda_{\min}(H_{\mathrm{eff}}(z^*)) < 0$ with probability $1 - P(\mathrm{Bin}(m, \frac{1}{2}) \leq r)$ at least.",
            hypotheses=("A1", "collapsed", "A6", "smooth", "rank", "psd", "initial"),
            predicted=Verdict.HOLDS_ADDED,
        ),
        Reading(
            id="2-initial-wide",
            text=r"At random initialisation with symmetric, independent units, of any number $m$, given $h(z^*)$, $\lambda_{\min}(H_{\mathrm{eff}}(z^*)) < 0$ with probability $1 - \min(\frac{1}{2}, e^{-(q - 2r)^2 / (2m)})$ at least.",
            hypotheses=("A1", "collapsed", "A6", "smooth", "rank", "psd", "initial-wide"),
            predicted=Verdict.HOLDS_ADDED,
        ),
        Reading(
            id="2-escape",
            text=r"Gradient descent in $z$ with a constant step almost surely escapes a strict saddle: it converges to $z^*$ from a set of starts of measure zero only.",
            hypotheses=("A1", "collapsed", "A6", "critical", "smooth", "rank", "psd", "saddle"),
            predicted=Verdict.REFUTED,
            rescued_by="2-escape-small-step",
        ),
        Reading(
            id="2-escape-small-step",
            text=r"Gradient descent in $z$ with a constant step below $1 / \ell$ converges to a strict saddle $z^*$ from a set of starts of measure zero only, where $\nabla (L \circ h)$ has the Lipschitz constant $\ell$.",
            hypotheses=(
                "A1",
                "collapsed",
                "critical",
                "smooth",
                "saddle",
                "lipschitz",
                "small-step",
            ),
            predicted=Verdict.HOLDS_ADDED,
        ),
        Reading(
            id="relu-interaction",
            text="With a ReLU head, $M = 0$ almost everywhere.",
            hypotheses=("relu",),
            predicted=Verdict.HOLDS,
        ),
        Reading(
            id="relu-non-repelling",
            text=r"With a ReLU head and $\nabla^2 L(h(z^*)) \succeq 0$, gradient flow does not move away from a stationary collapse at $z^*$.",
            hypotheses=("collapsed", "A6", "relu", "stationary", "psd"),
            predicted=Verdict.REFUTED,
            rescued_by="relu-non-repelling-convex",
        ),
        Reading(
            id="relu-non-repelling-everywhere",
            text=r"With a ReLU head and $\nabla^2 L \succeq 0$ everywhere, as the section remarks for MSE, gradient flow does not move away from a stationary collapse at $z^*$.",
            hypotheses=("collapsed", "A6", "relu", "stationary", "psd-everywhere"),
            predicted=Verdict.REFUTED,
            rescued_by="relu-non-repelling-convex",
        ),
        Reading(
            id="relu-non-repelling-convex",
            text="With a ReLU head, $z^*$ off its kinks and $L$ convex near $h(z^*)$, gradient flow that starts near $z^*$ does not move away from it.",
            hypotheses=("collapsed", "A6", "relu", "critical", "off-kinks", "convex"),
            predicted=Verdict.HOLDS_ADDED,
        ),
    ),
    parts=PARTS,
)
