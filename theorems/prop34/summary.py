"""What became of Proposition 3.4, in words; every clause is tied to the readings or parts that it tells."""

from __future__ import annotations

from verify.claims.summary import Defence, Summary, holds_added, proved, refuted

SUMMARY = Summary(
    headline=(
        holds_added(
            "holds for the Gauss–Newton term with one and the same loss Hessian",
            "one-hessian",
        ),
        refuted(
            "refuted for the whole effective Hessian, and for Gauss–Newton terms with a loss Hessian each",
            "full",
            "full-same-output",
            "c2-distance",
            "own-hessian",
        ),
    ),
    readings=(
        holds_added(
            "holds for the Gauss–Newton term with one and the same loss Hessian", "one-hessian"
        ),
        refuted(
            "refuted for the whole effective Hessian, even where the outputs are equal or $\\epsilon$ bounds the distance of the heads up to order 2, and for Gauss–Newton terms with a loss Hessian each",
            "full",
            "full-same-output",
            "c2-distance",
            "own-hessian",
        ),
    ),
    smallest=r"$\mathcal{L} = u + \frac{u^2}{2}$, $h_* = z + \frac{z^2}{2}$, $h_\phi = z - \frac{3 z^2}{2}$ at $z = 0$: the bound allows no change, and $H_{\mathrm{eff}}$ goes from 2 to $-2$.",
    shown_by="prop34.full.curved.full",
    instead=(
        proved(
            "For the whole effective Hessian there is a bound of five terms, attained at $d = k = 1$",
            "star",
        ),
    ),
    defences=(
        Defence(
            of=("full", "full-same-output", "c2-distance", "own-hessian"),
            answer="The bound is on the Gauss–Newton term, the metric that the head pulls back, at one given loss Hessian.",
            reply=(
                holds_added("Granted: there it holds", "one-hessian"),
                proved("in every dimension, and it is attained", "pullback"),
                refuted(
                    r"but the summary defines $H_{\mathrm{eff}}$ with the interaction term, which breaks the bound even at equal outputs; and without that term the loss Hessians at two different outputs do",
                    "full-same-output",
                    "own-hessian",
                ),
            ),
        ),
        Defence(
            of=("full", "full-same-output", "c2-distance"),
            answer=r"Networks approximate a head together with its derivatives, so that $\epsilon$ bounds the interaction term's error too.",
            reply=(
                proved(
                    "Granted that such an $\\epsilon$ bounds it: the bound has five terms then, the loss's gradient in one of them",
                    "star",
                ),
                refuted(
                    "but it is not the published bound, in which that gradient does not occur",
                    "c2-distance",
                ),
            ),
        ),
        Defence(
            of=("full", "full-same-output"),
            answer=r"Where training ends the residual gradient vanishes, and the interaction term with it.",
            reply=(
                proved(
                    r"Granted for heads of equal output: at $\epsilon_0 = R = 0$ the full bound is the published one; but at the collapses of Section 4 Assumption 6 asks for $\rho \neq 0$",
                    "star",
                ),
            ),
        ),
        Defence(
            of=("own-hessian",),
            answer="Under squared error the loss Hessian is constant, so that both heads have the same.",
            reply=(
                proved(
                    r"Granted: at $T = K_2 = \epsilon_2 = 0$ the full bound is the published one",
                    "star",
                ),
                refuted(
                    "but the interaction term breaks it under squared error too, even at equal outputs",
                    "full-same-output",
                ),
            ),
        ),
    ),
    titles={
        "full": "The bound for the whole effective Hessian",
        "full-same-output": "The bound for the whole Hessian, heads of equal outputs",
        "c2-distance": "The bound for the whole Hessian, heads close up to order 2",
        "own-hessian": "The bound for Gauss–Newton terms, a loss Hessian each",
        "one-hessian": "The bound for Gauss–Newton terms, with one loss Hessian",
    },
    part_titles={
        "pullback": "The Gauss–Newton term's bound, and where it is attained",
        "star": "A bound of five terms for the whole effective Hessian",
    },
)
