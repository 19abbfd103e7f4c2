"""What became of Theorem 4.1, in words; every clause is tied to the readings or parts that it tells."""

from __future__ import annotations

from verify.claims.statement import Verdict
from verify.claims.summary import (
    Clause,
    Defence,
    Summary,
    derived,
    holds,
    holds_added,
    proved,
    refuted,
)

SUMMARY = Summary(
    headline=(
        holds(
            "holds that linear and, off kinks, ReLU heads have $M = 0$, linear ones never repel under convex losses, and smooth ones can",
            "1-interaction",
            "relu-interaction",
            "1-non-repelling-everywhere",
            "2-mechanism",
        ),
        refuted(
            "refuted that almost all do, ReLU ones never, and linear ones under no loss",
            "2-every",
            "2-generic",
            "relu-non-repelling",
            "relu-non-repelling-everywhere",
            "1-non-repelling",
        ),
    ),
    readings=(
        holds(
            "holds that linear heads, and ReLU heads almost everywhere, have no interaction term, that a linear head is stable to second order where the loss Hessian is positive semidefinite, and does not repel where it is so everywhere, as under squared error, and that smooth heads can be unstable",
            "1-interaction",
            "1-psd-premise",
            "1-non-repelling-everywhere",
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
            r"it holds, but for a binomial tail, of heads of two layers with an activation $s$ at random initialisation whose $m$ units are no more than the dimensions of $z$, where $\operatorname{rank} W_1 = m$, every unit has curvature, $(W_2^T \rho)_j s''(a_j) \neq 0$ at its preactivation $a_j$, and the last layer's columns are symmetric in sign, and independent of each other, of the first layer, of $z^*$ and of the output",
            "2-initial",
        ),
        holds_added(
            r"and it holds of any number of units, such columns and $\nabla^2 L \succeq 0$ of rank $r$, but for a probability of $e^{-(q - 2r)^2 / (2m)}$ at most, where the rank of the interaction term is $q > 2r$ at least whichever columns change sign",
            "2-initial-wide",
        ),
        refuted(
            "refuted that gradient descent almost surely escapes strict saddles, if its constant step may be of any size, of which the quote says nothing",
            "2-escape",
        ),
        holds_added(
            "which holds with the step that the theory it cites asks for, below the inverse of the gradient's Lipschitz constant",
            "2-escape-small-step",
        ),
        refuted(
            "refuted, of linear heads, that the effective Hessian is always positive semidefinite, and that they do not repel where the loss Hessian is so at the point only",
            "1-psd",
            "1-non-repelling",
        ),
        holds_added(
            "the former holds of negative cosine too, at a critical collapse where output and target make no obtuse angle",
            "1-psd-cosine",
        ),
        refuted(
            "refuted that ReLU heads never repel, under losses with a positive semidefinite Hessian everywhere too, such as squared error: at a kink they can",
            "relu-non-repelling",
            "relu-non-repelling-everywhere",
        ),
        holds_added(
            "that they do not holds of linear heads, and of ReLU heads off their kinks, if the loss is convex nearby",
            "1-non-repelling-convex",
            "relu-non-repelling-convex",
        ),
    ),
    smallest=r"$h = s(z_1) + s(-z_1) + s(z_2) + s(-z_2)$ less its value at $z = 0$, with softplus $s$, under the squared error $L = \frac{1}{2} (u + 1)^2$: the collapse at $z = 0$ is stable, with both eigenvalues $\frac{1}{2}$.",
    shown_by="thm41.2.squared-error.softplus",
    instead=(
        proved(
            r"With $G \succeq 0$, $G + tM$ has a negative eigenvalue for all small $t > 0$ if and only if some $v \in \ker G$ has $v^T M v < 0$, or $v^T M v = 0$ and $M v \neq 0$; for scale-invariant losses a positive semidefinite loss Hessian and $\rho \neq 0$ exclude each other, and yet behind negative cosine and an affine head a critical collapse has $H_{\mathrm{eff}} \succeq 0$ where output and target make no obtuse angle, and $H_{\mathrm{eff}} \preceq 0$ where they make no acute one",
            "kernel",
            "fact0",
            "affine",
        ),
    ),
    defences=(
        Defence(
            of=("1-psd",),
            answer="The loss Hessian is positive semidefinite in standard objectives based on squared error, as the section remarks.",
            reply=(
                holds("Granted: then it holds", "1-psd-premise"),
                proved(
                    r"but negative cosine, the loss of BYOL and SimSiam, has an indefinite Hessian wherever $\rho \neq 0$, as Assumption 6 asks, so that this premise then fails for these two methods, which the quote names, where the head's output is the vector that is normalised, and no predictor follows; the conclusion does not fall with it, as the next answer says",
                    "fact0",
                ),
            ),
        ),
        Defence(
            of=("1-psd",),
            answer=r"A negative direction of the loss Hessian need not lie in the range of $W$, and behind negative cosine, where $z^*$ is critical, none does.",
            reply=(
                holds_added(
                    "Granted where output and target make no obtuse angle: there it holds, though the loss Hessian is indefinite",
                    "1-psd-cosine",
                ),
                proved(r"at an obtuse one $H_{\mathrm{eff}} \preceq 0$", "affine"),
                refuted(
                    r"and there it is refuted behind negative cosine itself, with an eigenvalue $-\frac{3}{5}$",
                    "1-psd",
                ),
            ),
        ),
        Defence(
            of=("1-non-repelling", "relu-non-repelling", "relu-non-repelling-everywhere"),
            answer="Where the section remarks that the loss Hessian is positive semidefinite, as under squared error, it means at every output, and not at that of the collapse only.",
            reply=(
                holds(
                    "Granted: such a loss is convex, and behind it linear heads do not repel, as the quote says",
                    "1-non-repelling-everywhere",
                ),
                holds_added(
                    "nor do ReLU heads off their kinks",
                    "relu-non-repelling-convex",
                ),
                refuted(
                    "but at a kink a ReLU head can, under squared error itself",
                    "relu-non-repelling-everywhere",
                ),
            ),
        ),
        Defence(
            of=("1-non-repelling", "relu-non-repelling"),
            answer="Non-repelling is meant to second order: no direction of negative curvature.",
            reply=(
                holds(
                    r"Granted: so read it holds of linear heads, and of ReLU heads almost everywhere, where $\nabla^2 L \succeq 0$",
                    "1-psd-premise",
                    "relu-interaction",
                ),
                holds_added(
                    "and of the flow itself, off ReLU's kinks, where the loss is convex nearby",
                    "1-non-repelling-convex",
                    "relu-non-repelling-convex",
                ),
                refuted(
                    "at a kink a ReLU head has no Hessian, and can repel with zero curvature on either side",
                    "relu-non-repelling",
                ),
            ),
        ),
        Defence(
            of=("2-every", "2-generic"),
            answer=r"In high dimension the kernel of the loss Hessian is large, $r < d$, and $M$ acts on it for almost all weights.",
            reply=(
                derived(
                    r"Granted that for almost all weights and biases of two layers with an analytic activation and more than $r$ units $M \neq 0$ there",
                    "genericity",
                ),
                holds_added(
                    "and that one negative direction in it is enough for instability", "2-direction"
                ),
                proved(
                    "but acting is not bending down: where $M$ is positive definite on the kernel, a small residual gradient leaves the collapse stable",
                    "kernel",
                ),
                proved(
                    r"and at a critical collapse behind a head whose widths do not increase, of full rank and with $s'$ zero nowhere, as of softplus and tanh, $M = 0$, however large the kernel",
                    "critical",
                ),
            ),
        ),
        Defence(
            of=("2-every", "2-generic"),
            answer="Generic is meant of random weights: among many directions one is almost surely bent down.",
            reply=(
                holds_added(
                    r"Granted at random initialisation, for $m \leq d$ units with $\operatorname{rank} W_1 = m$ and no $\delta_j s''(a_j) = 0$, whose columns of $W_2$ are symmetric in sign, and independent of each other, of the first layer, of $z^*$ and of the output (as they are not in general where $b_2$ is drawn by itself): stable with a probability of $P(\mathrm{Bin}(m, \frac{1}{2}) \leq r)$ at most",
                    "2-initial",
                ),
                holds_added(
                    r"and granted for any number of units with such columns, where $\operatorname{rank} M \geq q > 2r$ whichever of them change sign, as with $q = \min(d, m)$ where every unit has curvature and $W_1$ a density given $W_2$, $z^*$, $h(z^*)$ and all preactivations: stable with a probability of $\min(\frac{1}{2}, e^{-(q - 2r)^2 / (2m)})$ at most, which at $d = 512$ and $m = 2048$ is below $e^{-59}$ if $r = 9$, and says nothing from $r = 256$ on, as under squared error",
                    "2-initial-wide",
                ),
                proved(
                    r"but that they are critical, and so saddles, is not said of either, and of the former, behind an activation with $s'$ zero nowhere, as of softplus and tanh, it is false",
                    "initial",
                ),
                proved(
                    "and for weights whose law is only symmetric under a change of all signs at once, without that independence, no more than a coin toss is guaranteed: one half is attained, however large the kernel",
                    "symmetry",
                ),
            ),
        ),
        Defence(
            of=("2-every", "2-generic"),
            answer="The heads of the counterexamples are built by hand, from units in pairs.",
            reply=(
                refuted(
                    "They need not be: there is such a stable collapse for all weights and biases in a box around the 17 of the smallest counterexample, which is no set of measure zero",
                    "2-generic",
                ),
            ),
        ),
        Defence(
            of=("2-escape",),
            answer="The sentence appeals to standard theory (Lee et al.), which asks for a small step, so that one is understood.",
            reply=(
                holds_added(
                    "Granted: with it the sentence holds, and what is refuted is ours, with the size of the step left open as the quote leaves it",
                    "2-escape-small-step",
                ),
                Clause(
                    Verdict.SUPPORTED,
                    ("strict-saddles",),
                    "but self-supervised training meets few of that theory's hypotheses, and descent in $z$ leaves $z^*$ while all inputs stay together",
                ),
            ),
        ),
    ),
    titles={
        "1-interaction": "No interaction term behind a linear head",
        "1-psd": "PSD effective Hessian behind a linear head",
        "1-psd-premise": "PSD effective Hessian, linear head, PSD loss Hessian",
        "1-psd-cosine": "PSD effective Hessian, linear head, cosine not obtuse",
        "1-non-repelling": "Non-repelling collapse: linear head, PSD loss Hessian",
        "1-non-repelling-everywhere": "Non-repelling collapse: linear, loss Hessian PSD everywhere",
        "1-non-repelling-convex": "Non-repelling collapse: linear head, loss convex nearby",
        "2-mechanism": "Instability of collapse, for some smooth heads",
        "2-every": "Instability of collapse, for every smooth head",
        "2-generic": "Instability of collapse, for almost all weights",
        "2-direction": "Instability, given a negative direction in the kernel",
        "2-initial": "Probability of instability at random initialisation",
        "2-initial-wide": "Probability of instability, random weights of any width",
        "2-escape": "Escape from strict saddles, with any constant step",
        "2-escape-small-step": "Escape from strict saddles, Lipschitz gradient, small step",
        "relu-interaction": "No interaction term behind a ReLU head, almost everywhere",
        "relu-non-repelling": "Non-repelling collapse: ReLU head, PSD loss Hessian",
        "relu-non-repelling-everywhere": "Non-repelling collapse: ReLU, loss Hessian PSD everywhere",
        "relu-non-repelling-convex": "Non-repelling collapse: ReLU off kinks, loss convex nearby",
    },
    part_titles={
        "identity": "The two terms of the effective Hessian",
        "F": "The interaction term, layer by layer",
        "affine": "Stability behind affine heads",
        "relu": "Stability behind ReLU heads, off their kinks",
        "kernel": "The kernel criterion for a negative eigenvalue",
        "genericity-deep": "When M acts on the kernel at all, in deeper heads",
        "initial-wide": "Instability at random initialisation, at any width",
        "symmetry": "Instability under a symmetric law of the weights",
    },
)
