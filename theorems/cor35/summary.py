"""What became of Corollary 3.5, in words; every clause is tied to the readings or parts that it tells."""

from __future__ import annotations

from verify.claims.summary import Summary, holds, holds_added, proved, refuted

SUMMARY = Summary(
    readings=(
        holds_added(
            "below the threshold definiteness holds for the Gauss–Newton term with one and the same loss Hessian",
            "definite",
        ),
        holds(
            "that beyond the threshold it can be lost holds, and that a collapse there can be stable",
            "can-fail",
            "can-be-stable",
        ),
        refuted(
            "refuted that it holds for the whole effective Hessian, that isotropy is kept or conditioning within any bound, that the threshold is required, and that exceeding it makes collapse stable, all of it but a bound on conditioning also where the loss Hessian is positive semidefinite",
            "definite-full",
            "definite-full-psd",
            "isotropy",
            "conditioning",
            "necessary",
            "necessary-psd",
            "stable",
            "stable-psd",
        ),
    ),
    smallest=r"$L = \frac{1}{2} |u|^2$, $h_* = z$, $h_\phi = (\frac{5}{4} z_1, \frac{3}{4} z_2)$: below the threshold the condition number goes from 1 to $\frac{25}{9}$.",
    shown_by="cor35.published.isotropy",
    instead=(
        proved(
            r"The sharp threshold of definiteness is $L \sin(\frac{1}{2} \arcsin \frac{\lambda}{M L^2})$, up to $\sqrt{2}$ times the published one",
            "sharp",
        ),
    ),
)
