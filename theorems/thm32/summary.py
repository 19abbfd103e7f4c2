"""What became of Theorem 3.2, in words; every clause is tied to the readings or parts that it tells."""

from __future__ import annotations

from verify.claims.summary import Defence, Summary, derived, holds, holds_added, proved, refuted

SUMMARY = Summary(
    headline=(
        holds("holds for the identity behind a metric", "identity-metric"),
        holds_added(
            "holds up to a factor behind nonconstant losses", "constant-factor", "varying-factor"
        ),
        refuted(
            "refuted for it behind some others, Gauss–Newton terms if $k < d$ or $k = 1$, and one factor along its own flow",
            "identity",
            "pullback",
            "own-flow",
        ),
    ),
    readings=(
        holds_added(
            "holds up to a factor, behind every loss that is not constant",
            "constant-factor",
            "varying-factor",
        ),
        refuted(
            "refuted, with one factor, if the trajectory is to be a path of the same head's gradient flow",
            "own-flow",
        ),
        holds_added(
            "it holds there with a factor that varies, behind an MLP with an activation made for it",
            "own-flow-varying",
        ),
        refuted(r"refuted for the identity itself, $c = 1$", "identity"),
        holds(r"it holds where $\nabla^2 L \succ 0$ everywhere", "identity-metric"),
        holds_added("and holds if the loss is convex and not constant", "identity-convex"),
        refuted(
            "refuted for the Gauss–Newton term alone where $k < d$, and where $k = d = 1$ for some losses and trajectories",
            "pullback",
        ),
        holds_added(
            r"for which it holds if the loss Hessian is positive definite somewhere, $k \geq d$ and $k \geq 2$",
            "pullback-wide",
        ),
    ),
    smallest=r"$L = \sin u$ and a straight segment of length 10: $|H_{\mathrm{eff}} - I| \leq \frac{1}{2}$ would need the loss to vary by $\frac{25}{4}$, and it varies by 2.",
    shown_by="thm32.identity.sine-wave",
    instead=(
        derived(
            r"It needs no trajectory: on every compact set some $C^2$ head has $H_{\mathrm{eff}} = c I$ exactly, behind a loss that is not constant, and MLP heads come as close to it as one likes",
            "exact",
        ),
        proved(
            r"the flow of a head that is isotropic up to $\epsilon < 1$ with one factor $c$ runs through no circular arc longer than $\epsilon/(1 - \epsilon)$ times its radius, and straight paths occur behind every loss that is not constant",
            "flow",
        ),
        derived(
            r"with a factor that varies along the path, behind every such loss, through any smooth regular arc that does not meet itself, runs the flow of some head that is isotropic up to $0 < \epsilon < 1$ along it, at a speed of its own, but where the flow of such a head turns by the angle $\Theta$, its speed falls by $e^{-D}$ with $D \geq \Theta \sqrt{1 - \epsilon^2} / \epsilon$",
            "flow-varying",
        ),
    ),
    defences=(
        Defence(
            of=("own-flow",),
            answer="The trajectory is given, and a head is found for it; that the flow behind this head runs along it is not claimed. Or it is, with a factor that varies along it.",
            reply=(
                holds_added(
                    "Granted: for a given trajectory it holds up to a factor, behind every loss that is not constant",
                    "constant-factor",
                ),
                proved(
                    "but in training the head shapes the path, and behind a head that is isotropic up to $\\epsilon < 1$ with one factor $c$ gradient flow in $z$ runs through no circular arc longer than $\\epsilon/(1 - \\epsilon)$ times its radius",
                    "flow",
                ),
                holds_added(
                    "granted too that with a factor that varies the flow of a head made for it runs along any regular trajectory, at a speed of its own",
                    "own-flow-varying",
                ),
                derived(
                    r"at the price that where the path turns by an angle $\Theta$ its speed falls, for $0 < \epsilon < 1$, by $e^{-D}$ with $D \geq \Theta \sqrt{1 - \epsilon^2} / \epsilon$",
                    "flow-varying",
                ),
            ),
        ),
        Defence(
            of=("identity",),
            answer=r"It is meant up to a factor, which the step size absorbs; or for convex losses, since Assumption 1 makes $\nabla^2 L$ a metric.",
            reply=(
                holds_added(
                    "Granted, both: it holds up to a factor",
                    "constant-factor",
                    "varying-factor",
                ),
                holds(
                    r"where $\nabla^2 L \succ 0$ everywhere it holds with $c = 1$",
                    "identity-metric",
                ),
                holds_added(
                    "as it holds for every convex loss that is not constant", "identity-convex"
                ),
                proved(
                    r"for $2 - 2 \cos$, which is not convex, $c = 1$ is impossible along a straight segment of length $l$ with $(1 - \epsilon) l^2 > 32$",
                    "identity",
                ),
            ),
        ),
        Defence(
            of=("pullback",),
            answer="A head is at least as wide as the representation, and the representation has more than one dimension: $d = 512$ and $k = 2048$ in the experiments.",
            reply=(
                holds_added("Granted: then it holds", "pullback-wide"),
                derived(
                    "but that makes the Gauss–Newton term isotropic, and the effective Hessian need not be",
                    "pullback",
                ),
            ),
        ),
    ),
    titles={
        "constant-factor": "Near-isotropy up to a constant factor, nonconstant loss",
        "varying-factor": "Near-isotropy up to a varying factor, nonconstant loss",
        "own-flow": "Near-isotropy along the head's own flow, one factor",
        "own-flow-varying": "Near-isotropy along the head's own flow, varying factor",
        "identity": "Nearness to the identity itself, nonconstant loss",
        "identity-convex": "Nearness to the identity itself, convex nonconstant loss",
        "identity-metric": "Nearness to the identity itself, behind a metric",
        "pullback": "Gauss–Newton term near the identity, behind a metric",
        "pullback-wide": "Gauss–Newton near identity: wide head, definite somewhere",
    },
    part_titles={
        "identity": "When the effective Hessian can be the identity itself",
        "pullback": "When the Gauss–Newton term alone can be the identity",
        "affine": "How near to isotropy affine heads come",
        "flow": "Isotropy along the gradient flow of the same head",
        "flow-varying": "What a varying factor gives along the head's own flow",
    },
)
