"""What became of Theorem 3.2, in words; every clause is tied to the readings or parts that it tells."""

from __future__ import annotations

from verify.claims.summary import Summary, derived, holds_added, proved, refuted

SUMMARY = Summary(
    readings=(
        holds_added(
            "holds up to a factor, behind every loss that is not constant",
            "constant-factor",
            "varying-factor",
        ),
        refuted(
            "refuted if the trajectory is to be a path of the same head's gradient flow", "own-flow"
        ),
        refuted(r"refuted for the identity itself, $c = 1$", "identity"),
        holds_added("which holds if the loss is convex", "identity-convex"),
        refuted("refuted for the Gauss–Newton term alone", "pullback"),
        holds_added(
            r"for which it holds if the loss Hessian is positive definite somewhere, $k \geq d$ and $k \geq 2$",
            "pullback-wide",
        ),
    ),
    smallest=r"$L = \sin u$ and a straight segment of length 10: $|H_{\mathrm{eff}} - I| \leq \frac{1}{2}$ would need the loss to vary by $\frac{25}{4}$, and it varies by 2.",
    shown_by="thm32.identity.sine-wave",
    instead=(
        derived(
            r"It needs no trajectory: on every compact set some smooth head has $H_{\mathrm{eff}} = c I$ exactly, and MLP heads come as close to it as one likes",
            "exact",
        ),
        proved(
            r"the flow of a head that is isotropic up to $\epsilon < 1$ runs through no circular arc longer than $\epsilon/(1 - \epsilon)$ times its radius, and straight paths occur behind every loss that is not constant",
            "flow",
        ),
    ),
)
